# shellcheck shell=bash disable=SC2154,SC2119,SC2120
# What happens around musterd when it is killed: each function drives one rollout ("roll")
# over the schemas of "${fleet[@]}" to its end, whatever dies on the way, and checks what has
# become of them. Sourced behind lib.sh.
#
# A scenario cannot know how far it came before musterd died: every step may find that its
# work is done, and is refused then. What counts is the end.

# Only tenants wait: the copy in which the release is tried first does not.
at_barrier="do if(database() like 'muster\\_scratch%', 0, get_lock('barrier', 600));
do release_lock('barrier');"

# ---- releases -------------------------------------------------------------------------------

release_main() { # DIR: DDL, DML, a transaction of its own, what is made again, ranges, a check
	migration "$1" 0001_base.sql "create table orders (id int primary key, user_id int) engine=InnoDB;
insert into marks values ('0001 first');
alter table users add column email varchar(80);
create index users_name on users (name); update counter set n = n + 1;"
	migration "$1" 0002_transaction.sql "begin;
update counter set n = n + 10;
insert into marks values ('0002 inside');
commit;
update counter set n = n + 100;
alter table orders add column total int not null default 0, add index (user_id);"
	migration "$1" 0003_checked.sql "update users set email = concat(name, '@example.org');
alter table users modify email varchar(120) not null;
create view emails as select email from users; drop view emails;
create view emails as select email from users;
-- muster: chunk table=users rows=1
insert into marks select concat('0003 ', name) from users where /* :chunk */ true;
update counter set n = n + 1000;
-- muster: check \"select count(*) from counter\" expect=1"
}

# The second schema of a fleet has a row that the unique key refuses, until it is mended.
release_slow() { # DIR: waits at the barrier between two statements
	migration "$1" 0001_slow.sql "insert into marks values ('slow first');
alter table users add unique key one_name (name);
$at_barrier
alter table users add column slow int;
update counter set n = n + 1;"
	migration "$1" 0002_after.sql "update counter set n = n + 10;"
}

# What release_slow should have been: the tenant that it failed in goes on behind its first
# statement.
release_mended() { # DIR
	migration "$1" 0001_slow.sql "insert into marks values ('slow first');
alter table users add key one_name (name);
alter table users add column slow int;
create table mended (id int primary key) engine=InnoDB;
update counter set n = n + 1;"
	migration "$1" 0002_after.sql "update counter set n = n + 10;
alter table mended add column note varchar(20);"
}

release_checks() { # DIR: waits at the barrier in its check
	migration "$1" 0001_checks.sql "alter table users add column checked int;
update counter set n = n + 1;
-- muster: check \"select if(database() like 'muster\\_scratch%', 2, get_lock('barrier', 600) + release_lock('barrier'))\" expect=2"
	migration "$1" 0002_after.sql "update counter set n = n + 10;"
}

# A statement that is run in parts, of which the second schema refuses the last until its row is
# mended, and two that are run as one.
release_parts() { # DIR
	migration "$1" 0001_parts.sql "update counter set n = n + 1;
alter table users add column part int, add column piece int, add unique key one_name (name);
update counter set n = n + 10;
alter table users modify part bigint;
alter table users modify piece bigint;"
}

release_none() { # DIR: a statement that leaves nothing to tell whether it took effect
	migration "$1" 0001_table.sql "create table heap (what varchar(20)) engine=MyISAM;"
	migration "$1" 0002_none.sql "insert into heap values ('once');
update counter set n = n + 1;"
}

# Statements for the link to break at: of main, in tenants; ours around them; and of the copy in
# which the release is tried.
texts=('muster:r*create~table~orders' 'muster:r*insert~into~marks' 'muster:r*alter~table~users'
	'muster:r*create~index' 'muster:r*update~counter' 'muster:r*commit' 'commit'
	'muster:r*create~view' 'insert~into~muster_history' 'update~muster_history'
	'muster:scratch*create~index')

make_releases() { # DIR
	local release

	for release in main slow mended checks none parts; do
		"release_$release" "$1/$release"
	done
	cp -r "$1/main" "$1/newer"
	cp -r "$1/main" "$1/phased"
	sed -i '1i -- muster: phase=backfill' "$1/phased/0002_transaction.sql"
	sed -i '1i -- muster: phase=contract' "$1/phased/0003_checked.sql"
	migration "$1/newer" 0004_newer.sql "update counter set n = n + 10000;"
	cp -r "$1/slow" "$1/slower"
	migration "$1/slower" 0003_slower.sql "alter table counter add column later int;"
	for release in main slow mended checks none parts newer slower phased; do
		reference "$1/$release"
	done
}

