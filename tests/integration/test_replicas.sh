#!/bin/bash
# Replicas apply one change after the other: what is done on a server waits for those that
# replicate from it, found or named, and one that cannot keep up is a reason that is told.
. "$(dirname "$0")/lib.sh"

replica=$work/replica
servers+=("$db" "$replica")
server_start_source "$flavor" "$db" >/dev/null
server_start_replica "$db" "$replica" >/dev/null
printf '[client]\nuser=repl\npassword=repl\n' >"$work/repl.cnf"
configure 'server_running = 1;' 'budget = "0";' 'retry = "200ms";'
daemon_start
ok ms server add main --socket "$db/sock" --defaults-file "$work/repl.cnf"
make_tenants 4
rel=$work/rel

on_replica() { # STATEMENT, as MySQL says it
	[ "$flavor" = mysql ] || set -- "${1//replica/slave}"
	server_client "$replica" -e "$1"
}
replicas_are() { # NAME…
	[ "$(j '.replicas | join(" ")' server show main)" = "$*" ]
}
throttle_is() { # STATE
	[ "$(j '.[0].state' throttle show main)" = "$1" ]
}
paused_by() { # TEXT: it is paused, and the reason holds this
	[[ $(j '.[0] | "\(.state) \(.reason)"' throttle show main) == "paused "*"$1"* ]]
}
lag() { # FILTER
	j "[.[0].signals[] | select(.name == \"lag\")][0] | $1" throttle show main
}
lag_is_known() {
	[ "$(lag '.value != null')" = true ]
}
waits_for_lag() { # TASK: its rollout has come so far, and says so
	[[ $(j .reason task show "$1") == *"waits: server main: lag "* ]]
}
tables() { # NAME: how many tenants have it
	sql "select count(*) from information_schema.tables
		where table_schema like 'client\_%' and table_name = '$1'"
}

claim "a replica is found without being named, and shown"
poll 20 lag_is_known
poll 20 replicas_are "127.0.0.1:$(cat "$replica/port")"

claim "one that has stopped while nobody looked is missed after a restart, until somebody says who counts"
on_its_process() { # SIGNAL
	kill -"$1" "$(cat "$replica/pid")"
}
recalled() {
	[ "$(sqlite3 "$work/data/inventory.db" 'select address from replica_found')" = \
		"127.0.0.1:$(cat "$replica/port")" ]
}
poll 20 recalled
daemon_stop
server_stop "$replica"
daemon_start
migration "$rel" 0000_before.sql 'create table zero (id int primary key);'
start_rollout "$rel" --name missing
poll 20 paused_by 'signal lag silent'
poll 20 paused_by "replica 127.0.0.1:$(cat "$replica/port"): "
is 0 "$(tables zero)"
ok m server set main replicas="$db/sock"
poll 20 replicas_are "$db/sock"
poll 20 paused_by "$db/sock"
is 0 "$(tables zero)"
server_again "$replica" >/dev/null
ok m server set main replicas=
wait_rollout missing 'done'
is 4 "$(tables zero)"
poll 20 lag_is_known
poll 20 replicas_are "127.0.0.1:$(cat "$replica/port")"

claim "a client that is closed is closed on the replica, too, and opened with what it had"
app_there() { # what the replica lets the application do
	server_client "$replica" -N -e 'show grants for app@localhost' 2>/dev/null
}
app_may() { # WHAT: the replica has come so far
	[[ $(app_there) == *" $1 ON \`client"* ]]
}
sql "create user app@localhost; grant select, insert on \`client\_001\`.* to app@localhost"
poll 20 app_may 'SELECT, INSERT'
had=$(app_there)
ok m readonly on client_001 --ttl 5m --reason replica --method privileges --accept-holes
poll 20 app_may 'SELECT'
ok m readonly off client_001
poll 20 app_may 'SELECT, INSERT'
is "$had" "$(app_there)"
sql 'drop user app@localhost'

claim "one that is enrolled as its replica is watched as that, once"
ok ms server add copy --socket "$replica/sock" --defaults-file "$work/repl.cnf" --replica-of main
is main "$(j .replica_of server show copy)"
poll 20 replicas_are copy
poll 20 lag_is_known
poll 20 throttle_is go

