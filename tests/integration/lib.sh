# shellcheck shell=bash disable=SC2034,SC2119,SC2120
# What the tests of this folder share. To be sourced first:
#
#   . "$(dirname "$0")/lib.sh"
#
# A test has a folder of its own ($work, in memory), a server of its own when it asks for
# one (db_start) and a musterd of its own (daemon_start). Everything it started is ended
# when it ends, also by a failure. Programs: $MUSTER_BUILD, else build/.
#
# The server is MariaDB; with MUSTER_SERVER=mysql in the environment it is MySQL, and where
# there is none and none can be unpacked the test is skipped. $flavor says which it is.
#
# claim TEXT            what follows proves this sentence; it heads the report of a failure
# ok CMD…, fails N CMD… run it; exit status must be 0 or N; $out is what it printed, $err
#                       what it printed on stderr
# is WANT SEEN, has PART TEXT, hasnt PART TEXT
# poll SECONDS CMD…     until it succeeds; for what no event tells. It is waited for a minute at least:
#                       the limit ends a test that hangs, and says nothing of speed
# m WORD…               muster, on the daemon of this test
# sql STATEMENT [DB]    on the server of this test; rows without a head
#
# MUSTER_KEEP_LOG=FILE in the environment keeps what musterd logged.
set -euo pipefail

TESTS_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$TESTS_DIR/server.sh"

flavor=${MUSTER_SERVER:-mariadb}
if [ "$flavor" = mysql ]; then
	"$TESTS_DIR/mysql.sh" >/dev/null || exit
fi
project=$(dirname "$TESTS_DIR")
build=${MUSTER_BUILD:-$project/build}
memory=/dev/shm
[ -w "$memory" ] || memory=${TMPDIR:-/tmp}
work=$(mktemp -d "$memory/muster.XXXXXX")
db=$work/db
sock=$work/musterd.sock
conf=$work/musterd.conf
daemon_log=$work/musterd.log
daemon_pid=
servers=()
jobs_started=()
claimed="the preparation works"
out='' err=''
unset MUSTER_SOCKET
export NO_COLOR=1 LC_ALL=C.UTF-8 TZ=UTC

stop_all() {
	local status=$? server pid

	trap - EXIT ERR
	set +e
	for pid in ${daemon_pid:+"$daemon_pid"} "${jobs_started[@]}"; do
		pkill -KILL -P "$pid"
		kill -KILL "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	done
	if [ "$(type -t clean)" = function ]; then
		clean
	fi
	if [ "$status" -eq 0 ] && grep -qE '(Address|Thread|Leak)Sanitizer|runtime error:' "$daemon_log" 2>/dev/null; then
		grep -E -A30 -m1 '(Address|Thread|Leak)Sanitizer|runtime error:' "$daemon_log" >&2
		status=1
	fi
	exec 2>/dev/null # bash names every process that was killed
	for server in "${servers[@]}"; do
		server_stop "$server" KILL
	done
	[ -z "${MUSTER_KEEP_LOG:-}" ] || cp "$daemon_log" "$MUSTER_KEEP_LOG"
	rm -rf "$work"
	exit "$status"
}
trap stop_all EXIT
trap 'exit 130' INT TERM

claim() {
	claimed=$1
}

fail() {
	local depth=0

	trap - ERR
	{
		echo
		echo "NOT TRUE: $claimed"
		printf '%s\n' "$@"
		while caller "$depth"; do
			depth=$((depth + 1))
		done | awk '{ printf "  at line %s of %s\n", $1, $3 }' | grep -v 'lib\.sh$' || true
		if [ -s "$daemon_log" ]; then
			echo "--- last lines of musterd"
			tail -n 12 "$daemon_log"
		fi
	} >&2
	exit 1
}
trap 'fail "a command failed: $BASH_COMMAND" "${err:+stderr before: $err}"' ERR
set -E

run() { # sets status, out, err
	status=0
	"$@" >"$work/out" 2>"$work/err" </dev/null || status=$?
	out=$(tr -d '\000' <"$work/out")
	err=$(tr -d '\000' <"$work/err")
}

fails() { # STATUS CMD…
	local want=$1

	shift
	run "$@"
	[ "$status" -eq "$want" ] ||
		fail "exit status $status instead of $want: $*" "stdout: $out" "stderr: $err"
}

ok() {
	fails 0 "$@"
}

is() { # WANT SEEN
	[ "$1" = "$2" ] || fail "wanted: $1" "seen:   $2"
}

has() { # PART TEXT
	[[ $2 == *"$1"* ]] || fail "wanted somewhere: $1" "in: $2"
}

hasnt() { # PART TEXT
	[[ $2 != *"$1"* ]] || fail "not wanted: $1" "in: $2"
}

# The last refusal names what to do next.
helps() { # PART…
	local part

	for part in "$@"; do
		has "$part" "$err"
	done
	has "  -> " "$err"
}

poll() { # SECONDS CMD…
	local until=$((SECONDS + ($1 < 60 ? 60 : $1)))

	shift
	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -le "$until" ] || fail "did not become true: $*"
		read -rt 0.02 <>/dev/fd/"$never" || true
	done
}
# nothing ever comes out of this pipe: a rest without a process
mkfifo "$work/never"
exec {never}<>"$work/never"

