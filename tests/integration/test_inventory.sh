#!/bin/bash
# The inventory is damaged, lost or old: it is refused or made again from what the tenants say of
# themselves, and no tenant is touched twice.
. "$(dirname "$0")/lib.sh"

db_start
configure
inventory=$work/data/inventory.db

bytes() { # of the file and its journal
	find "$work/data" -name 'inventory.db*' ! -name '*.lock' ! -name '*-shm' -exec sha256sum {} + | sort
}

refused() { # WORDS…: musterd does not start, says so in one line, and leaves the file alone
	local before word

	before=$(bytes)
	fails 78 "$build/musterd" --config "$conf"
	is 1 "$(wc -l <<<"$err")"
	for word in "$@"; do
		has "$word" "$err"
	done
	is "$before" "$(bytes)"
}

daemon_start
enrol
make_tenants 6
rel=$work/rel
migration "$rel" 0001_first.sql 'create table one (id int primary key);'
ok m rollout start "$rel" --wait

claim "a copy is taken while musterd works"
barrier_up
migration "$rel" 0002_second.sql "$at_barrier
create table two (id int primary key);"
start_rollout "$rel" --name under-way --per-server 2 --budget 100%
poll 20 waiting 2
ok "$build/musterd" --config "$conf" --backup "$work/working.db"
is 6 "$(sqlite3 "$work/working.db" 'select count(*) from tenant')"
is 600 "$(stat -c %a "$work/working.db")"

claim "a copy is taken when musterd does not run"
barrier_down
wait_rollout under-way 'done'
daemon_stop
ok "$build/musterd" --config "$conf" --backup "$work/stopped.db"
is ok "$(sqlite3 "$work/stopped.db" 'pragma integrity_check')"
is "done" "$(sqlite3 "$work/stopped.db" "select state from rollout where name = 'under-way'")"

claim "a copy that cannot be written, or over the inventory itself, is refused"
fails 1 "$build/musterd" --config "$conf" --backup "$work/none/copy.db"
has "$work/none/copy.db" "$err"
fails 1 "$build/musterd" --config "$conf" --backup "$inventory"
has "is the inventory itself" "$err"
ok "$build/musterd" --config "$conf" --backup "$work/stopped.db"

claim "a damaged inventory is refused with what to do, and is not changed"
cp "$inventory" "$work/whole.db"
printf 'ZZZZ%.0s' {1..2000} | dd of="$inventory" bs=4096 seek=3 conv=notrunc status=none
refused "the file is damaged" "musterd --backup" "muster server add" "muster tenant discover"
fails 1 "$build/musterd" --config "$conf" --backup "$work/damaged.db"
[ ! -e "$work/damaged.db" ] || fail "damage was copied"

claim "a truncated one, too"
head -c 20000 "$work/whole.db" >"$inventory"
refused "the file is damaged"

claim "a text, a database of somebody else, one of a newer musterd, a folder: all are refused"
echo 'hello' >"$inventory"
refused "damaged"
rm "$inventory"
sqlite3 "$inventory" 'create table photos (id int)'
refused "is a SQLite database of another program"
cp "$work/whole.db" "$inventory"
sqlite3 "$inventory" 'pragma user_version = 999' >"$work/out"
refused "has schema version 999" "newer musterd"
rm "$inventory"
mkdir "$inventory"
fails 78 "$build/musterd" --config "$conf"
has "is not a file" "$err"
rmdir "$inventory"

claim "a journal whose file is gone is not thrown away"
echo 'journal' >"$inventory-wal"
: >"$inventory"
refused "is empty or missing, but its journal"
rm "$inventory-wal" "$inventory"

claim "a copy that is put back is the inventory: the rollouts of that moment go on, nothing runs twice"
cp "$work/working.db" "$inventory"
daemon_start
wait_rollout under-way 'done'
is 6 "$(j .counts.done rollout show under-way)"
is 6 "$(sql "select count(*) from information_schema.tables where table_name = 'two'")"
is 0002 "$(j .version tenant show client_004)"
migration "$rel" 0003_third.sql 'create table three (id int primary key);'
ok m rollout start "$rel" --wait
daemon_stop

