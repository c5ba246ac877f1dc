#!/bin/bash
# Rollouts: waves, rests, gates, budgets and all the verbs.
. "$(dirname "$0")/lib.sh"

db_start
configure 'server_running = 4;'
daemon_start
enrol
make_tenants 20
rel=$work/rel
migration "$rel" 0001_a.sql 'create table one (id int primary key);'

next() { # SQL: one more migration in $rel
	number=$(printf '%04d' $((10#${number:-0001} + 1)))
	migration "$rel" "${number}_next.sql" "$1"
}

show() { # FILTER
	j "$1" rollout show "$rollout"
}

claim "without a policy all tenants are one wave, and a preview changes nothing"
fails 1 m rollout start "$rel" --dry-run
has "nothing was changed" "$out"
is 0 "$(j length rollout list)"
start_rollout "$rel" --wait
is "done 20 1" "$(jq -r '"\(.state) \(.counts.done) \(.waves | length)"' <<<"$out")"

claim "waves go one after the other, with a rest between them"
next 'create table two (id int primary key);'
start_rollout "$rel" --waves '1, 5%, 25%, rest' --bake 300ms
wait_rollout "$rollout" 'done'
is "1 1 5 13" "$(show '[.waves[].size] | join(" ")')"
is "done done done done" "$(show '[.waves[].state] | join(" ")')"
m events --rollout "$rollout" -o json | jq -r '.[] | select(.kind == "wave") | "\(.object | split("/")[-1]) \(.state)"' >"$work/waves"
is "1 running,1 baking,1 done,2 running,2 baking,2 done,3 running,3 baking,3 done,4 running,4 done" \
	"$(paste -sd, "$work/waves" | sed 's/,4 baking//')"

claim "the largest tenants of a wave go first"
for n in 010 017; do
	sql "create table ballast (t longtext);
		insert into ballast with recursive seq (n) as (
			select 1 union all select n + 1 from seq where n < ${n#0})
			select repeat('x', 3000000) from seq;
		analyze table ballast" "client_$n" >/dev/null
done
ok m tenant discover --server main --like 'client\_%' --accept # that was by hand
next 'create table three (id int primary key);'
ok m rollout start "$rel" --name sizes --running 1 --wait
is "r1/client_017 r1/client_010" "$(m events --rollout sizes -o json |
	jq -r '[.[] | select(.kind == "task" and .state == "done") | .object][0, 1] | sub("^r[0-9]+"; "r1")' |
	paste -sd' ')"

claim "waves that cannot be are refused in words"
fails 65 m rollout start "$rel" --waves '0%'
helps "waves"
fails 65 m rollout start "$rel" --waves 'some'
helps "waves"

claim "a human gate stops after each wave until it is promoted; --wait says so with 3"
next 'create table four (id int primary key);'
fails 3 m rollout start "$rel" --name gated --waves '1, 2, 3, rest' --gate human --wait -o json
rollout=gated
is "gated 1" "$(jq -r '"\(.state) \(.counts.done)"' <<<"$out")"
has promote "$(show '.available_actions | join(" ")')"
fails 3 m rollout promote gated --wait
is 3 "$(show .counts.done)"
is "2/20 3/20" "$(grep -o '[0-9]*/20$' <<<"$out" | xargs)" # it counts on, it does not begin anew
ok m rollout promote gated --full --wait
is "done 20" "$(show '"\(.state) \(.counts.done)"')"
fails 65 m rollout promote gated
helps gated

claim "one failure more than the budget pauses the rollout, with exit 4, and tasks are never more than it allows"
for n in 002 005 008 011 014; do
	sql 'create table five (other int)' "client_$n"
done
ok m tenant discover --server main --like 'client\_%' --accept # that was by hand
next 'create table five (id int primary key);'
fails 4 m rollout start --no-plan "$rel" --name over --budget 2 --wait -o json
rollout=over
is "paused 3" "$(jq -r '"\(.state) \(.counts.failed)"' <<<"$out")"
is "3 2" "$(show '"\(.budget.failed) \(.budget.limit)"')"
has "budget" "$(show .reason)"
[ "$(show .counts.done)" -lt 15 ] || fail "the rollout went on over its budget"

claim "after it was mended, retry and resume bring it to the end"
for n in 002 005 008 011 014; do
	sql 'drop table if exists five' "client_$n"
done
ok m tenant discover --server main --like 'client\_%' --accept # those that had not begun look otherwise
ok m rollout set over budget=50%
ok m rollout retry over
ok m rollout resume over --wait
is "done 20 0" "$(show '"\(.state) \(.counts.done) \(.counts.failed)"')"

claim "a budget can be a share"
sql 'create table six (other int)' client_002
ok m tenant discover --server main --like 'client\_002' --accept # that was by hand
next 'create table six (id int primary key);'
fails 2 m rollout start --no-plan "$rel" --name share --budget 10% --wait -o json
is "failed 1 2" "$(jq -r '"\(.state) \(.counts.failed) \(.budget.limit)"' <<<"$out")"
fails 65 m rollout start "$rel" --budget many
helps budget

claim "one task can be retried, or be left out with a reason"
fails 2 m rollout retry share -t client_002 --wait -o json
is 2 "$(j .attempt task show share/client_002)"
sql 'drop table six' client_002
ok m rollout retry share -t client_002 --wait
is "done" "$(j .state task show share/client_002)"
sql 'create table seven (other int)' client_002
ok m tenant discover --server main --like 'client\_002' --accept
next 'create table seven (id int primary key);'
fails 2 m rollout start --no-plan "$rel" --name skipping --budget 2 --wait
ok m rollout skip skipping -t client_002 --reason 'moves away'
is skipped "$(j .state task show skipping/client_002)"
has 'moves away' "$(m events --rollout skipping -o csv)"
has 'moves away' "$(m task list skipping --state skipped)"
fails 2 m rollout watch skipping
has "  -> muster task list r" "$err"
has " --state skipped" "$err"
fails 64 m rollout skip skipping
sql 'drop table seven' client_002
ok m tenant discover --server main --like 'client\_002' --accept
ok m rollout start "$rel" -l client_002 --wait

claim "pause: not one more statement starts within a second; resume: it goes on where it was"
next "do 1; $at_barrier create table eight (id int primary key); create table eight_b (id int primary key);"
barrier_up
start_rollout "$rel" --running 4 --budget 100%
poll 20 waiting 4
sql "set global log_output = 'TABLE', general_log = 1; truncate mysql.general_log"
ok m rollout pause "$rollout" --reason 'wait a moment'
paused_at=$(sql 'select now(6)')
barrier_down
wait_rollout "$rollout" paused
is paused "$(show .state)"
sql 'set global general_log = 0'
is "" "$(sql "select argument from mysql.general_log where event_time > '$paused_at' + interval 1 second
	and argument like '/* muster:%'")"
is 0 "$(show .counts.running)"
fails 3 m rollout watch "$rollout" --timeout 5s
ok m rollout resume "$rollout" --wait
is "done 20" "$(show '"\(.state) \(.counts.done)"')"

claim "pause --now also stops the statement that runs; it runs again after resume, once"
next "create table now_a (id int primary key); create table now_b (id int primary key);
insert into now_a select 1 where sleep(if(is_used_lock('barrier') is null, 0, 600)) = 0;"
sleeping() { # N: at least so many
	[ "$(sql "select count(*) from information_schema.processlist
		where info like '%insert%now_a%' and state = 'User sleep'")" -ge "$1" ]
}
barrier_up
start_rollout "$rel" -l 'client_001,client_002,client_003' --name now --budget 100%
poll 20 sleeping 3
ok m rollout pause now --now
wait_rollout now paused 60s
! sleeping 1 || fail "a statement still runs"
is 0 "$(j .counts.done rollout show now)"
barrier_down
ok m rollout resume now --wait
is 1 "$(sql 'select count(*) from now_a' client_002)"
ok m rollout start "$rel" --wait --running 16 --per-server 16 --budget 100%

claim "abort: what runs ends whole, what has not begun is cancelled; exit 4"
next "do 1; $at_barrier create table nine (id int primary key);"
barrier_up
start_rollout "$rel" --running 4 --budget 100%
poll 20 waiting 4
ok m rollout abort "$rollout" --reason 'wrong release'
barrier_down
wait_rollout "$rollout" aborted
is 20 "$(show '.counts.done + .counts.cancelled + .counts.failed + .counts.pending')"
fails 4 m rollout watch "$rollout"
is "" "$(show '.available_actions | map(select(. == "resume" or . == "pause")) | join(" ")')"
fails 65 m rollout resume "$rollout"
helps "$rollout"
ok m rollout start "$rel" --wait

claim "a tenant is in one rollout at a time"
next "$at_barrier create table ten (id int primary key);"
barrier_up
start_rollout "$rel" --name first --running 2 --budget 100%
poll 20 waiting 2
run m rollout start "$rel" --name second -o json
barrier_down
wait_rollout first 'done'
if [ "$status" -eq 0 ]; then
	wait_rollout second 'done'
fi
is 20 "$(sql "select count(*) from information_schema.tables where table_schema like 'client\_%' and table_name = 'ten'")"

claim "the same key is the same rollout"
next 'create table eleven (id int primary key);'
start_rollout "$rel" --key k1 --wait
first=$rollout
start_rollout "$rel" --key k1
is "$first" "$rollout"

claim "--to stops at a version; --timeout ends the waiting with 5, not the rollout"
next 'create table twelve (id int primary key);'
stop=$number
next "$at_barrier create table thirteen (id int primary key);"
ok m rollout start "$rel" --to "$stop" --wait
is "$stop" "$(j '[.[].version] | unique | join(",")' tenant list)"
barrier_up
fails 5 m rollout start "$rel" --name slow --budget 100% --wait --timeout 300ms
helps "goes on"
barrier_down
wait_rollout slow 'done'
rollout=slow
is 20 "$(show .counts.done)"

claim "nothing to do is done at once; a selector without tenants and a missing rollout are refused"
ok m rollout start "$rel" --wait
fails 65 m rollout start "$rel" -l nobody
helps nobody
fails 65 m rollout start "$rel" -l 'regoin=eu'
helps regoin
fails 65 m rollout show r999
helps r999

claim "a tenant whose database vanished fails with that reason and nobody else does"
sql 'drop database client_020'
next 'create table fourteen (id int primary key);'
fails 2 m rollout start "$rel" --dry-run -o json
is client_020 "$(jq -r '.missing | join(" ")' <<<"$out")"
run m rollout start --no-plan "$rel" --name gone --budget 100% --wait -o json
is "2 19" "$status $(jq -r .counts.done <<<"$out")"
has "client_020" "$(j .reason task show gone/client_020)$(j .error.message task show gone/client_020)"

claim "between expand, backfill and contract it waits for a human, also when musterd is killed"
next 'create table parts (old int, new int); insert into parts (old) values (7);'
next '-- muster: phase=backfill
update parts set new = old;'
next '-- muster: phase=contract
alter table parts drop column old;'
ok m release create "$rel" --name parts
has "contract" "$out"
fails 1 m rollout start parts -l 'client_001,client_002,client_003' --dry-run
has "phase 3 contract pending, 1 file up to $number, 3 tenants" "$out"
ok m rollout start parts -l client_003 --to "$(printf '%04d' $((10#$number - 2)))" --name early --wait
fails 3 m rollout start parts -l 'client_001,client_002,client_003' --name parts --wait
is "gated expand done,pending,pending 3" \
	"$(j '"\(.state) \(.phase) \([.phases[].state] | join(",")) \(.counts.done)"' rollout show parts)"
helps "muster rollout promote r"
daemon_kill
daemon_start
is "gated" "$(j .state rollout show parts)"
is 0 "$(sql 'select count(*) from parts where new is not null' client_001)"
ok m rollout promote parts
wait_rollout parts gated
is "backfill" "$(j .phase rollout show parts)"
is 7 "$(sql 'select new from parts where old = 7' client_003)"
has "phase 2 (backfill) is over: 3 tenants wait" "$(j .reason rollout show parts)"
ok m rollout promote parts
wait_rollout parts 'done'
is "$number 3" "$(m routing -o json | jq -r "[.[] | select(.version == \"$number\")] | \"\(.[0].version) \(length)\"")"
is 1 "$(sql "select count(*) from information_schema.columns
	where table_schema = 'client_002' and table_name = 'parts'")"

claim "the audit trail says who and why"
m events --since 0 -o json >"$work/events"
for word in 'wait a moment' 'wrong release' 'moves away'; do
	is "$(id -un) $(id -u)" "$(jq -r --arg w "$word" '[.[] | select(.text != null and (.text | contains($w)))][0] | "\(.actor) \(.uid)"' "$work/events")"
done
daemon_stop
