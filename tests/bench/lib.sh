# shellcheck shell=bash
# What the benchmarks share: a release build, a durable server, a daemon, databases.
# To be sourced. Everything lives in $work, which goes with the script.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
TESTS_DIR=$root/tests
. "$TESTS_DIR/server.sh"
build=${MUSTER_BUILD:-$root/build-release}
work=$(mktemp -d "${TMPDIR:-/tmp}/muster-bench-XXXXXX")
daemon_pid=
daemon_env=() # of musterd: NAME=VALUE
here=db # folder of the server that is spoken to
servers=()

bench_end() {
	local name

	if [ -n "$daemon_pid" ]; then
		kill "$daemon_pid" 2>/dev/null || true
		wait "$daemon_pid" 2>/dev/null || true
	fi
	for name in ${servers[@]+"${servers[@]}"}; do
		server_stop "$work/$name" || true
	done
	rm -rf "$work"
}
trap bench_end EXIT

bench_build() {
	[ -d "$build" ] || cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release >"$work/build.log"
	cmake --build "$build" --target musterd muster bench_raw bench_survey >>"$work/build.log" ||
		{ tail -20 "$work/build.log"; exit 1; }
}

# bench_server KIND: as a production server is set up - binary log, every commit synced, a redo log
# that is not full after a minute. One of several is named, and is spoken to from then on.
bench_server() {
	local redo=--innodb-log-file-size=1G

	[ "$1" = mariadb ] || redo=--innodb-redo-log-capacity=1G
	here=${2:-db}
	servers+=("$here")
	socket=$(server_start "$1" "$work/$here" --log-bin=binlog --binlog-format=ROW --sync-binlog=1 "$redo" \
		--innodb-flush-log-at-trx-commit=1 --innodb-buffer-pool-size=2G --max-connections=500)
}

sql() { server_client "$work/$here" -N -B "$@"; }

# bench_databases FIRST LAST TABLES: databases c00001 …, filled quickly and not durably
bench_databases() {
	sql -e "set global sync_binlog=0, global innodb_flush_log_at_trx_commit=0"
	awk -v first="$1" -v last="$2" -v tables="$3" 'BEGIN {
		for (i = first; i <= last; i++) {
			printf "create database c%05d; use c%05d;\n", i, i
			for (t = 0; t < tables; t++) {
				printf "create table t%d (id int auto_increment primary key, a int, b varchar(50), c datetime);\n", t
				printf "insert into t%d (a, b) values (1,\"x\")", t
				for (r = 1; r < 92; r++) printf ",(%d,\"y%d\")", r, r
				print ";"
			}
		}
	}' | sql
	sql -e "set global sync_binlog=1, global innodb_flush_log_at_trx_commit=1"
}

# bench_clients N: databases k00001 … of clients that are no tenants, as c00001 is
bench_clients() {
	local name

	for name in $(seq -f 'k%05g' 1 "$1"); do
		echo "create database $name; create table $name.t0 like c00001.t0; insert into $name.t0 select * from c00001.t0;"
	done | sql
}

bench_daemon() {
	printf 'data_dir = "%s";\nsocket = "%s";\nlog_level = "%s";\n' \
		"$work/data" "$work/sock" "${daemon_says:-warn}" >"$work/conf"
	env ${daemon_env[@]+"${daemon_env[@]}"} "$build/musterd" --config "$work/conf" 2>"$work/log" &
	daemon_pid=$!
	export MUSTER_SOCKET=$work/sock
	until "$build/muster" server list >/dev/null 2>&1; do
		kill -0 "$daemon_pid" || { cat "$work/log"; exit 1; }
	done
}

muster() { "$build/muster" "$@"; }

# CPU milliseconds that the daemon's threads have used so far
daemon_cpu() {
	cat /proc/"$daemon_pid"/task/*/schedstat | awk '{ ns += $1 } END { printf "%.1f", ns / 1e6 }'
}

# the same for the server, whose threads come and go: coarser, in clock ticks
server_cpu() {
	awk -v hz="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); printf "%.1f", ($12 + $13) * 1000 / hz }' \
		/proc/"$(cat "$work/db/pid")"/stat
}

# three DRIVER ROUND: the three statements of a round, one a line
three() {
	printf 'ALTER TABLE t0 ADD COLUMN %s%s INT NULL;\n' "$1" "$2"
	printf 'CREATE INDEX i_%s%s ON t0 (%s%s);\n' "$1" "$2" "$1" "$2"
	printf 'CREATE TABLE n_%s%s (id INT AUTO_INCREMENT PRIMARY KEY, note VARCHAR(100));\n' "$1" "$2"
}

now() { date +%s.%N; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }
minus() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.3f", a - b }'; }