spoil() {
	sql "insert into users (name) values ('ada')" "${fleet[1]}"
}

mend() {
	sql "delete u from users u join users v on u.name = v.name and u.id > v.id" "${fleet[1]}"
}

# ---- steps ----------------------------------------------------------------------------------

begin() { # RELEASE [OPTION…]: the same rollout, however often it is asked for
	act rollout start "$releases/$1" "${@:2}" --name roll --key roll -o json
	[ "$status" -eq 0 ] || fail "rollout start: $err"
}

beside() { # NAME RELEASE [OPTION…]: one more, to its end
	act rollout start "$releases/$2" "${@:3}" --name "$1" --key "$1" -o json
	[ "$status" -eq 0 ] || fail "rollout start: $err"
	rests "$1"
	is 'done' "$state"
	act task list "$1" -o json
	is '' "$(jq -r '.[] | select(.state != "done") | "\(.tenant) is \(.state): \(.reason)"' <<<"$out")"
}

# A human goes on whenever the rollout waits for one.
goes_on() { # [R]: until it has ended
	local r=${1:-roll} refusals=0

	rests "$r"
	while [ "$state" = paused ] || [ "$state" = gated ]; do
		if [ "$state" = gated ]; then
			act rollout promote "$r"
		else
			act rollout resume "$r"
		fi
		# refused once: it was done before musterd died
		[ "$status" -eq 0 ] || refusals=$((refusals + 1))
		if [ "$refusals" -ge 3 ]; then
			act task list "$r"
			fail "rollout $r stays $state" "$out"
		fi
		rests "$r"
	done
}

ends() { # STATE
	goes_on
	no_doubt roll
	is "$1" "$state"
	recovered
}

all_planned() { # RELEASE
	planned "$releases/$1" "${fleet[@]}"
}

# Whatever was left open by an abort is done by the next rollout: it is where it says it is.
next_finishes() { # RELEASE
	beside next "$1"
	no_doubt next
	recovered
	all_planned "$1"
}

becomes() { # CMD…: until it is true; musterd may die meanwhile
	local until=$((SECONDS + 60))

	until "$@"; do
		alive || revive
		[ "$SECONDS" -le "$until" ] || fail "did not become true: $*"
		rest 0.02
	done
}

task_is() { # STATE TENANT
	act task show "roll/$2" -o json
	[ "$(jq -r .state <<<"$out")" = "$1" ]
}

server_is() { # STATE
	act server show main -o json
	[ "$(jq -r .state <<<"$out")" = "$1" ]
}

again_armed() { # kill it, and let the next one be killed where this life wants it
	if alive; then
		daemon_kill
		deaths=$((deaths + 1))
		died_at=$(now_us)
		crash_start "${arming[@]}"
	fi
}

# ---- scenarios ------------------------------------------------------------------------------

scenario_one() {
	begin main -l "${fleet[0]}"
	ends 'done'
	planned "$releases/main" "${fleet[0]}"
}

scenario_plain() {
	begin main --waves '1, rest' --bake 20ms
	ends 'done'
	all_planned main
}

# Paused and resumed while a statement runs: what runs parks between two.
scenario_pause() {
	barrier_up
	begin slow --running 2
	becomes waiting 1
	act rollout pause roll
	act rollout pause roll
	act rollout resume roll
	act rollout pause roll
	barrier_down
	ends 'done'
	all_planned slow
}

scenario_gates() {
	begin main --waves '1, 1, rest' --gate human --bake 20ms
	rests roll
	act rollout pause roll
	rests roll
	ends 'done'
	all_planned main
}

# One tenant is refused and uses the budget up while others run; mended and tried again it is done.
scenario_budget() {
	spoil
	barrier_up
	begin slow --no-plan --running 3 --budget '100%'
	becomes waiting 2
	becomes task_is failed "${fleet[1]}"
	act rollout set roll budget=0
	mend
	act rollout retry roll
	barrier_down
	ends 'done'
	all_planned slow
}

scenario_paused_retry() {
	spoil
	begin slow --no-plan --running 1 --budget 0
	rests roll
	mend
	act rollout retry roll
	ends 'done'
	all_planned slow
}