background() { # CMD…: its pid is in $background
	(
		trap - ERR EXIT
		"$@"
	) </dev/null >>"$work/background.log" 2>&1 &
	background=$!
	jobs_started+=("$background")
}

# ---- programs -------------------------------------------------------------------------

m() {
	"$build/muster" --socket "$sock" "$@"
}

# m, when the command itself has --socket
ms() {
	MUSTER_SOCKET=$sock "$build/muster" "$@"
}

j() { # FILTER WORD…: muster's JSON through jq
	local filter=$1

	shift
	m "$@" -o json | jq -r "$filter"
}

api() { # METHOD PATH [BODY]: status in $http, body in $out
	http=$(curl -sS --max-time 60 --unix-socket "$sock" -o "$work/body" -w '%{http_code}' -X "$1" \
		${3:+-H 'Content-Type: application/json' -d "$3"} "http://muster$2")
	out=$(cat "$work/body")
}

configure() { # LINE…: the configuration is the smallest one and these
	{
		echo "data_dir = \"$work/data\";"
		echo "socket = \"$sock\";"
		echo 'socket_group = "";'
		printf '%s\n' "$@"
	} >"$conf"
}

answers() {
	kill -0 "$daemon_pid" || fail "musterd has ended"
	curl -sf --max-time 20 --unix-socket "$sock" http://muster/healthz
}

daemon_start() {
	[ -e "$conf" ] || configure
	"$build/musterd" --config "$conf" >>"$daemon_log" 2>&1 </dev/null &
	daemon_pid=$!
	poll 30 answers
}

daemon_end() { # SIGNAL: its exit status in $status
	kill -"$1" "$daemon_pid"
	daemon_wait
}

daemon_wait() {
	status=0
	wait "$daemon_pid" 2>/dev/null || status=$?
	daemon_pid=
}

daemon_stop() {
	daemon_end TERM
	is 0 "$status"
}

daemon_kill() {
	daemon_end KILL
}

# ---- servers and tenants --------------------------------------------------------------

db_start() { # [option…]
	servers+=("$db")
	server_start "$flavor" "$db" "$@" >/dev/null
	printf '[client]\nuser=root\n' >"$work/root.cnf"
}

db_more() { # DIR [option…]: one more server
	servers+=("$1")
	server_start "$flavor" "$@" >/dev/null
}

sql() { # STATEMENT [DB]
	server_client "$db" -N -B -e "$1" ${2:+"$2"}
}

enrol() { # [NAME [DIR]]
	ok ms server add "${1:-main}" --socket "${2:-$db}/sock" --defaults-file "$work/root.cnf"
}

make_schemas() { # N [PREFIX [DIR]]: PREFIX001… with a small table
	local n

	for n in $(seq -f "${2:-client_}%03.0f" "$1"); do
		echo "create database \`$n\`; use \`$n\`;
			create table users (id int primary key auto_increment, name varchar(80));
			insert into users (name) values ('ada'), ('grace');"
	done | server_client "${3:-$db}"
}

make_tenants() { # N [PREFIX]: schemas on the server of this test, all enrolled
	make_schemas "$@"
	ok m tenant discover --server main --like "${2:-client_}%" -o json
}

migration() { # DIR FILE TEXT
	mkdir -p "$1"
	printf '%s\n' "$3" >"$1/$2"
}

wait_rollout() { # R STATE [TIMEOUT]
	ok m wait "rollout/$1" --for "$2" --timeout "${3:-120s}"
}

wait_task() { # R/T STATE [TIMEOUT]
	ok m wait "$1" --for "$2" --timeout "${3:-120s}"
}

start_rollout() { # WORD…: id in $rollout
	ok m rollout start "$@" -o json
	rollout=$(jq -r .id <<<"$out")
	[ -n "$rollout" ] && [ "$rollout" != null ] || fail "no id in: $out"
}

# ---- a client in the middle of a transaction ---------------------------------------------

writer_begin() { # it has added a row to client_001.users, and leaves it so
	mkfifo "$work/writer"
	server_client "$db" -n client_001 <"$work/writer" >/dev/null 2>&1 &
	writer_pid=$!
	exec {writer}>"$work/writer"
	echo "begin; insert into users (name) values ('open'); select get_lock('written', 0);" >&"$writer"
	poll 10 writer_has_written
}

writer_has_written() {
	[ "$(sql "select is_used_lock('written') is not null")" = 1 ]
}

writer_end() {
	echo "rollback;" >&"$writer"
	exec {writer}>&-
	wait "$writer_pid"
}

# ---- a barrier ------------------------------------------------------------------------
# A migration that holds $at_barrier goes on as long as the test wants: it waits for a
# lock of the server, which barrier_down gives up.

at_barrier='do get_lock("barrier", 600); do release_lock("barrier");'

barrier_up() {
	ok m throttle set clients soft=- # who asks often whether they wait is no client
	background server_client "$db" -e 'do get_lock("barrier", 10); do sleep(1000)'
	barrier=$background
	poll 10 barrier_is_up
}

barrier_is_up() {
	[ "$(sql "select is_used_lock('barrier') is not null")" = 1 ]
}

barrier_down() {
	sql "kill $(sql "select is_used_lock('barrier')")"
	wait "$barrier" 2>/dev/null || true
}

waiting() { # N: at least so many wait there
	[ "$(sql "select count(*) from information_schema.processlist
		where info like '%get_lock(_barrier%' and state = 'User lock'")" -ge "$1" ]
}
