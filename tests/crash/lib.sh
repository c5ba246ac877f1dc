# shellcheck shell=bash disable=SC2034,SC2119,SC2120
# What the tests of this folder share, on top of integration/lib.sh. To be sourced first.
#
# A small fleet of fresh schemas is migrated while something dies, and afterwards the truth
# is read from the schemas themselves: it must be what the stock client makes of the same
# files, to the row. Nobody helps but by starting again what died.
#
# life NAME CMD…        CMD drives one rollout over a fleet of its own, with musterd started
#                       with "${arming[@]}" in its environment; a failure is one of many
# act WORD…             muster; again when musterd died under it, after starting it again
# revive                musterd is dead by SIGKILL: start it again
# rests R               until the rollout ends or waits for a human; its state in $state
# planned RELEASE S…    every schema is what the reference of RELEASE is
# no_trace S…           no lock, session or scratch schema is left
# summary               "N points, M kills survived, D in doubt, longest recovery S s"
. "$(dirname "${BASH_SOURCE[0]}")/../integration/lib.sh"

proxy_sock=$work/proxy.sock
proxy_log=$work/proxy.log
deaths=0   # of musterd
doubts=0   # tasks that were in doubt
longest=0  # from a death to the end of the rollout, in microseconds
points=0
died_at=
failed=()  # names of lives
thin=${CRASH_THIN:-1}
thin_at=$((RANDOM % thin))
arming=()  # VAR=VALUE for the musterd of a life
lives=0
dies_with='^137$' # a test that makes musterd fail otherwise says how it may end

"$build/musterd" --crash-points >"$work/names" 2>/dev/null || {
	echo "$build/musterd has no crash points: build it with -DMUSTER_CRASH_POINTS=ON"
	exit 77
}

# What was committed is kept when the server's process is killed; a power cut is not tried.
crash_server() { # [option…]
	db_start --innodb-flush-log-at-trx-commit=2 --max-connections=400 "$@"
}

db_ready() { # [server option…]: server, link and releases, in $releases
	releases=$work/rel
	crash_server "$@"
	proxy_start
	make_releases "$releases"
}

now_us() {
	echo "${EPOCHREALTIME/./}"
}

rest() {
	read -rt "${1:-0.01}" <>/dev/fd/"$never" || true
}

# ---- musterd, mortal --------------------------------------------------------------------

alive() {
	[ -n "$daemon_pid" ] && kill -0 "$daemon_pid" 2>/dev/null
}

healthy() {
	curl -sf --max-time 20 --unix-socket "$sock" http://muster/healthz >/dev/null 2>&1
}

crash_start() { # [VAR=VALUE…]: until it answers or is dead
	local until=$((SECONDS + 60))

	rm -f "$sock"
	env "$@" "$build/musterd" --config "$conf" >>"$daemon_log" 2>&1 </dev/null &
	daemon_pid=$!
	until healthy; do
		alive || return 0
		[ "$SECONDS" -le "$until" ] || fail "musterd does not answer"
		rest
	done
}

revive() {
	daemon_wait
	[[ $status =~ $dies_with ]] || fail "musterd ended by itself, with $status"
	deaths=$((deaths + 1))
	died_at=$(now_us)
	crash_start
}

# It may die of its last statements, too, and has nothing to do when it comes back.
stops() {
	daemon_end TERM
	if [ "$status" -ne 0 ]; then
		[[ $status =~ $dies_with ]] || fail "musterd ended with $status"
		deaths=$((deaths + 1))
		crash_start
		daemon_stop
	fi
}

act() {
	local until=$((SECONDS + 60))

	while :; do
		alive || revive
		run m "$@"
		[ "$status" -eq 6 ] || return 0
		[ "$SECONDS" -le "$until" ] || fail "musterd does not serve: $*" "$err"
		rest
	done
}

acts() { # as act, for commands with --socket of their own
	while :; do
		alive || revive
		run ms "$@"
		[ "$status" -eq 6 ] || return 0
		rest
	done
}