scenario_failed() {
	spoil
	begin slow --no-plan --budget '100%'
	rests roll
	is failed "$state"
	mend
	act rollout retry roll
	ends 'done'
	all_planned slow
}

# Not the data but the file is mended: what is left of it is tried out on a copy of the tenant
# as it is.
scenario_mended() {
	spoil
	begin slow --no-plan --budget '100%' -l "${fleet[1]}"
	rests roll
	is failed "$state"
	beside next mended -l "${fleet[1]}"
	no_doubt next
	recovered
	planned "$releases/mended" "${fleet[1]}"
}

# It fails between two parts of a statement, and goes on at the second one.
scenario_parts() {
	spoil
	begin parts --no-plan --budget '100%'
	rests roll
	is failed "$state"
	mend
	act rollout retry roll
	ends 'done'
	all_planned parts
}

# A human says what is done of the file, instead of asking for another try.
scenario_failed_settled() {
	spoil
	begin slow --no-plan --budget '100%' -l "${fleet[1]}"
	rests roll
	is failed "$state"
	mend
	act task resolve "roll/${fleet[1]}" --as not-applied
	ends 'done'
	planned "$releases/slow" "${fleet[1]}"
}

scenario_failed_skip() {
	spoil
	begin slow --no-plan --budget '100%'
	rests roll
	act rollout skip roll -t "${fleet[1]}"
	mend
	next_finishes slow
}

scenario_running_retry() {
	spoil
	barrier_up
	begin slow --no-plan --running 3 --budget '100%'
	becomes waiting 2
	becomes task_is failed "${fleet[1]}"
	mend
	act rollout retry roll
	barrier_down
	ends 'done'
	all_planned slow
}

# Tried again while the wave rests, and while it waits for a human.
scenario_baking_retry() {
	spoil
	begin slow --no-plan --waves '2, rest' --bake 1h --budget '100%'
	becomes wave_is baking
	mend
	act rollout retry roll
	act rollout set roll bake=10ms # counts for a bake that has begun, too
	ends 'done'
	all_planned slow
}

wave_is() { # STATE
	act rollout show roll -o json
	[ "$(jq -r '.waves[0].state' <<<"$out")" = "$1" ]
}

scenario_gated_retry() {
	spoil
	begin slow --no-plan --waves '2, rest' --gate human --budget '100%'
	rests roll gated
	mend
	act rollout retry roll
	ends 'done'
	all_planned slow
}

# ---- the end before the end

scenario_abort() {
	barrier_up
	begin slow --running 1
	becomes waiting 1
	act tenant hold "${fleet[2]}" --reason 'to be cancelled'
	act rollout abort roll
	barrier_down
	rests roll aborted
	act tenant release "${fleet[2]}"
	next_finishes slower
}

scenario_abort_pausing() {
	barrier_up
	begin slow --running 1
	becomes waiting 1
	act rollout pause roll
	act rollout abort roll
	barrier_down
	rests roll aborted
	next_finishes slow
}

scenario_abort_paused() {
	barrier_up
	begin slow --running 1
	becomes waiting 1
	act rollout pause roll
	barrier_down
	rests roll
	act rollout abort roll
	rests roll aborted,done
	next_finishes slow
}

scenario_abort_gated() {
	begin main --waves '1, rest' --gate human
	rests roll
	act rollout abort roll
	rests roll aborted
	next_finishes main
}

scenario_abort_baking() {
	begin main --waves '1, rest' --bake 1h
	becomes wave_is baking
	act rollout abort roll
	rests roll aborted
	next_finishes main
}

# Before its tenants were looked at: the link is held.
scenario_abort_scheduled() {
	link hold
	begin main --no-plan
	act rollout abort roll
	link pass
	rests roll aborted
	next_finishes main
}

scenario_pause_scheduled() {
	link hold
	begin main --no-plan
	act rollout pause roll
	link pass
	ends 'done'
	all_planned main
}

scenario_tenants_gone() {
	link hold
	begin main --no-plan -l "${fleet[0]}"
	act tenant remove "${fleet[0]}"
	link pass
	rests roll failed
	act tenant discover --server main --like "${fleet[0]//_/\\_}"
	next_finishes main
}

scenario_tenants_gone_paused() {
	link hold
	begin main --no-plan -l "${fleet[0]}"
	act rollout pause roll
	act tenant remove "${fleet[0]}"
	link pass
	act rollout resume roll
	rests roll failed
	act tenant discover --server main --like "${fleet[0]//_/\\_}"
	next_finishes main
}

