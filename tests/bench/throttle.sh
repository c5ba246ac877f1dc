#!/bin/bash
# throttle.sh [mariadb|mysql] [TENANTS] [RATE] [SECONDS]
# What clients feel of a rollout: eight clients of a server send statements at a steady rate
# while its other databases are migrated, a fifth of them in each of five rounds. Their p95
# without a rollout, with one that the throttle governs, without, with one that nothing
# holds back; how long each rollout took; and how quickly checks are answered meanwhile. Each
# rollout is compared with the seconds before it, because a machine is not the same for
# long, and the medians of the five ratios are what to look at. Judges nothing.
. "$(dirname "$0")/lib.sh"
kind=${1:-mariadb}
tenants=${2:-300}
rate=${3:-400}
seconds=${4:-5}
clients=8
slots=8
rounds=5

# One p95 in $p95 and the whole line in $line.
load_end() {
	wait "$load_pid"
	line=$(cat "$work/load")
	p95=$(cut -d' ' -f4 <<<"$line")
}

load_begin() { # SECONDS
	"$build/bench_load" "$socket" $clients "$rate" "$1" $(seq -f 'k%05g' 1 $clients) >"$work/load" &
	load_pid=$!
}

show() { # LABEL
	awk -v label="$1" '{ printf "%-34s %6d statements, %d refused, p50 %7.2f ms, p95 %7.2f ms, p99 %7.2f ms, max %7.2f ms\n", label, $1, $2, $3, $4, $5, $6 }' <<<"$line"
}

# One rollout under load: the load lasts as long as the rollout.
rollout() { # LABEL: the tenants of this round get the next file
	local from dir=$work/release$turn

	mkdir -p "$dir"
	three r "$file" >"$dir/000${file}_round.sql"
	load_begin 600
	from=$(now)
	muster rollout start "$dir" -l "@$work/names$turn" --budget 100% --running $slots \
		--per-server $slots --wait >"$work/out" || { tail -5 "$work/out"; exit 1; }
	wall=$(minus "$(now)" "$from")
	kill -TERM "$load_pid"
	load_end
	show "$1"
	echo "                                   $((tenants / rounds)) tenants in $wall s"
}

alone() {
	load_begin "$seconds"
	load_end
	show "no rollout"
	alone=$p95
}

median() { # FILE
	sort -n "$1" | sed -n "$(((rounds + 1) / 2))p"
}

# Every limit away: nothing is held back but by the number of slots.
limits() { # off|on
	local signal to=-

	[ "$1" = off ] || to=
	for signal in $(muster throttle show db1 -o json | jq -r '.[0].signals[].name'); do
		muster throttle set db1 "$signal" soft=$to hard=$to critical=$to >/dev/null
	done
}

sampled() {
	[ "$(muster throttle show db1 -o json | jq '.[0].signals | length')" -gt 0 ]
}

checks() { # N
	for _ in $(seq "$1"); do
		curl -s -o /dev/null -w '%{time_total}\n' --unix-socket "$work/sock" \
			http://muster/check/bench/mysql/db1
	done | sort -n | awk '{ v[NR] = $1 * 1000 } END { printf "p50 %.2f ms, p99 %.2f ms, max %.2f ms\n", v[int(NR * .5)], v[int(NR * .99)], v[NR] }'
}

bench_build
cmake --build "$build" --target bench_load >>"$work/build.log"
bench_server "$kind"
echo "$kind $(sql -e 'select version()'), $tenants tenants, $slots slots, $clients clients with $rate statements/s, $(nproc) cores, durable"
bench_databases 1 "$tenants" 1
for name in $(seq -f 'k%05g' 1 $clients); do
	echo "create database $name; create table $name.t0 like c00001.t0; insert into $name.t0 select * from c00001.t0;"
done | sql
bench_daemon
muster server add db1 --socket "$socket" --max-running $slots >/dev/null
muster tenant discover --server db1 --like 'c0%' >/dev/null
seq -f 'c%05g' 1 "$tenants" | split -a 1 --numeric-suffixes=1 -n "r/$rounds" - "$work/names"
until sampled; do
	kill -0 "$daemon_pid"
done
for turn in $(seq $rounds); do
	echo "--- round $turn"
	limits on
	alone
	file=1
	rollout "rollout, throttled"
	ratio "$p95" "$alone" >>"$work/throttled"
	echo >>"$work/throttled"
	alone
	limits off
	file=2
	rollout "rollout, nothing holds it back"
	ratio "$p95" "$alone" >>"$work/free"
	echo >>"$work/free"
done
echo "p95 to that without a rollout, all ratios: throttled $(xargs <"$work/throttled"), not throttled $(xargs <"$work/free")"
echo "median: throttled $(median "$work/throttled") x, not throttled $(median "$work/free") x"
limits on
three r 3 >"$work/release1/0003_round.sql"
id=$(muster rollout start "$work/release1" -l "@$work/names1" --budget 100% -o name)
echo "answers to a check while a rollout runs: $(checks 300)"
muster rollout watch "$id" >/dev/null || true
