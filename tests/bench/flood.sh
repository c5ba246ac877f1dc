#!/bin/bash
# flood.sh [mariadb|mysql] [ROUNDS] [TENANTS] [CONNECTIONS]
# A flood of clients in the middle of a rollout: 64 connections that write one transaction behind the
# other, as quickly as the server answers, for three seconds, and a rollout of three short
# statements for each tenant beside them. How long after the first statement of the flood musterd
# sends the last of its own, and how long after the flood's end the next.
#
# By the clocks of the two programs, which is one and the same: bench_load says when it sent its
# first statement (its connections were made a tenth of a second before), and every statement
# of musterd leaves a stamp when it is sent (stamp.c). Neither asks anything of the server. A
# line for each round, of the times in milliseconds:
#
#   last     when the last statement of a migration was sent before they stopped, after the flood's
#            beginning; and how many were sent since then
#   any      the same of everything that a task sends: also what it notes behind a statement
#   again    statements of a migration that were sent after a pause of half a second within the flood
#   sampled  when the first two samples that were asked for within the flood had come, the
#            longest and the mean time between two of them, and the slowest answer, all within the flood
#   next     the first statement of a migration after the end of the flood
#
# The clients, the server and musterd share this host's processors, without priorities; the
# server's data is on a disk, where commits take their time (TMPDIR=FOLDER). What
# musterd does for clients that are at work, but no flood (signal clients), is switched off:
# statements are looked at, not turns. With CLIENTS=1 it is not, as nobody would switch it off.
# Prints numbers, judges nothing.
. "$(dirname "$0")/lib.sh"
kind=${1:-mariadb}
rounds=${2:-5}
tenants=${3:-600}
connections=${4:-64}
slots=4
ours='ALTER TABLE t0 ADD|CREATE INDEX i_|CREATE TABLE n_'

# statements of migrations that were sent so far
sent() { grep -cE " s muster-task ($ours)" "$work/stamps" || true; }

# The line of a round, of its stamps and the span of its flood.
told() {
	awk -v ours="$ours" -v first="$1" -v last="$2" '
		function ms(ns) { return (ns - first) / 1e6 }
		function note(what) { # sent within the flood, in order
			if (nr[what]++ && $1 - at[what] > 5e8) stopped[what] = 1
			if (stopped[what]) again[what]++; else { before[what]++; end[what] = $1 }
			at[what] = $1
		}
		$1 < first { seen[$3] = $1; next }
		$1 > last { if (!next_ns && $2 == "s" && $3 == "muster-task" && $0 ~ ours) next_ns = $1; next }
		$3 == "muster-task" && $2 == "s" { note("any"); if ($0 ~ ours) note("last") }
		$3 == "sampler" && $2 == "s" { asked = $1; is_load = /variable_name/ }
		$3 == "sampler" && $2 == "a" && asked { took = $1 - asked; if (took > slowest) slowest = took
			if (is_load) { if (samples++) { gap = $1 - sampled; sum += gap; if (gap > longest) longest = gap }
				sampled = $1; if (samples <= 2) come[samples] = $1 } }
		END { mean = samples < 2 ? 0 : sum / (samples - 1) / 1e6
			printf("last %s (%d), any %s (%d), again %d, sampled %.0f %.0f, every %.0f (%.0f at most), answered in %.0f at most, next %s",
			before["last"] ? sprintf("%.0f", ms(end["last"])) : "-", before["last"],
			before["any"] ? sprintf("%.0f", ms(end["any"])) : "-", before["any"], again["last"],
			ms(come[1]), ms(come[2]), mean, longest / 1e6, slowest / 1e6,
			next_ns ? sprintf("%.0f", (next_ns - last) / 1e6) : "-") }' "$work/stamps"
}

round() { # NUMBER
	local id first last

	three f "$1" >"$work/release/$(printf %04d "$1")_round.sql"
	: >"$work/stamps"
	id=$(muster rollout start "$work/release" --budget 100% --running $slots --per-server $slots -o name)
	until [ "$(sent)" -ge $((60 + RANDOM % 120)) ]; do :; done
	LOAD_SPAN=$work/span "$build/bench_load" "$socket" "$connections" 0 3 $(seq -f 'k%05g' 1 8) >"$work/load"
	muster wait "$id" --for done,failed --timeout 10m >/dev/null
	read -r first last <"$work/span"
	echo "$(told "$first" "$last"); $(muster rollout show "$id" -o json | jq -r '.state')"
}

bench_build
cmake --build "$build" --target bench_load bench_stamp >>"$work/build.log"
bench_server "$kind"
echo "$kind $(sql -e 'select version()') in ${TMPDIR:-/tmp}, $tenants tenants, $slots slots, $connections connections, $(nproc) cores"
bench_databases 1 "$tenants" 1
bench_clients 8
for n in $(seq -f 'k%05g' 1 8); do
	echo "insert into $n.t0 (id, a, b) select 100 * x.id + y.id, 1, 'y' from c00001.t0 x, c00001.t0 y;"
done | sql
stamp=$(find "$build" -name bench_stamp.so)
daemon_env=(LD_PRELOAD="$stamp" STAMPS="$work/stamps")
bench_daemon
mkdir "$work/release"
muster server add db1 --socket "$socket" --max-running $slots >/dev/null
muster tenant discover --server db1 --like 'c0%' >/dev/null
[ -n "${CLIENTS:-}" ] || muster throttle set db1 clients soft=- >/dev/null
for n in $(seq "$rounds"); do
	round "$n"
done
[ -z "${KEEP_STAMPS:-}" ] || cp "$work/stamps" "$work/span" "$KEEP_STAMPS"