# ---- the link

# Nobody could be looked at before it began.
scenario_away() {
	link refuse
	begin main
	becomes server_is down
	link pass
	ends 'done'
	all_planned main
}

scenario_server_down() {
	begin main --waves '1, rest' --gate human --running 1
	rests roll
	link refuse
	act rollout promote roll
	becomes server_is down
	act tenant hold "${fleet[1]}" --reason 'while it waits'
	act rollout skip roll -t "${fleet[2]}"
	link pass
	act tenant release "${fleet[1]}"
	goes_on
	next_finishes main
}

scenario_server_down_abort() {
	begin main --waves '1, rest' --gate human --running 1
	rests roll
	link refuse
	act rollout promote roll
	becomes server_is down
	act rollout abort roll
	link pass
	rests roll aborted,done
	next_finishes main
}

scenario_lost() {
	link 'at muster:r*update~counter answered cut'
	begin main --running 1
	ends 'done'
	all_planned main
}

# The answer to a statement that nothing can tell about is lost: only a human knows.
scenario_doubt() {
	link 'at muster:r*insert~into~heap answered cut'
	begin none --running 1 --budget '100%'
	goes_on
	settle applied
	goes_on
	recovered
	all_planned none
}

settle() { # AS: what a human does who has looked
	local tenant

	for tenant in "${fleet[@]}"; do
		if task_is in_doubt "$tenant"; then
			doubts=$((doubts + 1))
			if [ "$(sql "select count(*) from heap" "$tenant")" = 1 ]; then
				act task resolve "roll/$tenant" --as at=1 --reason 'it is there'
			else
				act task resolve "roll/$tenant" --as at=0 --reason 'it is not there'
			fi
		fi
	done
}

scenario_doubt_skip() {
	link 'at muster:r*insert~into~heap before cut'
	begin none --running 1 --budget '100%'
	goes_on
	if task_is in_doubt "${fleet[0]}"; then
		act rollout skip roll -t "${fleet[0]}"
	fi
	settle
	goes_on
	planned "$releases/none" "${fleet[1]}" "${fleet[2]}"
}

# ---- killed before: what the next start does

scenario_late_running() {
	barrier_up
	begin slow --running 2 --budget '100%'
	becomes waiting 2
	again_armed
	barrier_down
	ends 'done'
	all_planned slow
}

scenario_late_verifying() {
	barrier_up
	begin checks --running 2 --budget '100%'
	becomes waiting 2
	again_armed
	barrier_down
	ends 'done'
	all_planned checks
}

# The statement is on its way when musterd dies: the next one finds out, and may die doing so.
scenario_late_recovery() {
	: >"$proxy_log"
	link 'at muster:r*alter~table~users sent hold'
	begin main -l "${fleet[0]}"
	becomes fired
	again_armed
	link pass
	ends 'done'
	planned "$releases/main" "${fleet[0]}"
}

# The same, and the inventory is lost with it: nothing but the tenant knows.
scenario_late_forgotten() {
	: >"$proxy_log"
	link 'at muster:r*alter~table~users sent hold'
	begin main -l "${fleet[0]}"
	becomes fired
	daemon_kill
	deaths=$((deaths + 1))
	died_at=$(now_us)
	rm -rf "$work/data"
	crash_start "${arming[@]}"
	link pass
	acts server add main --socket "$proxy_sock" --defaults-file "$work/root.cnf"
	act tenant discover --server main --like "c${lives}\\_%"
	begin main -l "${fleet[0]}"
	ends 'done'
	planned "$releases/main" "${fleet[0]}"
}

. "$TESTS_DIR/crash/scenarios_verify.sh"
. "$TESTS_DIR/crash/scenarios_kept.sh"
. "$TESTS_DIR/crash/scenarios_mode.sh"

# The first that passes a point is tried with it: the quick ones come first.
scenarios=(plain gates pause paused_retry failed mended parts failed_settled failed_skip budget running_retry baking_retry
	gated_retry abort abort_pausing abort_paused abort_gated abort_baking abort_scheduled
	pause_scheduled tenants_gone tenants_gone_paused hold skip phases beside overtaken released drifted
	away server_down server_down_abort lost
	doubt doubt_skip late_running late_verifying late_recovery late_forgotten readonly
	readonly_methods readonly_page readonly_refused readonly_cancelled readonly_expires late_readonly
	late_readonly_lost readonly_rollout readonly_hooks readonly_pause verify)
