#!/bin/bash
# The clients come first: a flood of them in the middle of a rollout pauses it, no tenant fails
# of it, and afterwards everything ends by itself. What a human decides counts at once and
# after a restart. A server that says nothing is a server where nothing starts.
. "$(dirname "$0")/lib.sh"

db_start --max-connections=400
configure 'server_running = 4;' 'budget = "0";' 'retry = "200ms";'
daemon_start
enrol
make_tenants 60
rel=$work/rel
migration "$rel" 0001_a.sql 'create table one (id int primary key);
do sleep(0.05);
create table two (id int primary key);
do sleep(0.05);
create table three (id int primary key);'

tables() { # NAME…: how many tenants have them
	local list=''

	printf -v list "'%s'," "$@"
	sql "select count(*) from information_schema.tables
		where table_schema like 'client\_%' and table_name in (${list%,})"
}
state_is() { # R STATE
	[ "$(j .state rollout show "$1")" = "$2" ]
}
some_done() { # R N
	[ "$(j .counts.done rollout show "$1")" -ge "$2" ]
}
throttle_is() { # STATE [REASON]
	[[ $(j '.[0] | "\(.state) \(.reason)"' throttle show main) == "$1 "*"${2:-}"* ]]
}
clients() { # N: that many, each with a statement that runs
	local n

	flood=()
	for n in $(seq "$1"); do
		background server_client "$db" -e "do sleep($((1000 + n)))"
		flood+=("$background")
	done
}
clients_running() {
	sql "select count(*) from information_schema.processlist where info like 'do sleep(1___)'"
}
flood_is_there() {
	[ "$(clients_running)" -ge 150 ]
}
flood_ends() {
	poll 60 flood_has_ended
}
flood_has_ended() { # who is still on the way to a statement is killed when it is there
	local pid

	sql "select id from information_schema.processlist where info like 'do sleep(1___)'" |
		sed 's/.*/kill &;/' | server_client "$db" --force >"$work/kills" 2>&1 || true
	for pid in "${flood[@]}"; do
		! kill -0 "$pid" || return 1
	done
}
throttled() { # how often by a load; a machine that stands still for seconds is silent, and says so
	j '[.[] | select(.kind == "throttle" and .state != "go" and (.text | contains(" silent since ") | not))] |
		length' events
}

claim "a server where nobody else works is never throttled by what muster does there"
start_rollout "$rel" --name quiet
wait_rollout quiet 'done'
is 60 "$(j .counts.done rollout show quiet)"
is 0 "$(throttled)"

claim "200 clients in the middle: the rollout pauses itself and says why, and no tenant fails"
slow='(id int) select 1 as id from (select sleep(0.1)) as s;'
migration "$rel" 0002_b.sql "create table four $slow
create table five $slow
create table six $slow"
start_rollout "$rel" --name flood
poll 30 some_done flood 4
clients 200
poll 60 flood_is_there
poll 30 state_is flood paused
has "throttle of server main: " "$(j .reason rollout show flood)"
has "(critical)" "$(j .reason rollout show flood)"
is 0 "$(j '.counts.failed + .counts.in_doubt' rollout show flood)"

claim "while they are there, not one statement more"
before=$(tables four five six)
read -rt 2 <>/dev/fd/"$never" || true
is "$before" "$(tables four five six)"
is 1 "$(j '[.[] | select(.kind == "throttle" and .state == "stopped")] | length' events)"

claim "when they have gone it goes on by itself, to the end, and every statement ran once"
flood_ends
wait_rollout flood 'done' 90s
is 60 "$(j .counts.done rollout show flood)"
is 0 "$(j .counts.failed rollout show flood)"
is 180 "$(tables four five six)"

claim "what a human paused is not resumed by the throttle"
migration "$rel" 0003_c.sql "create table seven $slow
create table seven_b $slow"
start_rollout "$rel" --name ours
poll 30 some_done ours 2
clients 200
poll 60 flood_is_there
poll 30 state_is ours paused
ok m rollout pause ours --reason "let me look"
flood_ends
poll 30 throttle_is go
is paused "$(j .state rollout show ours)"
has "let me look" "$(j .reason rollout show ours)"
ok m rollout resume ours
wait_rollout ours 'done' 90s

