#!/bin/bash
# journal.sh [mariadb|mysql] [TENANTS] [ROUNDS]
# What does it cost that a crash at any point can be judged? The same three statements for every
# tenant with the history written, and with a build that writes none, each on databases of its
# own on one server. In turn, A B A B; prints ratios, judges nothing.
. "$(dirname "$0")/lib.sh"
kind=${1:-mariadb}
tenants=${2:-180}
rounds=${3:-4}
with=$build
without=${MUSTER_NO_JOURNAL_BUILD:-$root/build-nojournal}

[ -d "$without" ] || cmake -S "$root" -B "$without" -G Ninja -DCMAKE_BUILD_TYPE=Release -DMUSTER_NO_JOURNAL=ON >"$work/without.log"
cmake --build "$without" --target musterd muster >>"$work/without.log" || { tail -20 "$work/without.log"; exit 1; }

# one BUILD FIRST LAST ROUND: sets wall
one() {
	local from
	build=$1
	rm -rf "$work/data" "$work/release"
	mkdir "$work/release"
	three "j$2" "$4" >"$work/release/$(printf %04d "$4")_round.sql"
	bench_daemon
	muster server add db1 --socket "$socket" --max-running 4 >/dev/null
	while read -r name; do echo "$name,db1,$name"; done < <(seq -f 'c%05g' "$2" "$3") |
		{ echo name,server,schema; cat; } >"$work/fleet.csv"
	muster tenant import "$work/fleet.csv" >/dev/null
	[ "$4" = 1 ] || sql_each "$2" "$3" 'delete from muster_history'
	from=$(now)
	muster rollout start "$work/release" --budget 4 --wait >"$work/out" || { tail -5 "$work/out"; exit 1; }
	wall=$(minus "$(now)" "$from")
	kill "$daemon_pid"
	wait "$daemon_pid" || true
	daemon_pid=
}

# sql_each FIRST LAST STATEMENT: in each of these databases
sql_each() {
	seq -f "use c%05g; $3;" "$1" "$2" | sql
}

bench_build
bench_server "$kind"
echo "$kind $(sql -e 'select version()'), twice $tenants tenants, 4 at a time, $(nproc) cores, durable"
bench_databases 1 $((tenants * 2)) 10
for round in $(seq "$rounds"); do
	one "$with" 1 "$tenants" "$round"
	a=$wall
	one "$without" $((tenants + 1)) $((tenants * 2)) "$round"
	echo "round $round: with the journal $a s = $(ratio "$a" "$wall") x without ($wall s)"
	ratio "$a" "$wall" >>"$work/ratios"
	echo >>"$work/ratios"
done
sort -n "$work/ratios" | awk '{ r[NR] = $1 } END { printf "with / without, median of %d: %.2f\n", NR, (r[int((NR + 1) / 2)] + r[int(NR / 2) + 1]) / 2 }'