claim "an old copy is put back: its unfinished rollout ends by itself and touches no tenant that is further"
cp "$work/working.db" "$inventory"
before=$(sql "select table_schema, table_name, create_time from information_schema.tables
	where table_schema like 'client%' and table_name in ('one', 'two', 'three') order by 1, 2")
daemon_start
over() {
	j .state rollout show under-way | grep -qE 'done|failed'
}
poll 30 over
is 'done' "$(j .state rollout show under-way)"
has "history holds 0003, which the release does not" "$(j '.[].reason' task list under-way)"
is 0 "$(j .counts.failed rollout show under-way)"
is "$before" "$(sql "select table_schema, table_name, create_time from information_schema.tables
	where table_schema like 'client%' and table_name in ('one', 'two', 'three') order by 1, 2")"
is 0003 "$(j .version tenant show client_001)"

claim "a new rollout in it finds nothing left to do"
ok m rollout start "$rel" --wait
is 6 "$(j .counts.done rollout show "$(j '.[0].id' rollout list)")"

claim "a file that fails leaves its position in the tenant"
migration "$rel" 0004_fourth.sql 'create table four (id int primary key);
insert into users (id, name) values (1, "again");'
sql 'delete from users where id = 1' client_003
fails 2 m rollout start "$rel" --budget 100% --wait
is 5 "$(j .counts.failed rollout show "$(j '.[0].id' rollout list)")"
daemon_stop

claim "the inventory is lost: discover finds tenants, versions and what is unfinished"
rm "$inventory"*
daemon_start
enrol
ok m tenant discover --server main --like 'client\_%' -o json
is 6 "$(jq .changed <<<"$out")"
is 5 "$(jq '.notes | length' <<<"$out")"
has 'client_001: migration 0004 is unfinished' "$(jq -r '.notes[0]' <<<"$out")"
is 0004 "$(j .version tenant show client_003)"
is null "$(j .unfinished tenant show client_003)"
is 0003 "$(j .version tenant show client_001)"
is 0004 "$(j .unfinished tenant show client_001)"
ok m tenant discover --server main --like 'client\_%'
has "client_001: migration 0004 is unfinished" "$out"
has "-> muster rollout start" "$out"

claim "a rollout of the same release finishes it, at the statement where it stopped"
for n in 1 2 4 5 6; do
	sql 'delete from users where id = 1' "client_00$n"
done
ok m rollout start "$rel" --budget 100% --wait
is 6 "$(sql "select count(*) from information_schema.tables where table_name = 'four'")"
is null "$(j .unfinished tenant show client_001)"
is 0004 "$(j .version tenant show client_001)"
is again "$(sql 'select name from users where id = 1' client_001)"

claim "a tenant that is restored from a backup is regressed: it is kept out, and both versions are shown"
sql "delete from muster_history where version in ('0003', '0004'); drop table three; drop table four" client_002
sql 'delete from users where id = 1' client_002
migration "$rel" 0005_fifth.sql 'create table five (id int primary key);'
fails 2 m rollout start "$rel" --wait
last=$(j '.[0].id' rollout list)
is skipped "$(j .state task show "$last/client_002")"
has "regressed: 0004 was applied here before, and its history ends at 0002 now" "$(j .reason task show "$last/client_002")"
is 0004 "$(j .regressed tenant show client_002)"
is 0002 "$(j .version tenant show client_002)"
is 5 "$(sql "select count(*) from information_schema.tables where table_name = 'five'")"
ok m tenant discover --server main --like 'client\_%'
has "client_002: regressed: 0004 was applied here before" "$out"
run m rollout start "$rel" --dry-run -o json
is '["client_002"]' "$(jq -c .regressed <<<"$out")"

claim "it goes on when somebody has accepted it with the command that was named"
help=$(j .reason task show "$last/client_002" | cut -d '`' -f 2)
is "muster tenant discover --server main --like 'client\\_002' --accept" "$help"
eval "ok m ${help#muster }"
is null "$(j .regressed tenant show client_002)"
ok m rollout start "$rel" --wait
is 0005 "$(j .version tenant show client_002)"
is 6 "$(sql "select count(*) from information_schema.tables where table_name = 'five'")"

claim "a baseline accepts it as well"
sql "delete from muster_history where version = '0005'; drop table five" client_005
fails 2 m rollout start "$rel" --wait
is 0005 "$(j .regressed tenant show client_005)"
ok m tenant baseline -l client_005 --release "$(j '.[-1].name' release list)" --at 0004
is null "$(j .regressed tenant show client_005)"
ok m rollout start "$rel" --wait
is 6 "$(sql "select count(*) from information_schema.tables where table_name = 'five'")"

claim "the clock was set back and the inventory is lost: the tenants' epochs are later, and a restart settles it"
daemon_stop
rm "$inventory"*
for n in 1 2 3 4 5 6; do
	sql "update muster_state set epoch = 99999999999999" "client_00$n"
done
daemon_start
enrol
ok m tenant discover --server main --like 'client\_%' -o json
migration "$rel" 0006_sixth.sql 'create table six (id int primary key);'
fails 2 m rollout start "$rel" --budget 100% --wait
is 0 "$(sql "select count(*) from information_schema.tables where table_name = 'six'")"
daemon_stop
daemon_start
ok m rollout start "$rel" --budget 100% --wait
is 6 "$(sql "select count(*) from information_schema.tables where table_name = 'six'")"
daemon_stop
