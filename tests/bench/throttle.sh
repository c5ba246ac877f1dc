#!/bin/bash
# throttle.sh [mariadb|mysql] [TENANTS] [RATE] [SECONDS] [ROUNDS]
# What clients feel of a rollout: eight clients of a server send statements at a steady rate, each
# at its own moment whether the one before was quick or not, while its other databases are
# migrated. Their p95 without a rollout, with one that the throttle governs as it does
# without being told anything, without, with one that nothing holds back; and so on, so
# that each rollout stands between two measurements without one, and is compared with their
# mean: a machine is not the same for long. The medians of the ratios are what to look at; a
# rollout does not count where something else took processors meanwhile. Beside it how long
# each rollout took, what of a processor the server, musterd and others used (this host
# runs the clients, too), and how quickly checks are answered. Judges nothing.
#
# The server's data is in memory: a disk that others use, too, says more about them. With
# TMPDIR=FOLDER it is on that disk.
export TMPDIR=${TMPDIR:-/dev/shm}
. "$(dirname "$0")/lib.sh"
kind=${1:-mariadb}
tenants=${2:-300}
rate=${3:-800}
seconds=${4:-5}
rounds=${5:-5}
clients=8
slots=8

load_begin() { # SECONDS
	from=$(now)
	server_from=$(server_cpu)
	daemon_from=$(daemon_cpu)
	host_from=$(host_cpu)
	"$build/bench_load" "$socket" $clients "$rate" "$1" $(seq -f 'k%05g' 1 $clients) >"$work/load" &
	load_pid=$!
}

# The whole line in $line, and what of one processor the server, musterd and others took in $wall
# seconds.
load_end() {
	wait "$load_pid"
	line=$(cat "$work/load")
	wall=$(minus "$(now)" "$from")
	cpu=$(awk -v s="$(server_cpu)" -v s0="$server_from" -v d="$(daemon_cpu)" -v d0="$daemon_from" \
		-v h="$(host_cpu)" -v h0="$host_from" -v w="$wall" '{ server = s - s0; daemon = d - d0
		printf "%.0f %.0f %.0f\n", server / w / 10, daemon / w / 10, (h - h0 - server - daemon - $7) / w / 10 }' <<<"$line")
}

# milliseconds of work that all processors have done, for whom ever: also for another machine
# on the same host, which steals them
host_cpu() {
	awk -v hz="$(getconf CLK_TCK)" '$1 == "cpu" { printf "%.0f", ($2 + $3 + $4 + $7 + $8 + $9) * 1000 / hz }' /proc/stat
}

# keep LABEL: the p95, and what others took, of this stretch
keep() {
	awk -v label="$1" '{ printf "%-10s %6d statements, %d refused, p50 %6.3f ms, p95 %6.3f, p99 %6.3f, max %7.3f; of one core: server %d%%, musterd %d%%, others %d%%\n",
		label, $1, $2, $3, $4, $5, $6, $8, $9, $10 }' <<<"$line $cpu"
	awk -v label="$1" '{ print label, $4, $10 }' <<<"$line $cpu" >>"$work/stretches"
}

alone() {
	load_begin "$seconds"
	load_end
	keep alone
}

# Rollouts under load, one after the other, until they have lasted as long as what they are
# compared with.
rollouts() { # LABEL
	local nr=0

	load_begin 600
	until [ "$nr" -gt 0 ] && awk -v t="$(minus "$(now)" "$from")" -v s="$seconds" 'BEGIN { exit t < s }'; do
		file=$((file + 1)) nr=$((nr + 1))
		three r $file >"$work/release/$(printf %04d $file)_round.sql"
		muster rollout start "$work/release" --budget 100% --running $slots --per-server $slots \
			--wait >"$work/out" || { tail -5 "$work/out"; exit 1; }
	done
	kill -TERM "$load_pid"
	load_end
	keep "$1"
	awk -v n=$nr -v t="$tenants" -v w="$wall" 'BEGIN { printf "           %d tenants in %.1f s\n", n * t, w }'
}

# ratios LABEL: each to the mean of what is before and behind it, sorted; none where others had
# more than a quarter of a core meanwhile
ratios() {
	awk -v label="$1" '{ kind[NR] = $1; p95[NR] = $2; others[NR] = $3 }
		END { for (i = 2; i < NR; i++)
			if (kind[i] == label && others[i - 1] <= 25 && others[i] <= 25 && others[i + 1] <= 25)
				printf "%.2f\n", p95[i] / ((p95[i - 1] + p95[i + 1]) / 2) }' "$work/stretches" | sort -n
}

median() {
	awk '{ v[NR] = $1 } END { if (NR == 0) printf "?"; else printf "%.2f", (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'
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
echo "$kind $(sql -e 'select version()') in $TMPDIR, $tenants tenants, $slots slots, $clients clients with $rate statements/s, $(nproc) cores, durable"
bench_databases 1 "$tenants" 1
bench_clients $clients
bench_daemon
mkdir "$work/release"
muster server add db1 --socket "$socket" --max-running $slots >/dev/null
muster tenant discover --server db1 --like 'c0%' >/dev/null
until sampled; do
	kill -0 "$daemon_pid"
done
file=0
alone >/dev/null # the first seconds of a server are its own
: >"$work/stretches"
alone
for _ in $(seq "$rounds"); do
	limits on
	rollouts throttled
	alone
	limits off
	rollouts free
	alone
done
echo "p95 to that without a rollout, all ratios: throttled $(ratios throttled | xargs), not throttled $(ratios free | xargs)"
echo "median: throttled $(ratios throttled | median) x, not throttled $(ratios free | median) x"
limits on
three r $((file + 1)) >"$work/release/$(printf %04d $((file + 1)))_round.sql"
id=$(muster rollout start "$work/release" --budget 100% -o name)
echo "answers to a check while a rollout runs: $(checks 300)"
muster rollout watch "$id" >/dev/null || true