claim "while a replica is behind, nothing more is done on its source; when it has caught up, it goes on"
ok m throttle set main lag soft=- hard=1
migration "$rel" 0001_a.sql "create table one (id int primary key);
$at_barrier
create table two (id int primary key);"
on_replica 'flush tables with read lock; do sleep(1000)' >/dev/null 2>&1 &
jobs_started+=($!)
stands_still() {
	[ "$(server_client "$replica" -N -e "select count(*) from information_schema.processlist
		where info like 'do sleep(1000)%'")" = 1 ]
}
poll 10 stands_still # or what is to be late has come already
barrier_up
start_rollout "$rel" --name behind
poll 20 waiting 1
poll 30 paused_by ' > 1 (hard)' # no other signal has that limit
barrier_down
poll 20 waits_for_lag behind/client_004
is '1 0' "$(tables one) $(tables two)"
server_client "$replica" -N -e "select id from information_schema.processlist
	where info like 'do sleep(1000)%'" | sed 's/.*/kill &;/' | server_client "$replica"
wait_rollout behind 'done'
is '4 4' "$(tables one) $(tables two)"

claim "a replica that has stopped is infinitely behind; who exempts it lets everything go"
on_replica 'stop replica sql_thread'
poll 20 paused_by 'lag infinite > 1 (hard)'
is 'true null' "$(lag '"\(.infinite) \(.value)"')"
migration "$rel" 0002_b.sql 'create table three (id int primary key);'
start_rollout "$rel" --name stopped
poll 20 waits_for_lag stopped/client_001
is 0 "$(tables three)"
ok m throttle exempt main lag --for 10m --reason 'it is rebuilt'
wait_rollout stopped 'done'
on_replica 'start replica sql_thread'
ok m throttle release main
poll 20 throttle_is go

claim "after a restart nothing starts until each of them has said how late it is"
on_its_process STOP
daemon_stop
daemon_start
migration "$rel" 0003_c.sql 'create table four (id int primary key);'
start_rollout "$rel" --name hung
poll 20 paused_by 'signal lag silent'
is 0 "$(tables four)"
on_its_process CONT
wait_rollout hung 'done'
is 4 "$(tables four)"
poll 20 throttle_is go

claim "a heartbeat says how late replicas are, whatever they say themselves"
sql "create database ops; create table ops.heartbeat (ts timestamp(6));
	insert into ops.heartbeat values (utc_timestamp(6) - interval 900 second)"
ok m server set main heartbeat=ops.heartbeat.ts
is ops.heartbeat.ts "$(j .heartbeat server show main)"
poll 20 paused_by 'lag 9'
poll 20 paused_by 'copy: heartbeat ops.heartbeat.ts is 9'
poll 20 paused_by 'is it still written'
sql 'delete from ops.heartbeat'
poll 20 paused_by 'heartbeat ops.heartbeat.ts: there is none'

claim "it is only read, and on replicas, which may be read only for everybody"
beat() { # as its owner's tool does, on the source
	sql 'insert into ops.heartbeat values (now(6))'
	until [ -e "$work/still" ]; do
		sql 'update ops.heartbeat set ts = now(6)'
		read -rt 0.1 <>/dev/fd/"$never" || true
	done
}
on_replica 'set global read_only = 1'
[ "$flavor" = mariadb ] || on_replica 'set global super_read_only = 1'
background beat
poll 20 throttle_is go

claim "one that nobody writes any more, or that is not there, keeps everything and says so"
touch "$work/still"
wait "$background"
poll 20 paused_by 'copy: heartbeat ops.heartbeat.ts is '
sql 'drop table ops.heartbeat'
poll 20 paused_by 'heartbeat ops.heartbeat.ts: '
ok m server set main heartbeat=
poll 20 throttle_is go

claim "on a replica its source is a way to write, with every method"
name=$(j '.[] | select(.name != "main") | .name' server list)
ok m tenant add there --server "$name" --schema client_001
fails 1 m readonly on there --ttl 5m --reason replica --method privileges --dry-run
has 'stays open: the server is a replica: what its primary sends is written' "$out"
daemon_stop
