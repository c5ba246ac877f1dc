#!/bin/bash
# fleet.sh [mariadb|mysql] [SMALL] [LARGE]
# How the cost grows with the number of tenants: a rollout over few and over many, one that has
# nothing to do, the daemon's memory, its lists, and its answers while a rollout runs.
# Prints numbers and ratios, judges nothing.
. "$(dirname "$0")/lib.sh"
kind=${1:-mariadb}
small=${2:-360}
large=${3:-2000}
at_once=4

rollout() { # LABEL SELECTOR TENANTS
	local from before
	before=$(daemon_cpu)
	from=$(now)
	muster rollout start "$work/release" -l "$2" --budget $at_once --wait >"$work/out" || { tail -5 "$work/out"; exit 1; }
	wall=$(minus "$(now)" "$from")
	awk -v label="$1" -v wall="$wall" -v n="$3" -v a="$(daemon_cpu)" -v b="$before" 'BEGIN {
		printf "%-42s %7.2f s, %.2f ms a tenant, %.2f ms CPU a tenant\n", label, wall, wall * 1000 / n, (a - b) / n }'
}

answers() { # wall ms of a request while a rollout runs, sorted
	for _ in $(seq 200); do
		curl -s -o /dev/null -w '%{time_total}\n' --unix-socket "$work/sock" "http://muster$1"
	done | sort -n | awk '{ v[NR] = $1 * 1000 } END { printf "p50 %.1f ms, p99 %.1f ms, max %.1f ms\n", v[int(NR * .5)], v[int(NR * .99)], v[NR] }'
}

bench_build
bench_server "$kind"
echo "$kind $(sql -e 'select version()'), $small and $large tenants, $at_once at a time, $(nproc) cores, durable"
bench_databases 1 "$large" 1
bench_daemon
mkdir "$work/release"
three first 1 >"$work/release/0001_first.sql"
muster server add db1 --socket "$socket" --max-running $at_once >/dev/null
from=$(now)
muster tenant discover --server db1 --like 'c0%' >/dev/null
echo "discover and enrol $large: $(minus "$(now)" "$from") s"
seq -f 'c%05g' 1 "$small" >"$work/small"
seq -f 'c%05g' $((small + 1)) "$large" >"$work/rest"
rollout "$small tenants, three statements" "@$work/small" "$small"
few=$wall
rollout "$((large - small)) tenants, three statements" "@$work/rest" $((large - small))
awk -v many="$wall" -v nr_many=$((large - small)) -v few="$few" -v nr_few="$small" \
	'BEGIN { printf "cost of a tenant, many to few: %.2f x\n", many / nr_many / (few / nr_few) }'
rollout "$small tenants, nothing to do" "@$work/small" "$small"
rollout "$large tenants, nothing to do" "*" "$large"

three second 2 >"$work/release/0002_second.sql"
muster rollout start "$work/release" --budget $at_once >/dev/null
echo "answers while a rollout runs: rollout $(answers /v1/rollouts)"
echo "                              a page of 1000 tenants $(answers '/v1/tenants?limit=1000')"
muster rollout watch "$(muster rollout list -o name | head -1)" >/dev/null || true

awk -v from=$((large + 1)) 'BEGIN { print "name,server,schema,tier"; for (i = from; i <= 10000; i++) printf "x%05d,db1,x%05d,gold\n", i, i }' >"$work/more.csv"
muster tenant import "$work/more.csv" >/dev/null
from=$(now)
muster tenant list >/dev/null
echo "tenant list of 10000: $(minus "$(now)" "$from") s"
awk '/VmRSS/ { printf "resident with 10000 tenants: %.1f MiB\n", $2 / 1024 }' "/proc/$daemon_pid/status"