rests() { # R [STATES]
	local until=$((SECONDS + 60))

	while :; do
		act wait "$1" --for "${2:-done,failed,paused,gated,aborted}" --timeout 10s
		if [ "$status" -le 1 ]; then
			act rollout show "$1" -o json
			[ "$status" -ne 0 ] || break
		fi
		[ "$SECONDS" -le "$until" ] || fail "rollout $1 does not come to rest" "$out" "$err" \
			"$(m task list "$1" 2>&1 | grep -v ' done ' | head -n 20)" \
			"$(m throttle show 2>&1 | head -n 5)" "$(m server list 2>&1)" \
			"$(server_client "$db" -e 'show processlist' 2>&1 | head -n 40)"
	done
	state=$(jq -r .state <<<"$out")
}

# A task that is in doubt is a failure of the promise, but where a test says otherwise.
no_doubt() { # R
	act task list "$1" --state in_doubt -o json
	local nr

	nr=$(jq length <<<"$out")
	doubts=$((doubts + nr))
	[ "$nr" -eq 0 ] || fail "in doubt: $(jq -r '.[] | "\(.tenant): \(.reason)"' <<<"$out")"
}

recovered() { # the rollout has ended: how long since the last death?
	local took

	if [ -n "$died_at" ]; then
		took=$(($(now_us) - died_at))
		[ "$took" -le "$longest" ] || longest=$took
	fi
	died_at=
}

# ---- the fleet and the truth -------------------------------------------------------------

base_of() { # SCHEMA: what a tenant is before anything is applied
	echo "create database $1; use $1;
		create table users (id int primary key auto_increment, name varchar(80)) engine=InnoDB;
		insert into users (name) values ('ada'), ('grace'), ('linus');
		create table counter (id int primary key, n int not null) engine=InnoDB;
		insert into counter values (1, 0);
		create table marks (what varchar(40) not null) engine=InnoDB;
		${base_more:-}"
}

fleet_make() { # SCHEMA…
	local schema

	for schema; do
		base_of "$schema"
	done | server_client "$db"
}

fleet_drop() { # SCHEMA…
	local schema

	for schema; do
		echo "drop database if exists $schema;"
	done | server_client "$db"
}

# Everything that a client would see of a schema, as text.
truth() { # SCHEMA…
	local schema

	for schema; do
		echo "set group_concat_max_len = 1000000;
			select 'columns', group_concat(concat_ws(' ', table_name, ordinal_position,
				column_name, column_type, is_nullable, column_default, extra)
				order by table_name, ordinal_position separator ', ')
			from information_schema.columns
			where table_schema = '$schema' and table_name not like 'muster\\_%';
			select 'keys', group_concat(concat_ws(' ', table_name, index_name, seq_in_index,
				column_name, non_unique) order by table_name, index_name, seq_in_index
				separator ', ')
			from information_schema.statistics
			where table_schema = '$schema' and table_name not like 'muster\\_%';
			select 'tables', group_concat(concat_ws(' ', table_name, table_type, engine)
				order by table_name separator ', ')
			from information_schema.tables
			where table_schema = '$schema' and table_name not like 'muster\\_%';
			select 'counter', n from $schema.counter;
			select 'marks', group_concat(what order by what separator ', ') from $schema.marks;"
	done | server_client "$db" -N -B
}

# Rows of the history, and how many of them say anything else than that all was applied.
history_of() { # SCHEMA…
	local schema

	for schema; do
		echo "select count(*), coalesce(sum(state <> 'applied' or in_flight <> 0
			or statements_done <> statements_total), 0) from $schema.muster_history;"
	done | server_client "$db" -N -B
}

