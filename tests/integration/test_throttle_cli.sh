#!/bin/bash
# What people and other programs see of the throttle: show, set, hold, exempt; the check in
# freno's way, on the socket and on a port; the metrics; wrong words.
. "$(dirname "$0")/lib.sh"

db_start
configure 'check_listen = "127.0.0.1:0";'
daemon_start
enrol
make_tenants 6
rel=$work/rel
migration "$rel" 0001_a.sql 'create table one (id int primary key);'

check() { # [QUERY]: status in $http, message in $out
	api GET "/check/test/mysql/main${1:-}"
}

check_is() { # STATUS [QUERY]
	check "${2:-}"
	[ "$http" = "$1" ]
}

state_is() { # STATE
	[ "$(j '.[0].state' throttle show main)" = "$1" ]
}

reason_has() { # PART
	[[ $(j '.[0].reason' throttle show main) == *"$1"* ]]
}

signal_of() { # NAME FILTER
	j ".[0].signals[] | select(.name == \"$1\") | $2" throttle show main
}

has_value() { # NAME
	[ -n "$(signal_of "$1" '.value // empty')" ]
}

claim "who asks for a server has it sampled, also when no rollout uses it"
poll 10 has_value threads_running
poll 10 check_is 200
poll 10 state_is go
is true "$(j '.[0].sampled' throttle show)"
ok m throttle show main
has 'threads_running' "$out"
has 'CRITICAL' "$out"
ok m throttle show
has 'SERVER  STATE  SLOTS  SIGNAL' "$out"

claim "JSON has the fields that programs rely on"
is 'server state reason since slots signals' "$(j '.[0] | [keys_unsorted[] |
	select(IN("server", "state", "reason", "since", "slots", "signals"))] | join(" ")' throttle show)"
is 'now max' "$(j '.[0].slots | keys_unsorted | join(" ")' throttle show)"
is 'name value soft hard critical age_s' "$(j '.[0].signals[0] | [keys_unsorted[] |
	select(IN("name", "value", "soft", "hard", "critical", "age_s"))] | join(" ")' throttle show)"
lines_are_signals() { # more of them may have come between the two
	[ "$(m throttle show main -o csv | tail -n +2 | wc -l)" = "$(j '.[0].signals | length' throttle show main)" ]
}
poll 10 lines_are_signals
is main "$(m throttle show -o name)"

claim "while clients are at work muster takes turns with them and says so; others may go on"
at_work() {
	yes 'do sleep(0.002);' | server_client "$db"
}
background at_work
clients=$background
background at_work
more=$background
takes_turns() {
	[[ $(j '.[0] | "\(.state) \(.slots.now) \(.reason)"' throttle show main) == "slow 1 "*"% of one slot"* ]]
}
poll 20 takes_turns
poll 10 check_is 200 '?p=low'
start_rollout "$rel" --name turns
wait_rollout turns 'done'
is 6 "$(j .counts.done rollout show turns)"
clients_are_gone() { # who is between two statements is not seen, and is killed later
	sql "select id from information_schema.processlist where info like 'do sleep(0.002)'" |
		sed 's/.*/kill &;/' | server_client "$db" --force
	! kill -0 "$clients" && ! kill -0 "$more"
}
poll 30 clients_are_gone
poll 10 state_is go

claim "a limit is set live, stored, audited, and back to the usual one"
usual=$(signal_of connections .hard)
ok m throttle set main connections soft=60 hard=70.5 critical=- --reason 'a small server'
is '60 70.5 null' "$(signal_of connections '"\(.soft) \(.hard) \(.critical)"')"
has 'a small server' "$(m events)"
daemon_stop
daemon_start
poll 10 has_value connections
is 70.5 "$(signal_of connections .hard)"
ok m throttle set main connections hard=
is "$usual" "$(signal_of connections .hard)"
is 60 "$(signal_of connections .soft)"
ok m throttle set connections critical=99
is null "$(signal_of connections .critical)" # what was said of this server stands
ok m throttle set main connections critical=
is 99 "$(signal_of connections .critical)"

claim "wrong words are refused in one sentence, with the right exit status"
fails 65 m throttle set main moon hard=5
helps moon threads_running commit_latency
fails 65 m throttle show nowhere
helps nowhere
fails 65 m throttle set main lag soft=9 hard=5
helps soft hard
fails 65 m throttle set main lag hard=many
helps many
fails 65 m throttle set main lag fast=5
helps fast soft
fails 65 m throttle set main lag query='select 1'
helps query= sql:
fails 65 m throttle set main sql:jobs hard=5
helps sql:jobs
fails 65 m throttle set main sql:jobs hard=5 query='select id from mysql.nothing_here'
helps nothing_here
fails 65 m throttle set main sql:jobs hard=5 query='select 1 union all select 2'
helps row
fails 65 m throttle set main sql:jobs hard=5 query='select 1, 2'
helps column
fails 65 m throttle set main sql:jobs hard=5 query='select "many"'
helps number
fails 64 m throttle hold main --reason why
fails 64 m throttle exempt main lag --for 5m
is 0 "$(j '[.[0].signals[] | select(.name | startswith("sql:"))] | length' throttle show main)"

