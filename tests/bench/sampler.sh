#!/bin/bash
# sampler.sh [mariadb|mysql] [SECONDS]
# What does it cost to watch a server? One server ten times a second - idle, and busy with
# eight clients - and 100 addresses once a second by one process: processor time of the
# threads that serve the samplers' connections, and of the samplers, in percent of one core, and
# of one sample. One server a hundred times a second tells what a sample takes when processors
# and caches need not be woken for it first; what that adds is a matter of the machine.
. "$(dirname "$0")/lib.sh"
kind=${1:-mariadb}
seconds=${2:-20}
clients=()

[ -d "$build" ] || cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release >"$work/build.log"
cmake --build "$build" --target bench_sampler >>"$work/build.log" || { tail -20 "$work/build.log"; exit 1; }
bench=$(find "$build" -name bench_sampler -type f | head -n 1)

# the threads of all connections but those of the busy clients and this one
threads() {
	if [ "$kind" = mysql ]; then
		sql -e "select thread_os_id from performance_schema.threads where processlist_id is not null
			and type = 'FOREGROUND' and processlist_id <> connection_id() and coalesce(processlist_db, '') <> 'busy'"
	else
		sql -e "select tid from information_schema.processlist where id <> connection_id()
			and command <> 'Daemon' and coalesce(db, '') <> 'busy'"
	fi
}

# processor milliseconds of these threads
server_cpu_of() {
	local tid

	for tid; do
		cat "/proc/$(cat "$work/db/pid")/task/$tid/schedstat"
	done | awk '{ ns += $1 } END { printf "%.3f", ns / 1e6 }'
}

# one NAME SAMPLERS PERIOD_MS: a line
one() {
	local from used said tids

	coproc sampler { "$bench" "$2" "$3" "$seconds" "$socket"; }
	read -r said <&"${sampler[0]}"
	mapfile -t tids < <(threads)
	from=$(server_cpu_of "${tids[@]}")
	read -r said <&"${sampler[0]}"
	used=$(minus "$(server_cpu_of "${tids[@]}")" "$from")
	echo >&"${sampler[1]}"
	wait "$sampler_PID"
	echo "$said" | awk -v name="$1" -v s="$seconds" -v used="$used" -v nr="${#tids[@]}" '{
		printf "%-30s %4d samples, %d with a problem, %3d connections: server %.3f %%, sampler %.3f %%, of one core; %.3f + %.3f ms a sample\n",
			name, $2, $4, nr, used / s / 10, $6 / s / 10, used / $2, $6 / $2 }'
}

busy_begin() {
	sql -e "create database busy; create table busy.t (id int primary key, n int) engine = InnoDB"
	for i in 1 2 3 4 5 6 7 8; do
		sql -e "insert into busy.t values ($i, 0)"
		while echo "update t set n = n + 1 where id = $i; select n from t;"; do :; done 2>/dev/null |
			sql busy >/dev/null 2>&1 &
		clients+=("$!")
	done
}

busy_end() {
	kill "${clients[@]}"
	wait "${clients[@]}" 2>/dev/null || true
}

bench_server "$kind"
echo "$kind $(sql -e 'select version()'), $(nproc) cores, durable, $seconds s each"
one "1 server, 10/s" 1 100
NO_PROBE=1 one "1 server, 10/s, no probe" 1 100
one "1 server, 1/s" 1 1000
one "1 server, 1000/s" 1 1
one "100 addresses, 1/s" 100 1000
busy_begin
one "1 server, 10/s, busy" 1 100
NO_PROBE=1 one "1 server, 10/s, busy, no probe" 1 100
busy_end