reference() { # RELEASE-DIR: a schema made by the stock client, its truth beside the folder
	local file schema

	schema=ref_$(basename "$1")
	base_of "$schema" | server_client "$db"
	for file in "$1"/*.sql; do
		server_client "$db" "$schema" <"$file"
	done
	truth "$schema" >"$1.truth"
	ls "$1"/*.sql | wc -l >"$1.files"
}

planned() { # RELEASE-DIR SCHEMA…: one round trip for all; when they differ, one by one
	local release=$1 schema want seen

	shift
	want=$(for _; do cat "$release.truth"; done)
	seen=$(truth "$@")
	[ "$want" = "$seen" ] || for schema; do
		claim "$schema is what the stock client makes of the same files"
		is "$(cat "$release.truth")" "$(truth "$schema")"
	done
	is "$(cat "$release.files")	0" "$(history_of "$@" | sort -u)"
}

# The names of tenants' locks, as db_guard makes them.
no_trace() { # SCHEMA…
	local schema

	is "" "$(sql "select schema_name from information_schema.schemata
		where schema_name like 'muster\\_scratch%'")"
	is "" "$(for schema; do
		echo "select '$schema is locked' from (select is_used_lock(concat('muster:',
			left(sha2('$schema', 256), 57))) as id) l where id is not null;"
	done | server_client "$db" -N -B)"
}

sessions() { # other than ours
	sql "select count(*) from information_schema.processlist where id <> connection_id()
		and user not in ('system user', 'event_scheduler') and command <> 'Daemon'"
}

alone() {
	[ "$(sessions)" = 0 ]
}

# ---- one rollout of many ------------------------------------------------------------------

life() { # NAME CMD…
	local name=$1 began

	shift
	began=$(now_us)
	lives=$((lives + 1))
	lived=0
	fleet=("c${lives}_a" "c${lives}_b" "c${lives}_c")
	rm -rf "$work/data" "$work/life.result"
	: >"$daemon_log"
	link pass
	(live "$@") >"$work/life.log" 2>&1 || true
	sever
	fleet_drop "${fleet[@]}"
	if [ -e "$work/life.result" ]; then
		take_result
	else
		failed+=("$name")
		echo "$name: FAILED"
		sed 's/^/    /' "$work/life.log"
	fi
	[ -z "${CRASH_VERBOSE:-}" ] || echo "$name: $lived kills, $((($(now_us) - began) / 1000)) ms"
}

# One more point. With CRASH_THIN=N every N-th of them only, others in each run.
try_life() { # NAME CMD…
	thin_at=$(((thin_at + 1) % thin))
	[ "$thin_at" -eq 0 ] || return 0
	points=$((points + 1))
	life "$@"
}

live() { # CMD…, in a process of its own
	trap 'kill -KILL "$daemon_pid" 2>/dev/null' EXIT
	deaths=0 doubts=0 longest=0
	fleet_make "${fleet[@]}"
	if [ -n "${late:-}" ]; then
		crash_start # armed when the test kills it itself
	else
		crash_start "${arming[@]}"
	fi
	acts server add main --socket "$proxy_sock" --defaults-file "$work/root.cnf"
	act tenant discover --server main --like "c${lives}\\_%"
	"$@"
	alive || revive
	stops
	daemon_pid=
	poll 5 alone
	no_trace "${fleet[@]}"
	echo "$deaths $doubts $longest" >"$work/life.result"
}

take_result() {
	local doubt took

	read -r lived doubt took <"$work/life.result"
	deaths=$((deaths + lived))
	doubts=$((doubts + doubt))
	[ "$took" -le "$longest" ] || longest=$took
}

# All that was tried; a life that failed fails the test.
judge() {
	summary
	[ ${#failed[@]} -eq 0 ] || fail "${#failed[@]} failed:" "${failed[@]}"
}

summary() {
	echo "$points points, $deaths kills survived, $doubts in doubt, longest recovery" \
		"$((longest / 1000000)).$(printf '%03d' $((longest / 1000 % 1000))) s"
}

# ---- the link -----------------------------------------------------------------------------

proxy_start() { # CONTROL is $link_control, what it says $proxy_log
	mkfifo "$work/proxy.control"
	: >"$proxy_log"
	"$build/crash_proxy" "$proxy_sock" "$db/sock" "$work/proxy.control" >>"$proxy_log" 2>&1 &
	jobs_started+=("$!")
	poll 10 grep -q listening "$proxy_log"
}

link() { # COMMAND, a tilde for a blank within its text; until the proxy has taken it
	local before

	before=$(grep -c '^ok ' "$proxy_log" || true)
	echo "$1" >"$work/proxy.control"
	poll 10 link_took "$((before + 1))"
}

fired() { # what the proxy waited for has come
	grep -q '^fired' "$proxy_log"
}

link_took() { # N
	[ "$(grep -c '^ok ' "$proxy_log")" -ge "$1" ]
}

# Whoever is still there, and the locks that they hold.
sever() {
	sql "select concat('kill ', id, ';') from information_schema.processlist
		where id <> connection_id() and user = 'root'" | server_client "$db" --force >/dev/null 2>&1 || true
}
