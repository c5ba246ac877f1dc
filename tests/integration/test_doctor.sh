#!/bin/bash
# muster doctor: what disagrees, each with the command that settles it; and the command does.
. "$(dirname "$0")/lib.sh"

db_start
daemon_start
enrol
make_tenants 6
rel=$work/rel
migration "$rel" 0001_first.sql 'create table one (id int primary key);'
ok m rollout start "$rel" --wait

problems() { # "object problem" a line
	run m doctor -o json
	jq -r '.[] | .object + " " + .problem' <<<"$out"
}

help_for() { # OBJECT PROBLEM
	m doctor -o json | jq -r --arg o "$1" --arg p "$2" '.[] | select(.object == $o and .problem == $p) | .help' || true
}

claim "nothing disagrees: exit code 0"
ok m doctor
is "nothing disagrees" "$out"
ok m doctor -o json
is '[]' "$(jq -c . <<<"$out")"

claim "everything that is wrong is listed, all at once, and the exit code is 1"
migration "$rel" 0002_second.sql 'create table two (id int primary key);
insert into users (id, name) values (1, "again");'
for n in 2 3 4 5 6; do
	sql 'delete from users where id = 1' "client_00$n"
done
fails 2 m rollout start "$rel" --budget 100% --wait
failing=$(j '.[0].id' rollout list)
sql 'drop database client_002'
sql "delete from muster_history where version = '0002'; drop table two; delete from users where id = 1" client_003
sql 'create database stranger; create table stranger.muster_history like client_004.muster_history'
ok ms server add nowhere --socket /nonexistent/sock --defaults-file "$work/root.cnf"
sql "create user small@localhost; grant select on *.* to small@localhost"
printf '[client]\nuser=small\n' >"$work/small.cnf"
ok ms server add limited --socket "$db/sock" --defaults-file "$work/small.cnf"
fails 1 m doctor -o json
is 'server/limited not enrolled
server/limited privileges
server/main not enrolled
server/nowhere down
tenant/client_001 failed
tenant/client_002 vanished
tenant/client_003 regressed' "$(jq -r '.[] | .object + " " + .problem' <<<"$out" | sort -u)"
ok m server remove limited
fails 1 m doctor
has "tenant/client_001: failed: migration 0002, 1 of 2 statements done, rollout $failing:" "$out"
has "  -> muster rollout retry $failing -t client_001" "$out"

claim "a tenant is settled by the command that is named: failed"
sql 'delete from users where id = 1' client_001
help=$(help_for tenant/client_001 failed)
eval "ok m ${help#muster } --wait"
hasnt client_001 "$(problems)"

claim "regressed"
help=$(help_for tenant/client_003 regressed)
eval "ok m ${help#muster }"
hasnt client_003 "$(problems)"
ok m rollout start "$rel" -l client_003 --wait
is 0002 "$(j .version tenant show client_003)"

claim "vanished"
help=$(help_for tenant/client_002 vanished)
eval "ok m ${help#muster }"
hasnt client_002 "$(problems)"

claim "not enrolled"
help=$(help_for server/main 'not enrolled')
is "muster tenant discover --server main --like 'stranger'" "$help"
eval "ok m ${help#muster }"
hasnt 'not enrolled' "$(problems)"
ok m tenant remove stranger
sql 'drop database stranger'

claim "a server that is down keeps only its own tenants from being looked at"
is 'server/nowhere down' "$(problems)"
ok m server remove nowhere
ok m doctor

claim "a history that was dropped by hand is made again"
sql 'drop table muster_history, muster_state' client_004
is 'tenant/client_004 regressed' "$(problems)"
help=$(help_for tenant/client_004 regressed)
eval "ok m ${help#muster }"
ok m tenant baseline -l client_004 --release "$(j 'map(select(.version == "0002"))[0].name' release list)" --at 0002
ok m doctor

claim "what was changed by hand is drifted, with the difference, until it is accepted"
sql 'create table by_hand (id int)' client_006
is 'tenant/client_006 drifted' "$(problems)"
fails 1 m doctor
has by_hand "$out"
has by_hand "$(j '.drifted[]' tenant show client_006)"

claim "a drifted tenant is held by a rollout, which ends without it, and is tried again when it is accepted"
migration "$rel" 0003_third.sql 'create table three (id int primary key);'
fails 2 m rollout start "$rel" -l 'client_006,client_001' --wait --name without -o json
is 'done 1 1' "$(jq -r '"\(.state) \(.counts.held) \(.counts.done)"' <<<"$out")"
has retry "$(jq -r '.available_actions[]' <<<"$out")"
has 'drifted: table by_hand: new' "$(j .reason task show without/client_006)"
has 'muster rollout retry r' "$(j .reason task show without/client_006)"
fails 2 m rollout retry without -t client_006 --wait
is held "$(j .state task show without/client_006)"
help=$(help_for tenant/client_006 drifted)
eval "ok m ${help#muster }"
ok m rollout retry without -t client_006 --wait
is 'done' "$(j .state task show without/client_006)"
is '' "$(j '.available_actions[]' rollout show without)"
ok m doctor

claim "nor is it forgotten by a look at nothing but what a release touches"
ok m rollout start "$rel" -l 'client_001,client_004' --wait
sql 'alter table one add constraint by_hand check (id > 0)' client_004
is 'tenant/client_004 drifted' "$(problems)"
migration "$rel" 0004_fourth.sql 'create table four (id int primary key);'
fails 2 m rollout start "$rel" -l 'client_001,client_004' --wait --name within
has 'drifted: table one, check by_hand: new' "$(j .reason task show within/client_004)"
is 'tenant/client_004 drifted' "$(problems)"
help=$(help_for tenant/client_004 drifted)
eval "ok m ${help#muster }"
ok m rollout retry within -t client_004 --wait
ok m doctor

claim "what no rollout of this inventory owns is unfinished"
sql "update muster_history set state = 'failed', statements_done = 0, done_digest = '' where version = '0002';
	drop table two" client_005
daemon_stop
rm "$work/data/"inventory.db*
daemon_start
enrol
ok m tenant discover --server main --like 'client\_%' -o json
is 'tenant/client_005 unfinished' "$(problems)"
sql 'delete from users where id = 1' client_005
ok m rollout start "$rel" --wait
ok m doctor

claim "a later epoch is seen, and a restart settles it"
sql "update muster_history set epoch = 99999999999999; update muster_state set epoch = 99999999999999" client_006
is 'tenant/client_006 later epoch' "$(problems)"
is "systemctl restart musterd" "$(help_for tenant/client_006 'later epoch')"
daemon_stop
daemon_start
ok m doctor

claim "another daemon on the server is named, with its connection"
background server_client "$db" -e "do get_lock('muster:fleet', 60); do sleep(1000)"
other=$background
held() { # by that one: musterd may have had it
	[ "$(sql "select count(*) from information_schema.processlist
		where id = is_used_lock('muster:fleet') and info like 'do sleep%'")" = 1 ]
}
poll 10 held
migration "$rel" 0005_fifth.sql 'create table five (id int primary key);'
start_rollout "$rel" --budget 100%
shut_out() {
	[ "$(j .state server show main)" = denied ]
}
poll 20 shut_out
is 'server/main another daemon' "$(problems)"
has "connection $(sql "select is_used_lock('muster:fleet')")" "$(m doctor || true)"
sql "kill $(sql "select is_used_lock('muster:fleet')")"
wait "$other" 2>/dev/null || true
wait_rollout "$rollout" 'done'
ok m doctor
daemon_stop