claim "a hold keeps everything until it is released, says who and why, and survives a restart"
migration "$rel" 0004_d.sql 'create table eight (id int primary key);'
ok m throttle hold main --for 30m --reason "backup runs"
start_rollout "$rel" --name held
poll 30 state_is held running
poll 20 throttle_is paused "held by "
poll 20 throttle_is paused "backup runs"
says_held() { # KIND OBJECT: the turn that knows its tasks may be the next one
	[[ $(j .reason "$1" show "$2") == *"waits: server main: held by "* ]]
}
poll 20 says_held rollout held
poll 20 says_held task held/client_007
is 0 "$(tables eight)"
daemon_stop
daemon_start
poll 30 throttle_is paused "backup runs"
is 0 "$(tables eight)"

claim "a sampler that loses its connection again and again makes another one"
for _ in 1 2 3 4 5; do
	sql "select id from information_schema.processlist where id <> connection_id()
		and user = 'root' and coalesce(info, '') not like '%processlist%'" |
		sed 's/.*/kill &;/' | server_client "$db" --force >"$work/kills" 2>&1 || true
	read -rt 0.2 <>/dev/fd/"$never" || true
done
is_fresh() {
	[ "$(j '[.[0].signals[] | select(.name == "threads_running" and .value != null and .age_s < 2)] | length' \
		throttle show main)" = 1 ]
}
poll 20 is_fresh
ok m throttle release main
wait_rollout held 'done'
is 60 "$(tables eight)"

claim "a server that hangs is silent, and that is the reason; when it answers, it goes on"
migration "$rel" 0005_e.sql "create table nine $slow"
start_rollout "$rel" --name hangs
poll 30 some_done hangs 2
kill -STOP "$(cat "$db/pid")"
poll 30 throttle_is paused "since "
kill -CONT "$(cat "$db/pid")"
ok m wait hangs --for 'done,failed' --timeout 90s
is 0 "$(j '.counts.failed' rollout show hangs)"
is 60 "$(tables nine)"

claim "limits are set while it runs, and count"
ok m throttle set main threads_running hard=40 soft=-
is 40 "$(j '.[0].signals[] | select(.name == "threads_running") | .hard' throttle show main)"
fails 65 m throttle set main threads_run hard=40

claim "at a critical load a DDL that runs is waited for; its task parks behind it, and loses nothing"
# 1,024 rows, each of which waits a little while the barrier is up; none on the copy on which it is tried
all_rows='a.id + b.id + c.id + d.id + e.id + f.id + g.id + h.id + i.id + j.id'
at_rows="select count(*) as nr from users a, users b, users c, users d, users e, users f, users g, users h,
users i, users j where sleep(if(is_used_lock(if($all_rows > 0, 'barrier', '')) is null, 0, 0.2)) = 0;"
working() { # N: so many are at that
	[ "$(sql "select count(*) from information_schema.processlist
		where info like '%create table%is_used_lock(if(%' and id <> connection_id()")" = "$1" ]
}
critical() {
	sql 'insert into ops.stop values (1)'
	poll 20 throttle_is stopped
}
sql 'create database ops; create table ops.stop (id int)'
ok m throttle set main sql:stop query='select count(*) from ops.stop' critical=0
migration "$rel" 0006_f.sql "create table ten $at_rows
create table eleven (id int primary key);"
barrier_up
start_rollout "$rel" --name waits -l 'client_001,client_002' --waves 100% --budget 100%
poll 30 working 2
critical
poll 20 state_is waits pausing
working 2 || fail "a statement was ended"
barrier_down
poll 30 state_is waits paused
is '2 0' "$(tables ten) $(tables eleven)"
sql 'delete from ops.stop'
wait_rollout waits 'done'
is '2 2' "$(tables ten) $(tables eleven)"

claim "with throttle_ddl = kill it is ended, undone whole, and run again afterwards, once"
daemon_stop
configure 'server_running = 4;' 'budget = "0";' 'retry = "200ms";' 'throttle_ddl = "kill";'
daemon_start
migration "$rel" 0007_g.sql "create table twelve $at_rows
create table thirteen (id int primary key);"
barrier_up
start_rollout "$rel" --name kills -l 'client_001,client_002' --waves 100% --budget 100%
poll 30 working 2
critical
poll 20 working 0
poll 20 state_is kills paused
is '0 0 0' "$(tables twelve) $(tables thirteen) $(j '.counts.failed + .counts.in_doubt' rollout show kills)"
sql 'delete from ops.stop'
poll 30 working 2
barrier_down
wait_rollout kills 'done'
is '2 2 0' "$(tables twelve) $(tables thirteen) $(j .counts.failed rollout show kills)"
is '1024 1024' "$(sql 'select (select nr from client_001.twelve), (select nr from client_002.twelve)' | tr '\t' ' ')"
daemon_stop
