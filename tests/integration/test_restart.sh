#!/bin/bash
# musterd stops, or is killed, in the middle: what was paused stays paused, what ran goes
# on without being told, and no statement is applied twice.
. "$(dirname "$0")/lib.sh"

tenants=12
db_start
configure 'server_running = 3;' 'budget = "100%";' 'retry = "200ms";' 'stop_timeout = "60s";'
daemon_start
enrol
make_tenants $tenants
rel=$work/rel

# Each statement leaves something that tells how often it took effect. The third one waits
# at the barrier, so that it runs when something happens.
slow="get_lock('barrier', 600) + release_lock('barrier') = 2"
release_of() { # NAME CONDITION
	rm -rf "$rel"
	migration "$rel" "$1.sql" "
		create table if not exists marks (what varchar(20));
		insert into marks values ('$1 first');
		insert into marks select '$1 second' where $2;
		create table ${1#*_} (id int primary key);
		insert into marks values ('$1 third');"
}

marks() { # each mark once in each tenant: prints nothing; else the tenant and the marks
	local n

	for n in $(seq -f '%03.0f' $tenants); do
		server_client "$db" -N -B -e "select 'client_$n', what, count(*) from marks
			where what like '$1%' group by what having count(*) <> 1" "client_$n"
		[ "$(sql "select count(*) from marks where what like '$1%'" "client_$n")" = 3 ] ||
			echo "client_$n lacks marks of $1"
	done
}

# What a human does about tasks in doubt: look how far the file came, and say so.
look_and_resolve() { # ROLLOUT VERSION
	local tenant at

	for tenant in $(j '.[] | select(.state == "in_doubt") | .tenant' task list "$1"); do
		at=$(sql "select 1 + count(*) + (select count(*) from information_schema.tables
			where table_schema = database() and table_name = '$1')
			from marks where what like '$2%'" "$tenant")
		fails 65 m task resolve "$1/$tenant" --as at=99
		ok m task resolve "$1/$tenant" --as "at=$at" --reason 'looked'
	done
}

finish() { # ROLLOUT
	if [ "$(j .state rollout show "$1")" = paused ]; then
		ok m rollout resume "$1"
	fi
	wait_rollout "$1" 'done'
}

earlier= # versions that tenants have, for the releases to come
next_release() { # NAME [CONDITION]
	release_of "$1" "${2:-$slow}"
	[ -z "$earlier" ] || cp "$work/old"/*.sql "$rel/"
	mkdir -p "$work/old"
	cp "$rel/$1.sql" "$work/old/"
	earlier=yes
}

claim "a paused rollout is paused after a restart, and goes on when it is told"
next_release 0001_alpha
barrier_up
start_rollout "$rel" --name alpha
poll 20 waiting 2
ok m rollout pause alpha
barrier_down
wait_rollout alpha paused
before=$(j '.counts | tojson' rollout show alpha)
daemon_stop
daemon_start
is "paused" "$(j .state rollout show alpha)"
is "$before" "$(j '.counts | tojson' rollout show alpha)"
ok m rollout resume alpha --wait
is "" "$(marks 0001)"

claim "SIGTERM parks what runs before its next statement, and the next start goes on by itself"
next_release 0002_beta
barrier_up
start_rollout "$rel" --name beta
poll 20 waiting 2
stops() {
	grep -c '^stopping; ' "$daemon_log"
}
stops_more() { # THAN
	[ "$(stops)" -gt "$1" ]
}
before=$(stops)
kill -TERM "$daemon_pid"
poll 10 stops_more "$before"
barrier_down
daemon_wait
is 0 "$status"
has "musterd is down" "$(tail -n 3 "$daemon_log")"
nobody_is_there() { # the server may hear of it a little later
	[ "$(sql "select count(*) from information_schema.processlist where db like 'client%'")" = 0 ]
}
poll 10 nobody_is_there
daemon_start
wait_rollout beta 'done'
is $tenants "$(j .counts.done rollout show beta)"
is "" "$(marks 0002)"

claim "SIGTERM ends also while a server that is stopped, but not gone, owes an answer"
asked() { # a worker waits for a server: 7 is poll
	local thread

	for thread in /proc/"$daemon_pid"/task/*; do
		[ "$(cat "$thread/comm")" != muster-probe ] || ! grep -q '^7 ' "$thread/syscall" || return 0
	done
	return 1
}
kill -STOP "$(cat "$db/pid")"
m tenant discover --server main >"$work/discovered" 2>&1 &
asking=$!
poll 60 asked
daemon_stop
kill -CONT "$(cat "$db/pid")"
wait "$asking" || true
daemon_start

claim "kill -9: statements that ended are not repeated, a lost one is found or in doubt, never repeated"
next_release 0003_gamma
barrier_up
start_rollout "$rel" --name gamma
poll 20 waiting 2
daemon_kill
daemon_start
barrier_down
ok m wait gamma --for 'done,failed,paused' --timeout 120s
look_and_resolve gamma 0003
finish gamma
is $tenants "$(j .counts.done rollout show gamma)"
is "" "$(marks 0003)"

claim "many kills in a row end at the same state"
next_release 0004_delta true
start_rollout "$rel" --name delta --running 2
for _ in 1 2 3 4; do
	if [ "$(j .counts.done rollout show delta)" -lt $tenants ]; then
		daemon_kill
		daemon_start
	fi
done
ok m wait delta --for 'done,failed,paused' --timeout 120s
look_and_resolve delta 0004
finish delta
is "" "$(marks 0004)"
is $tenants "$(sql "select count(*) from information_schema.tables where table_name = 'delta'")"

claim "losing the inventory loses no tenant and no migration"
daemon_stop
rm -rf "$work/data"
daemon_start
enrol
ok m tenant discover --server main --like 'client\_%'
ok m rollout start "$rel" --dry-run -o json
is "0 $tenants" "$(jq -r '"\(.pending) \(.up_to_date)"' <<<"$out")"

claim "kill -9 while a release is tried out: the next start drops the copy, and nothing else"
next_release 0005_epsilon true
migration "$rel" 0006_zeta.sql 'create table zeta as select sleep(1000) as slept;'
copies() {
	sql "select group_concat(schema_name) from information_schema.schemata
		where schema_name like 'muster\_scratch\_%'"
}
only_theirs() {
	[ "$(copies)" = "$theirs" ]
}
trying() {
	tried=$(sql "select id from information_schema.processlist
		where info like '%sleep(1000) as slept%' and db like 'muster\_scratch\_%'")
	[ -n "$tried" ]
}
theirs=muster_scratch_0123456789abcdef
sql "create database $theirs; create table $theirs.precious (id int)"
background m plan "$rel"
poll 20 trying
daemon_kill
sql "kill $tried"
has , "$(copies)"
daemon_start
poll 60 only_theirs
sql "drop database $theirs"
daemon_stop