claim "a signal of one's own counts like the others, and goes again"
sql 'create database ops; create table ops.jobs (id int primary key)'
ok m throttle set main sql:jobs query='select count(*) from ops.jobs' soft=1 hard=2
poll 10 has_value sql:jobs
is 0 "$(signal_of sql:jobs .value)"
sql 'insert into ops.jobs values (1), (2)'
poll 10 check_is 429 '?p=low'
poll 10 check_is 200
sql 'insert into ops.jobs values (3)'
says_jobs() {
	check
	[[ $(jq -r '"\(.StatusCode) \(.Value) \(.Threshold) \(.Message)"' <<<"$out") == '429 3 2 '*sql:jobs* ]]
}
poll 10 says_jobs
poll 10 state_is paused
poll 10 reason_has sql:jobs
ok m throttle show main
has 'muster throttle exempt main sql:jobs' "$out"

claim "an exempt signal does nothing, and is still shown"
ok m throttle exempt main sql:jobs --for 10m --reason 'they are harmless'
poll 10 check_is 200
is 3 "$(signal_of sql:jobs .value)"
is 'they are harmless' "$(signal_of sql:jobs .exempt_reason)"
ok m throttle release main
poll 10 check_is 429
ok m throttle set main sql:jobs query=-
poll 10 check_is 200
is_gone() {
	[ -z "$(signal_of sql:jobs .name)" ]
}
poll 10 is_gone

claim "a limit on a signal that the server does not give keeps everything, and who sets it is told"
if [ "$flavor" = mysql ]; then
	ok m server check main
	fails 65 m throttle set main flow_control hard=5
	has 'server main is MySQL' "$err"
else
	says_silent() {
		check
		[[ $(jq -r .Message <<<"$out") == *'signal flow_control silent since '* ]]
	}
	ok m throttle set main flow_control hard=6
	poll 10 check_is 500
	poll 10 says_silent
	ok m throttle set main flow_control hard=5
	has 'nothing starts on server main while flow_control is silent: this server does not give it' "$err"
	has '  -> muster throttle set main flow_control soft=- hard=-' "$err"
	ok m throttle set main flow_control hard=
fi
ok m throttle set flow_control hard=5 # for those that have it
poll 10 check_is 200
ok m throttle set flow_control hard=

claim "a held server gets nothing to do, says so, and goes on when it is released"
ok m throttle hold main --for 1h --reason 'backup'
poll 10 check_is 417
has backup "$(jq -r .Message <<<"$out")"
migration "$rel" 0002_b.sql 'create table two (id int primary key);'
start_rollout "$rel" --name held --priority 5
is 5 "$(j .priority rollout show held)"
ok m rollout set held priority=-2
is -2 "$(j .priority rollout show held)"
fails 65 m rollout start "$rel" --priority 11
has 'from -10 to 10' "$err"
background m rollout watch held
tells() {
	grep -q 'main throttle paused .*backup' "$work/background.log"
}
poll 10 tells
is 0 "$(j .counts.done rollout show held)"
is paused "$(j '.[0].state' throttle show main)"
is backup "$(j '.[0].hold.reason' throttle show main)"
daemon_stop
daemon_start
is backup "$(j '.[0].hold.reason' throttle show main)"
ok m throttle release main --reason 'it is done'
wait_rollout held 'done'
is 6 "$(j .counts.done rollout show held)"
has 'it is done' "$(m events)"
paused_by() {
	j ".[0].paused[] | select(.reason == \"$1\") | .paused_s" throttle show main
}
before=$(paused_by hold)
[ -n "$before" ] || fail "no time was counted: $(m throttle show main)"
daemon_stop
daemon_start
after=$(paused_by hold)
awk -v a="${after:-0}" -v b="$before" 'BEGIN { exit !(a >= b && b > 0) }' ||
	fail "$before s before the restart, ${after:-none} after it"

claim "a share of the slots ends by itself or when somebody says so"
ok m throttle set main --ratio 0.5 --for 1h
is 0.5 "$(j '.[0].ratio' throttle show main)"
slots_are() { # N: after a pause they come back one by one
	[ "$(j '.[0].slots.now' throttle show main)" = "$1" ]
}
poll 20 slots_are 2
ok m throttle set main --ratio 1
is 1 "$(j '.[0].ratio' throttle show main)"
poll 20 slots_are 4

claim "labels have limits"
ok m throttle label tier=gold 2 -o json
is 'tier=gold 2' "$(j '.[] | "\(.label) \(.running)"' throttle label)"
ok m throttle label tier=gold -
is '[]' "$(m throttle label -o json)"

