#!/bin/bash
# A session that holds a lock: the statement tries for a short time only, clients are not
# kept waiting, who blocks is named, and there is an end to it.
. "$(dirname "$0")/lib.sh"

db_start --plugin-load-add=metadata_lock_info
configure 'lock_wait = "1s";' 'budget = "100%";'
daemon_start
enrol
make_tenants 3
sql 'create user teller@localhost; grant all on *.* to teller@localhost'
rel=$work/rel
migration "$rel" 0001_a.sql 'alter table users add column birthday date;'

hold() { # TENANT: an open transaction that has read users
	background server_client "$db" --user=teller "$1" -e \
		'start transaction; select * from users; do sleep(1000)'
	holder=$background
	poll 10 holds
}

holds() {
	[ "$(sql "select count(*) from information_schema.processlist
		where user = 'teller' and info like 'do sleep%'")" = 1 ]
}

let_go() {
	sql "kill $(sql "select id from information_schema.processlist where user = 'teller' and info like 'do sleep%'")"
	wait "$holder" 2>/dev/null || true
}

claim "the others end, the blocked one waits and its reason names who blocks"
hold client_002
start_rollout "$rel" --name one --stall 10m
names_blocker() {
	j .reason task show one/client_002 | grep -q teller
}
poll 30 names_blocker
reason=$(j .reason task show one/client_002)
has "teller@localhost" "$reason"
has "transaction" "$reason"
wait_task one/client_001 'done'
wait_task one/client_003 'done'

claim "a client of that table is never kept waiting longer than one short try, far from what the task may wait"
slowest=0
for _ in 1 2 3 4 5 6; do
	begun=$(date +%s%N)
	sql "insert into users (name) values ('eve')" client_002
	took=$((($(date +%s%N) - begun) / 1000000))
	[ "$took" -le "$slowest" ] || slowest=$took
done
[ "$slowest" -lt 15000 ] || fail "a client waited $slowest ms"

claim "when the lock is gone the task goes on by itself"
let_go
wait_rollout one 'done'
is 3 "$(sql "select count(*) from information_schema.columns where column_name = 'birthday'")"

claim "the stall that was allowed is the end of it: the task fails, names who blocks, and has changed nothing"
migration "$rel" 0002_b.sql 'alter table users add column city varchar(80);'
hold client_001
begun=$SECONDS
fails 2 m rollout start "$rel" --name two --stall 2s --wait -o json
[ $((SECONDS - begun)) -lt 60 ] || fail "it took $((SECONDS - begun)) s"
is "2 1" "$(jq -r '"\(.counts.done) \(.counts.failed)"' <<<"$out")"
ok m task show two/client_001 -o json
is failed "$(jq -r .state <<<"$out")"
has "teller@localhost" "$(jq -r '.error.message + .reason' <<<"$out")"
is 0 "$(sql "select count(*) from information_schema.columns where column_name = 'city' and table_schema = 'client_001'")"

claim "a pause ends the waiting for a lock, long before the stall that was allowed"
start_rollout "$rel" --name three --stall 10m
waits() {
	[ "$(sql "select count(*) from information_schema.processlist where info like '/* muster:%'")" -gt 0 ]
}
poll 20 waits
ok m rollout pause three
wait_rollout three paused 30s
let_go
ok m rollout resume three --wait
is 3 "$(sql "select count(*) from information_schema.columns where column_name = 'city'")"
daemon_stop
