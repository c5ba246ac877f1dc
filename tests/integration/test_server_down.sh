#!/bin/bash
# A server goes away in the middle: its tasks wait with that reason, the others go on, and
# when it is back everything ends.
. "$(dirname "$0")/lib.sh"

db_start
db_more "$work/away"
configure 'server_running = 2;' 'retry = "200ms";' 'budget = "0";'
daemon_start
enrol main
enrol away "$work/away"
make_schemas 8 near_
make_schemas 8 far_ "$work/away"
ok m tenant discover --server main --like 'near\_%'
ok m tenant discover --server away --like 'far\_%'
rel=$work/rel
migration "$rel" 0001_a.sql 'create table one (id int primary key);
do sleep(0.2);
create table two (id int primary key);'

claim "a server that is down from the start makes its tasks wait, with the reason, and nobody fails"
server_stop "$work/away"
start_rollout "$rel" --name first
near_done() {
	[ "$(j '[.[] | select(.server == "main" and .state == "done")] | length' task list "$1")" = 8 ]
}
poll 30 near_done first
is "running 0" "$(j '"\(.state) \(.counts.failed)"' rollout show first)"
ok m wait server/away --for down --timeout 60s
waits_for_it() {
	[[ $(j .reason task show first/far_001) == *away* ]]
}
poll 20 waits_for_it
is 0 "$(j .budget.failed rollout show first)"

claim "when it is back, everything ends without being told"
server_again "$work/away" >/dev/null
wait_rollout first 'done'
is 16 "$(j .counts.done rollout show first)"

claim "a server killed while statements run: the others end, then this one, and nothing twice"
migration "$rel" 0002_b.sql 'create table three (id int primary key);
create table four (id int primary key);'
start_rollout "$rel" --name second --per-server 1
far_running() {
	[ "$(j '[.[] | select(.server == "away" and (.state == "running" or .state == "done"))] | length' task list second)" -gt 0 ]
}
poll 30 far_running
server_stop "$work/away" KILL
poll 30 near_done second
server_again "$work/away" >/dev/null
ok m wait second --for 'done,failed,paused' --timeout 120s
for tenant in $(j '.[] | select(.state == "in_doubt") | .tenant' task list second); do
	at=$(server_client "$work/away" -N -B -e "select count(*) from information_schema.tables
		where table_schema = '$tenant' and table_name in ('three', 'four')")
	ok m task resolve "second/$tenant" --as "at=$at"
done
[ "$(j .state rollout show second)" != paused ] || ok m rollout resume second
wait_rollout second 'done'
is 16 "$(server_client "$work/away" -N -B -e "select count(*) from information_schema.tables
	where table_schema like 'far\_%' and table_name in ('three', 'four')")"
is "0002" "$(j '[.[].version] | unique | join(",")' tenant list)"
is up "$(j .state server show away)"

claim "a server killed under a trial: the copy that it left goes when it is back, unasked"
cp -r "$rel" "$work/slow"
migration "$work/slow" 0003_slow.sql 'create table slow as select sleep(300) as s;'
copies() {
	server_client "$work/away" -N -B -e "select count(*) from information_schema.tables
		where table_schema like 'muster\_scratch\_%' and table_name = 'muster_scratch'"
}
is_tried() { [ "$(copies)" = 1 ]; }
m plan "$work/slow" -l 'far_*' >"$work/planned" 2>&1 &
planning=$!
poll 60 is_tried
server_stop "$work/away" KILL
wait "$planning" || true
server_again "$work/away" >/dev/null
is_clean() { [ "$(copies)" = 0 ]; }
poll 60 is_clean
daemon_stop
