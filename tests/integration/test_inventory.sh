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
