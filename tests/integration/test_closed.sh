#!/bin/bash
# Rollouts that close each tenant for writes while they work on it, under clients that write all
# the time: nothing that was acknowledged is lost, nothing is written while it is closed, and
# every right is there again afterwards.
. "$(dirname "$0")/lib.sh"

tenants=6
writers=3

db_start --log-bin=binlog --log-bin-trust-function-creators=1
hooks=$(mktemp -d)
clean() {
	rm -rf "$hooks"
}
configure 'budget = "0";' "hooks_dir = \"$hooks\";" 'hook_timeout = "30s";'
daemon_start
enrol
make_tenants "$tenants"
while read -r host; do
	sql "drop user root@'$host'"
done < <(sql "select host from mysql.user where user = 'root' and host <> 'localhost'")
for n in $(seq "$tenants"); do
	sql "create table items (id int primary key, at timestamp(6) default current_timestamp(6))" \
		"client_00$n"
	sql "create user own$n@localhost identified by 'secret';
		grant all on \`client\\_00$n\`.* to own$n@localhost with grant option"
done
sql "create user wide@localhost identified by 'secret';
	grant select, insert on \`client\\_%\`.* to wide@localhost"

grants() {
	local n

	for n in $(seq "$tenants"); do
		sql "show grants for own$n@localhost" | sort
	done
	sql "show grants for wide@localhost" | sort
	sql "select * from mysql.db where user like 'own%' or user = 'wide' order by 1, 2, 3" | tr -d "\000"
}
before=$(grants)

# Writes a row every few milliseconds and says so when the server has said so; one that was
# thrown out comes again.
write_on() { # N USER FIRST
	local from=$3

	until [ -e "$work/enough" ]; do
		seq "$from" $((from + 39)) | sed "s/.*/insert into items (id) values (&); \
			select if(row_count() = 1, 'ack &', 'no'); do sleep(0.004);/" |
			mariadb --no-defaults --skip-ssl --user="$2" --password=secret \
				--socket="$db/sock" -N -n --force "client_00$1" \
				>>"$work/acks.$1" 2>>"$work/refused.$1" || true
		from=$((from + 40))
	done
}

mode() { # TENANT
	j .mode tenant show "$1"
}

task_is() { # R/T STATE: also before it is there
	[ "$(m task show "$1" -o json 2>/dev/null | jq -r .state)" = "$2" ]
}

all_open() {
	is '[]' "$(m readonly list -o json)"
	is "$before" "$(grants)"
	is "" "$(sql "select concat('select * from ', table_schema, '.muster_write_mode;')
		from information_schema.tables where table_name = 'muster_write_mode'" | server_client "$db" -N)"
}

# ---- under load ---------------------------------------------------------------------------

for n in $(seq "$writers"); do
	background write_on "$n" "own$n" 1
	background write_on "$n" wide 5000000
done
for n in $(seq "$writers"); do
	poll 20 grep -q 'ack 2$' "$work/acks.$n"
	poll 20 grep -q 'ack 5000002$' "$work/acks.$n"
done

claim "each tenant is closed, migrated and opened again, under its clients"
migration "$work/rel" 0001_more.sql 'alter table items add column more int, algorithm=copy;
do sleep(0.15);'
start_rollout "$work/rel" --readonly --max-closed 60s --drain 2s --running 3
wait_rollout "$rollout" 'done'
all_open
m rollout show "$rollout" -o json >"$work/shown"
is "all 60000 $tenants" "$(jq -r '"\(.readonly) \(.max_closed_ms) \(.closed.tenants)"' "$work/shown")"
is true "$(jq '.closed | .min_ms >= 150 and .median_ms >= .min_ms and .p95_ms >= .median_ms and .max_ms >= .p95_ms' \
	"$work/shown")"
ok m rollout show "$rollout"
has "closed for writes: $tenants tenants" "$out"
is true "$(j '.closed_ms >= 150' task show "$rollout/client_001")"

claim "they go on writing afterwards"
for n in $(seq "$writers"); do
	last=$(tail -n 1 "$work/acks.$n")
	poll 20 eval '[ "$(tail -n 1 "$work/acks.$n")" != "$last" ]'
done
touch "$work/enough"
wait "${jobs_started[@]}"

claim "every write that was acknowledged is there"
for n in $(seq "$writers"); do
	sql "select concat('ack ', id) from items" "client_00$n" | sort >"$work/rows"
	is "" "$(grep -x 'ack [0-9]*' "$work/acks.$n" | sort | comm -23 - "$work/rows")"
	[ -s "$work/refused.$n" ] || fail "no client of client_00$n has noticed anything"
done

claim "nothing was written while it was closed"
m events --since 0 -o json >"$work/events"
for n in $(seq "$writers"); do
	from=$(jq -r ".[] | select(.object == \"tenant/client_00$n\" and .state == \"ro\") | .at" "$work/events")
	to=$(jq -r ".[] | select(.object == \"tenant/client_00$n\" and .state == \"opening\") | .at" "$work/events")
	[[ $from < $to ]] || fail "closed from $from to $to"
	is 0 "$(sql "set time_zone = '+00:00'; select count(*) from items
		where at > replace('${from%Z}', 'T', ' ') and at < replace('${to%Z}', 'T', ' ')" "client_00$n")"
done

# ---- the limits ---------------------------------------------------------------------------

claim "one that takes too long is opened after the running statement, and put aside"
migration "$work/rel" 0002_slow.sql 'do sleep(0.4);'
migration "$work/rel" 0003_late.sql 'create table slow (id int primary key);'
start_rollout "$work/rel" -l client_001 --readonly --max-closed 100ms
poll 30 task_is "$rollout/client_001" held
has "longer than" "$(j .reason task show "$rollout/client_001")"
poll 10 eval '[ "$(mode client_001)" = rw ]'
all_open
is 0 "$(sql "select count(*) from information_schema.tables where table_name = 'slow'")"

claim "and goes on with a rollout that may take longer"
start_rollout "$work/rel" -l client_001,client_002 --readonly
wait_rollout "$rollout" 'done'
all_open
is 2 "$(sql "select count(*) from information_schema.tables where table_name = 'slow'")"

claim "a file may ask for it, and only its tenants are closed"
cp -r "$work/rel" "$work/asks"
migration "$work/asks" 0004_closed.sql '-- muster: readonly=on
create table closed (id int primary key);'
ok m release create "$work/asks" --name asks
start_rollout asks -l client_003 --to 0003
wait_rollout "$rollout" 'done'
is 'asked 0' "$(j '"\(.readonly) \(.closed.tenants)"' rollout show "$rollout")"
start_rollout asks -l client_003
wait_rollout "$rollout" 'done'
is 'asked 1' "$(j '"\(.readonly) \(.closed.tenants)"' rollout show "$rollout")"
all_open

claim "cold is the same by another name: of a rollout, and of a file"
fails 65 m rollout start "$work/rel" -l client_004 --max-closed 9s
has "--strategy cold" "$err"
start_rollout asks -l client_004 --to 0003 --strategy cold --max-closed 60s
wait_rollout "$rollout" 'done'
is 'all 1' "$(j '"\(.readonly) \(.closed.tenants)"' rollout show "$rollout")"
migration "$work/asks" 0005_cold.sql '-- muster: strategy=cold
create table cold (id int primary key);'
ok m release create "$work/asks" --name cold
start_rollout cold -l client_003
wait_rollout "$rollout" 'done'
is 'asked 1' "$(j '"\(.readonly) \(.closed.tenants)"' rollout show "$rollout")"
all_open

# ---- what dies and what is stopped --------------------------------------------------------

claim "who could write all the same is named before anything runs"
sql "create user boss@localhost identified by 'secret'; grant insert on *.* to boss@localhost"
sql "create event late on schedule every 1 day starts now() + interval 1 day do insert into items (id) values (-1)" client_006
cp -r "$work/rel" "$work/next"
migration "$work/next" 0004_next.sql "$at_barrier
create table next (id int primary key);"
ok m release create "$work/next" --name next
fails 1 m plan next -l client_005,client_006 --readonly
has "client_005: writes would still get through while it is closed: boss@localhost may write to every database" "$out"
has "boss@localhost may write to every database of the server; event late runs with" "$out"
fails 1 m plan next -l client_005 -o json
is '[]' "$(jq -c .closing <<<"$out")"
begun=$(m rollout list -o json | jq length)
fails 2 m rollout start next -l client_005,client_006 --readonly
has "client_005: writes would still get through while it is closed: boss@localhost" "$out"
has "2 of 2 tenants would fail" "$err"
has "--accept-holes" "$out"
is "$begun" "$(m rollout list -o json | jq length)"
fails 1 m rollout start next -l client_005,client_006 --readonly --accept-holes --dry-run -o json
is '[[],["client_005","client_006"]]' "$(jq -c '[.plan.failing, [.plan.closing[].tenant]]' <<<"$out")"
fails 1 m rollout start next -l client_005,client_006 --readonly --method triggers --dry-run -o json
is '[[],[]]' "$(jq -c '[.plan.failing, .plan.closing]' <<<"$out")"

claim "a file that asks for it is enough, and who has none of it is left alone"
fails 2 m rollout start cold -l client_005,client_003 --dry-run -o json
is '[["client_005","closing"]]' "$(jq -c '[.plan.failing[] | [.tenant, .check]]' <<<"$out")"

claim "a way to write that opens later refuses the tenant, unless it is accepted"
start_rollout next -l client_005 --readonly --no-plan
poll 30 task_is "$rollout/client_005" failed
has "boss@localhost may write to every database" "$(j .error.message task show "$rollout/client_005")"
ok m rollout abort "$rollout"
sql "drop user boss@localhost; drop event client_006.late"

claim "musterd is killed while a tenant is closed: it is opened, and the rollout goes on"
barrier_up
start_rollout next -l client_006 --readonly
poll 20 waiting 1
is ro "$(mode client_006)"
[ "$before" != "$(grants)" ] || fail "nothing was taken"
daemon_kill
barrier_down
daemon_start
wait_rollout "$rollout" 'done'
all_open
is 1 "$(sql "select count(*) from information_schema.tables where table_schema = 'client_006' and table_name = 'next'")"

# ---- a throttle that says stop ------------------------------------------------------------

throttle_is() { # STATE
	[ "$(j '.[0].state' throttle show main)" = "$1" ]
}
closed_now() { # the one client that is
	m readonly list -o json | jq -r '.[].tenant'
}
goes_on() { # TENANT BECAUSE: its task, and says so
	[[ $(j .reason task show "$rollout/$1") == "goes on although its server is throttled ($2"*"its client is closed for writes" ]]
}
has_next() { # TENANT
	is 1 "$(sql "select count(*) from information_schema.tables where table_schema = '$1' and table_name = 'next'")"
}

claim "a throttle stops everybody but who has closed a client: that task comes to its end, and opens it"
sql 'create database ops; create table ops.stop (id int)'
ok m throttle set main sql:stop query='select count(*) from ops.stop' hard=0
barrier_up
start_rollout next -l client_001,client_002 --readonly --running 1
poll 30 waiting 1
first=$(closed_now)
sql 'insert into ops.stop values (1)'
poll 20 goes_on "$first" 'sql:stop 1 > 0 (hard)'
barrier_down
poll 30 task_is "$rollout/$first" 'done'
poll 20 eval '[ "$(mode "$first")" = rw ]'
has_next "$first"
throttle_is paused || fail "nothing was throttled: $out"
is 1 "$(j .counts.done rollout show "$rollout")"

claim "so it is when a signal is lost meanwhile"
barrier_up
sql 'delete from ops.stop'
poll 30 waiting 1
second=$(closed_now)
sql 'drop table ops.stop'
poll 20 goes_on "$second" 'signal sql:stop silent'
barrier_down
wait_rollout "$rollout" 'done'
poll 20 eval '[ "$(mode "$second")" = rw ]'
has_next "$second"
throttle_is paused || fail "nothing was throttled: $out"

claim "and at a critical load: the rollout pauses, the client is migrated and open"
sql 'create table ops.stop (id int)'
ok m throttle set main sql:stop hard=- critical=0
poll 20 throttle_is go
barrier_up
start_rollout next -l client_005 --readonly
poll 30 waiting 1
is 'its tenant is closed for writes, and it works there' "$(j .reason task show "$rollout/client_005")"
fails 65 m readonly off client_005
has "task $rollout/client_005 needs it closed until it ends" "$err"
fails 65 m readonly on client_005 --ttl 1s --reason mine
is "$rollout" "$(j '.[0].owner' readonly list)"
sql 'insert into ops.stop values (1)'
poll 20 goes_on client_005 'sql:stop 1 > 0 (critical)'
is_pausing() {
	[ "$(j .state rollout show "$rollout")" = pausing ]
}
poll 20 is_pausing
barrier_down
poll 30 task_is "$rollout/client_005" 'done'
poll 20 eval '[ "$(mode client_005)" = rw ]'
has_next client_005
ok m throttle set main sql:stop query=-
wait_rollout "$rollout" 'done'
all_open

# ---- hooks --------------------------------------------------------------------------------

# Each says in a file what it was told, and who may write then.
hook() { # NAME [LINE…]
	{
		echo '#!/bin/sh'
		printf '%s\n' "$2" "${@:3}"
	} >"$hooks/$1"
	chmod 755 "$hooks/$1"
}
tells="echo \"\$MUSTER_EVENT \$MUSTER_TENANT \$MUSTER_MODE \$MUSTER_OUTCOME\" >>$work/hooked"

log_of() { # R[/T]: what the hooks of it did, a line each
	j '.[] | select(.kind == "hook" and .state != "begun") | "\(.state) \(.text | split(":")[0]) \(.output // "" | rtrimstr("\n"))"' \
		task log "$1"
}

claim "hooks are run before and after a tenant is closed and opened, and around the rollout"
hook tells "$tells" "cat >$work/input" 'echo "as $MUSTER_HOOK"'
cp -r "$work/next" "$work/hooked.rel"
migration "$work/hooked.rel" 0005_hooked.sql 'create table hooked (id int primary key);'
ok m release create "$work/hooked.rel" --name hooked
start_rollout hooked -l client_001 --readonly --hook before-rollout=tells --hook before-close=tells \
	--hook after-close=tells --hook before-open=tells --hook after-open=tells --hook after-rollout=tells
wait_rollout "$rollout" 'done'
is "before-rollout
before-close client_001 closing
after-close client_001 closing
before-open client_001 opening
after-open client_001 opening
after-rollout   done" "$(sed 's/ *$//' "$work/hooked")"
is "passed before-close as tells
passed after-close as tells
passed before-open as tells
passed after-open as tells" "$(log_of "$rollout/client_001")"
is "passed before-rollout as tells
passed after-rollout as tells" "$(log_of "$rollout")"
is "after-rollout $rollout hooked done 1" \
	"$(jq -r '"\(.event) \(.rollout) \(.release) \(.outcome) \(.tasks_done)"' "$work/input")"
ok m task log "$rollout/client_001"
has "after-open: it took" "$out"
has "    | as tells" "$out"
has "before-close=tells" "$(j '.hooks[]' rollout show "$rollout")"
all_open

claim "a hook that says no keeps the tenant open, and its task fails with what it printed"
hook no 'echo "queue is not empty"; exit 3'
start_rollout hooked -l client_002 --readonly --hook before-close=no
wait_rollout "$rollout" paused
poll 20 eval '[ "$(mode client_002)" = rw ]'
has "hook no said no, exit code 3: queue is not empty" "$(j .error.message task show "$rollout/client_002")"
is "failed before-close queue is not empty" "$(log_of "$rollout/client_002")"
all_open
ok m rollout abort "$rollout"

claim "one after it is closed opens it again, and its task fails"
start_rollout hooked -l client_002 --readonly --hook after-close=no --hook after-open=tells
wait_rollout "$rollout" paused
poll 20 eval '[ "$(mode client_002)" = rw ]'
has "after-close: hook no said no" "$(j .error.message task show "$rollout/client_002")"
is 0 "$(sql "select count(*) from information_schema.tables where table_schema = 'client_002' and table_name = 'hooked'")"
all_open
ok m rollout abort "$rollout"

claim "one before it is opened keeps nothing closed, and is told"
start_rollout hooked -l client_002 --readonly --hook before-open=no
wait_rollout "$rollout" 'done'
is "failed before-open queue is not empty" "$(log_of "$rollout/client_002")"
all_open

claim "one before a rollout refuses it whole"
start_rollout hooked -l client_003 --readonly --hook before-rollout=no
wait_rollout "$rollout" failed
has "queue is not empty" "$(j .reason rollout show "$rollout")"
is 0 "$(j .counts.total rollout show "$rollout")"

claim "only executables of the folder can be asked for"
echo 'exit 0' >"$hooks/text"
fails 65 m rollout start hooked -l client_003 --readonly --hook before-close=text
has "chmod +x" "$err"
fails 65 m rollout start hooked -l client_003 --readonly --hook before-close=/bin/true
fails 65 m rollout start hooked -l client_003 --readonly --hook before-close=none
fails 65 m rollout start hooked -l client_003 --readonly --hook before=tells
chmod 777 "$hooks/tells"
fails 65 m rollout start hooked -l client_003 --readonly --hook before-close=tells
has "can be written by others" "$err"
chmod 755 "$hooks/tells"

claim "one client is closed by hooks alone: their exit code is the proof"
ok m readonly on client_003 --ttl 5m --reason hooks --method hook --hook before-close=tells \
	--hook after-close=tells --hook before-open=tells -o json
is ro "$(mode client_003)"
has "hook tells says so, exit code 0" "$(j '.[] | select(.object == "tenant/client_003" and .state == "ro") | .text' events | tail -n 1)"
fails 65 m readonly on client_004 --ttl 5m --reason hooks --hook before-rollout=tells
ok m readonly off client_003
is 'as tells as tells as tells' "$(j '[.[] | select(.kind == "hook" and .object == "tenant/client_003" and .output != null)
	| .output | rtrimstr("\n")] | join(" ")' events)"
all_open

claim "so can a rollout: nothing is taken, and the hook says when the application has stopped"
fails 65 m rollout start hooked -l client_003 --readonly --method hook
has "--hook before-close=NAME" "$err"
hook stops "$tells" "echo stopped"
rm "$work/hooked"
start_rollout hooked -l client_006 --readonly --method hook --hook before-close=stops
wait_rollout "$rollout" 'done'
is 'before-close client_006 closing ' "$(cat "$work/hooked")"
is hook "$(j .close_method rollout show "$rollout")"
all_open

claim "musterd is killed while a hook keeps a tenant closed: the next start asks it again, and opens"
hook waits "touch $work/waits; while [ -d $work ] && [ ! -e $work/on ]; do sleep 0.1; done" 'echo "again: $MUSTER_AGAIN"'
start_rollout hooked -l client_004 --readonly --hook before-open=waits --hook after-open=tells
poll 20 test -e "$work/waits"
is opening "$(mode client_004)"
daemon_kill
touch "$work/on"
daemon_start
wait_rollout "$rollout" 'done'
is "passed before-open again: 1
passed after-open as tells" "$(log_of "$rollout/client_004")"
is 2 "$(j '[.[] | select(.state == "begun" and (.text | startswith("before-open")))] | length' task log "$rollout/client_004")"
all_open

claim "one that does not end is ended when the rollout is aborted"
rm "$work/on" "$work/waits"
start_rollout hooked -l client_005 --readonly --hook before-close=waits
poll 20 test -e "$work/waits"
ok m rollout abort "$rollout"
wait_rollout "$rollout" aborted
is "failed before-close " "$(log_of "$rollout/client_005")"
all_open
