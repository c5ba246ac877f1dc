#!/bin/bash
# Two daemons that were given the same server: one works, the other says so and stays out, and
# takes over when the first is gone. One that slept meanwhile writes nothing when it wakes up.
. "$(dirname "$0")/lib.sh"

db_start
daemon_start
enrol
make_tenants 6
rel=$work/rel
migration "$rel" 0001_first.sql "$at_barrier
create table one (id int primary key);"

# The other daemon: another data_dir, another socket, the same server.
other_sock=$work/other.sock
other_log=$work/other.log

o() {
	"$build/muster" --socket "$other_sock" "$@"
}

oj() { # FILTER WORD…
	local filter=$1

	shift
	o "$@" -o json | jq -r "$filter"
}

other_start() {
	sed "s|$work/data|$work/other|; s|$sock|$other_sock|" "$conf" >"$work/other.conf"
	"$build/musterd" --config "$work/other.conf" >>"$other_log" 2>&1 </dev/null &
	other_pid=$!
	jobs_started+=("$other_pid")
	poll 30 curl -sf --unix-socket "$other_sock" http://muster/healthz
}

applied() { # TABLE: in how many tenants it is
	sql "select count(*) from information_schema.tables where table_name = '$1' and table_schema like 'client%'"
}

claim "the second daemon sees the server, says who works there, and starts nothing"
barrier_up
start_rollout "$rel" --name first --budget 100% --per-server 1
poll 20 waiting 1
other_start
ok env MUSTER_SOCKET="$other_sock" "$build/muster" server add main --socket "$db/sock" \
	--defaults-file "$work/root.cnf"
ok o tenant discover --server main --like 'client_%' -o json
ok o rollout start "$rel" --name second --budget 100% --per-server 1 -o json
shut_out() {
	[ "$(oj .state server show main)" = denied ] &&
		[ "$(oj .counts.waiting rollout show second)" = 6 ]
}
poll 20 shut_out
holder=$(sql "select is_used_lock('muster:fleet')")
want="another musterd works on this server: connection $holder (root@localhost): stop one of the two, see \`muster server show main\`"
is "$want" "$(oj .reason server show main)"
is "$want" "$(oj '.[0].reason' server list)"
is "server main: $want" "$(oj '.[0].reason' task list second)"
has "server denied server=main reason=\"another musterd works on this server" "$(cat "$other_log")"
is 0 "$(applied one)"

claim "doctor names it on the one, and nothing on the other"
fails 1 o doctor -o json
is "another musterd works on this server: connection $holder (root@localhost); stop one of the two" \
	"$(jq -r '.[] | select(.problem == "another daemon") | .detail' <<<"$out")"
ok m doctor

claim "the first is not disturbed by it"
is up "$(j .state server show main)"
barrier_down
wait_rollout first 'done'
is 6 "$(applied one)"
is 0 "$(oj .counts.done rollout show second)"

claim "what writes for an operator is refused with the same sentence"
run o tenant baseline -l client_001 --release rel --at 0001
[ "$status" -ne 0 ] || fail "a baseline was recorded beside another daemon"
has "another musterd works on this server" "$out$err"

claim "the first is killed: the second takes over by itself, within seconds"
began=$SECONDS
daemon_kill
ok o wait rollout/second --for 'done' --timeout 60s
[ $((SECONDS - began)) -le 30 ] || fail "it took $((SECONDS - began)) s"
is up "$(oj .state server show main)"
is 6 "$(oj .counts.done rollout show second)"

claim "the first comes back and is the one that waits now, also while the other sleeps"
migration "$rel" 0002_second.sql 'create table two (id int primary key);'
ok o rollout start "$rel" --name third --budget 100% --waves 1,rest --bake 8s -o json
baking() {
	[ "$(oj '.waves[0].state' rollout show third)" = baking ]
}
poll 20 baking
kill -STOP "$other_pid"
is 1 "$(applied two)"
its_sessions=$(sql "select id from information_schema.processlist
	where user = 'root' and id <> connection_id()")
daemon_start
start_rollout "$rel" --name fourth --budget 100%
denied() {
	[ "$(j .state server show main)" = denied ]
}
poll 20 denied
is 1 "$(applied two)"

claim "the sleeper's sessions end: the first takes over"
for id in $its_sessions; do
	sql "kill $id" 2>"$work/gone" || grep -q 'Unknown thread' "$work/gone"
done
wait_rollout fourth 'done'
is 6 "$(applied two)"

claim "it wakes up, finds that its claim is gone, and writes nothing"
histories() {
	local n

	for n in 1 2 3 4 5 6; do
		sql "select h.version, h.state, h.epoch, h.finished_at, s.epoch, s.updated_at
			from muster_history h join muster_state s order by h.seq" "client_00$n"
	done
}
before=$(histories)
kill -CONT "$other_pid"
shut_out_now() {
	[ "$(oj .state server show main)" = denied ] &&
		[ "$(oj .counts.waiting rollout show third)" = 5 ]
}
poll 30 shut_out_now
is "$before" "$(histories)"

claim "when the first stops, it goes on and finds nothing left to do"
daemon_stop
ok o wait rollout/third --for 'done' --timeout 120s
is "$(cut -f1 <<<"$before")" "$(histories | cut -f1)"
