#!/bin/bash
# Connections to a server: as many as it has slots, two more at most and the one that samples its
# load, whatever the number of tenants; and never so many that the clients get none.
. "$(dirname "$0")/lib.sh"

db_start --max-connections=60
configure 'server_running = 4;'
daemon_start
enrol
make_tenants 150
rel=$work/rel
migration "$rel" 0001_a.sql 'create table one (id int primary key);
alter table users add column birthday date;'
sql "create user muster@localhost; grant all on *.* to muster@localhost with grant option"
printf '[client]\nuser=muster\n' >"$work/muster.cnf"
ok m server set main defaults-file="$work/muster.cnf"
ok m throttle set main clients soft=- # the test itself asks often

sample() { # FILE: how many connections musterd has, until the file is gone
	while [ -e "$1" ]; do
		echo "select count(*) from information_schema.processlist where user = 'muster';"
		read -rt 0.03 <>/dev/fd/"$never" || true
	done | server_client "$db" -N -B --unbuffered >"$work/samples"
}

# What at least two samples saw: one alone may count a connection that is being closed, beside
# the one that takes its place.
most_seen() {
	sort -n "$work/samples" | tail -n 2 | head -n 1
}

connections_made() {
	sql "show global status like 'Connections'" | cut -f2
}

claim "a rollout over 150 tenants has at most slots + 3 connections, and opens them once"
touch "$work/sampling"
background sample "$work/sampling"
before=$(connections_made)
ok m rollout start "$rel" --budget 100% --wait
opened=$(($(connections_made) - before))
rm "$work/sampling"
wait "$background"
most=$(most_seen)
[ "$most" -le 7 ] || fail "$most connections at once, with 4 slots"
[ "$most" -ge 4 ] || fail "only $most connections were ever seen: the test saw too little"
[ "$opened" -le 11 ] || fail "$opened connections were opened for 150 tenants"

claim "a limit of the rollout is obeyed, too"
migration "$rel" 0002_b.sql 'create table two (id int primary key);'
touch "$work/sampling"
background sample "$work/sampling"
ok m rollout start "$rel" --per-server 2 --budget 100% --wait
rm "$work/sampling"
wait "$background"
busy=$(most_seen)
[ "$busy" -le 7 ] || fail "$busy connections"

claim "all connections taken in the middle of a rollout: it waits, takes no more, and nothing fails"
sql 'create user client@localhost'
migration "$rel" 0003_c.sql 'create table middle (id int) select 1 as id from (select sleep(0.1)) as s;'
start_rollout "$rel" --name middle
begun() {
	[ "$(j .counts.done rollout show middle)" -ge 4 ]
}
poll 30 begun
for _ in $(seq 60); do # those that find no place go
	background server_client "$db" -u client -e 'do sleep(1000)'
done
count_muster() {
	sql "select count(*) from information_schema.processlist where user = 'muster'" >"$work/of_muster"
}
of_muster() { # there is place for one of us at a time
	poll 10 count_muster
	cat "$work/of_muster"
}
exhausted() {
	grep -q 'Too many connections' "$work/background.log"
}
is_paused() {
	[ "$(j .state rollout show middle)" = paused ]
}
poll 30 exhausted
poll 20 is_paused
has connections "$(j .reason rollout show middle)"
has "(critical)" "$(j .reason rollout show middle)"
for _ in 1 2 3 4 5; do
	most=$(of_muster)
	[ "$most" -le 7 ] || fail "$most connections at once, with 4 slots"
	read -rt 0.2 <>/dev/fd/"$never" || true
done
is 0 "$(j '.counts.failed + .counts.in_doubt' rollout show middle)"
client_ids() {
	sql "select concat('kill ', id, ';') from information_schema.processlist where user = 'client'" >"$work/ids"
}
clients_are_gone() { # there is place for one of us, not for two
	client_ids && [ ! -s "$work/ids" ] && return
	server_client "$db" --force <"$work/ids"
	return 1
}
poll 30 clients_are_gone
wait_rollout middle 'done' 90s
is '150 0' "$(j '"\(.counts.done) \(.counts.failed)"' rollout show middle)"

claim "when clients have taken nearly all connections, muster waits and leaves them the rest"
daemon_stop
for _ in $(seq 57); do
	background server_client "$db" -e 'do sleep(1000)'
done
crowded() {
	[ "$(sql "select count(*) from information_schema.processlist where info like 'do sleep%'")" -ge 57 ]
}
poll 30 crowded
daemon_start
migration "$rel" 0004_d.sql 'create table three (id int primary key);'
start_rollout "$rel" --name crowd --budget 100%
says_why() {
	[[ $(j '.[].reason' task list crowd) == *onnection* ]]
}
some_are_free() {
	[ $((60 - $(sql "show status like 'Threads_connected'" | cut -f2))) -ge 1 ]
}
poll 20 says_why
poll 20 some_are_free
sql "select id from information_schema.processlist where info like 'do sleep%'" |
	sed 's/.*/kill &;/' | server_client "$db" --force
wait_rollout crowd 'done' 90s
is 150 "$(j .counts.done rollout show crowd)"
daemon_stop