claim "of tasks that rebuild only so many run at once, others go past them, and each says why it waits"
ok m server set main max-rebuilds=1
migration "$work/quick" 0003_quick.sql 'create table quick (id int primary key);'
cp "$rel"/*.sql "$work/quick"
migration "$rel" 0003_c.sql "alter table one modify id bigint;
$at_barrier"
barrier_up
start_rollout "$rel" --name heavy --budget 100% --waves 100% -l 'name in (client_001,client_002,client_003)'
poll 20 waiting 1
two_wait_for_it() {
	[ "$(j '[.[] | select(.state == "pending" and .kind == null) | .reason |
		select(contains("rebuilds in 1 of 1 tasks at once"))] | length' task list heavy)" = 2 ]
}
poll 20 two_wait_for_it
is '1 1 1' "$(j '.[0].rebuilds | "\(.now) \(.max) \(.running)"' throttle show main)"
start_rollout "$work/quick" --name quick --budget 100% --waves 100% -l 'name in (client_004,client_005,client_006)'
wait_rollout quick 'done'
is 'instant' "$(j .kind task show quick/client_004)"
is '0 2' "$(j '"\(.counts.done) \(.counts.pending)"' rollout show heavy)"
barrier_down
wait_rollout heavy 'done'
ok m server set main max-rebuilds=0

claim "a check answers HEAD, other servers and other paths as freno does"
poll 10 check_is 200
head_is() { # STATUS
	[ "$(curl -sI --max-time 30 --unix-socket "$sock" -o /dev/null -w '%{http_code}' \
		http://muster/check/gh-ost/mysql/main)" = "$1" ]
}
poll 10 head_is 200
api GET /check/test/mysql/nowhere
is 404 "$http"
is 404 "$(jq -r .StatusCode <<<"$out")"
api GET /check/test/memcache/main
is 404 "$http"

claim "the port answers checks and nothing else"
port=$(sed -n 's/.*checks are answered on a port .* port=//p' "$daemon_log" | tail -n 1)
at_port() { # METHOD PATH
	curl -s ${3:+-I} -X "$1" --max-time 30 -o "$work/body" -w '%{http_code}' "http://127.0.0.1:$port$2"
}
port_is() { # STATUS METHOD PATH
	[ "$(at_port "$2" "$3" "${4:-}")" = "$1" ]
}
poll 10 port_is 200 GET /check/test/mysql/main
poll 10 port_is 200 HEAD /check/test/mysql/main head
is 200 "$(at_port GET /healthz)"
for path in /v1/servers /v1/throttle /metrics /v1/events /; do
	is 404 "$(at_port GET "$path")"
done
is 404 "$(at_port POST /v1/pause)"

claim "who holds hundreds of connections to the port takes nothing from the socket, and the port is free again"
held=()
for _ in $(seq 400); do
	exec {guest}<>"/dev/tcp/127.0.0.1/$port"
	held+=("$guest")
done
is_full() {
	grep -q "too many connections, others wait port=$port connections=256" "$daemon_log"
}
poll 10 is_full
is main "$(m server list -o name)"
poll 10 check_is 200
open=$(find "/proc/$daemon_pid/fd" -lname 'socket:*' | wc -l)
[ "$open" -le 300 ] || fail "$open sockets are open"
for guest in "${held[@]}"; do
	exec {guest}>&-
done
port_answers() {
	[ "$(at_port GET /check/test/mysql/main)" = 200 ]
}
poll 20 port_answers

claim "a loop with curl waits as long as it must"
ok m throttle hold main --for 1h --reason 'not now'
background bash -c "until curl -fsI --max-time 5 http://127.0.0.1:$port/check/night/mysql/main >/dev/null
	do read -rt 0.1 <>/dev/fd/$never || true; done; touch '$work/went'"
poll 10 check_is 417
is 417 "$(at_port HEAD /check/gh-ost/mysql/main head)"
is 417 "$(at_port GET /check/gh-ost/mysql/main)"
is 417 "$(curl -sI --max-time 30 --unix-socket "$sock" -o /dev/null -w '%{http_code}' \
	http://muster/check/gh-ost/mysql/main)"
[ ! -e "$work/went" ] || fail "it did not wait"
ok m throttle release main
poll 10 test -e "$work/went"

claim "a server that does not answer is no go"
server_stop "$db" KILL
poll 20 check_is 500
has silent "$(jq -r .Message <<<"$out")"
server_again "$db" >/dev/null
poll 20 check_is 200

claim "the metrics have all of it"
metrics_go() {
	api GET /metrics
	[[ $out == *'muster_throttle_state{server="main",state="go"} 1'* ]]
}
poll 20 metrics_go
has '# TYPE muster_throttle_state gauge' "$out"
has 'muster_throttle_slots_max{server="main"} 4' "$out"
has 'muster_throttle_signal{server="main",signal="threads_running",unit=""} ' "$out"
has 'muster_throttle_signal_limit{server="main",signal="connections",level="critical"} 99' "$out"
has '# UNIT muster_throttle_paused_seconds seconds' "$out"
has 'muster_throttle_paused_seconds_total{server="main",reason="hold"} ' "$out"

claim "a port that others could reach is refused"
daemon_stop
for address in 0.0.0.0:3309 localhost:3309 10.0.0.1:3309 3309; do
	configure "check_listen = \"$address\";"
	fails 78 "$build/musterd" --config "$conf"
	has 'check_listen' "$err"
	has 'loopback' "$err"
done
