#!/bin/bash
# readonly.sh [mariadb|mysql] [TENANTS] [WRITTEN] [ROWS]
# A rollout that closes each tenant for writes, with an ALTER over ROWS rows, while a client writes
# to each of the first WRITTEN of them: how long they are closed, how long the same rollout takes
# without closing, whether an acknowledged write is missing, and whether a grant has changed. And
# how long one idle tenant with 50 tables takes to close and to open.
. "$(dirname "$0")/lib.sh"
kind=${1:-mariadb}
tenants=${2:-360}
written=${3:-20}
rows=${4:-10000}
at_once=4

accounts() {
	local n

	for n in $(seq -f %05g 1 "$tenants"); do
		echo "create user u$n@localhost identified by 'secret';
			grant all on \`c$n\`.* to u$n@localhost with grant option;
			insert into c$n.t0 (a) select seq.n from (with recursive s(n) as
				(select 1 union all select n + 1 from s where n < $rows) select n from s) seq;
			create table c$n.log (id int primary key);"
	done
}

grants() {
	sql -e "select host, db, user, insert_priv, update_priv, delete_priv, create_priv, alter_priv, grant_priv
		from mysql.db order by 1, 2, 3"
}

write_on() { # N: a new session for every 40 rows, because one is ended when its tenant is closed
	local from=1

	until [ -e "$work/enough" ]; do
		seq "$from" $((from + 39)) | sed "s/.*/insert into log values (&); \
			select if(row_count() = 1, '&', 'no'); do sleep(0.01);/" |
			mariadb --no-defaults --skip-ssl --user="u$1" --password=secret \
				--socket="$work/db/sock" -N -n --force "c$1" >>"$work/acks.$1" 2>/dev/null || true
		from=$((from + 40))
	done
}

roll() { # LABEL COLUMN [OPTION…]
	local from

	rm -rf "$work/release"
	mkdir "$work/release"
	echo "alter table t0 add column first int, algorithm=copy;" >"$work/release/0001_first.sql"
	[ "$2" = first ] || echo "alter table t0 add column $2 int, algorithm=copy;" >"$work/release/0002_more.sql"
	from=$(now)
	muster rollout start "$work/release" --name "$1" --budget 0 --wait "${@:3}" >"$work/out" ||
		{ tail -5 "$work/out"; exit 1; }
	echo "$1: $(minus "$(now)" "$from") s"
}

# Milliseconds from the state before to the state, for each time that it was taken.
took() { # TENANT FROM TO
	muster events --since 0 -o json |
		jq -r --arg o "tenant/$1" --arg f "$2" --arg t "$3" '[.[] | select(.object == $o and (.state == $f or .state == $t))
			| (.at | capture("^(?<s>.*)\\.(?<f>[0-9]+)Z$")) as $c | {state,
				at: (($c.s + "Z" | fromdateiso8601) + ("0." + $c.f | tonumber))}]
			| [range(1; length) as $i | select(.[$i].state == $t and .[$i - 1].state == $f)
				| .[$i].at - .[$i - 1].at] | sort | "\(.[length / 2 | floor] * 1000 | round) ms of \(length)"'
}

idle() { # METHOD
	local n

	for n in 1 2 3 4 5 6 7; do
		muster readonly on c99999 --ttl 5m --reason bench --method "$1" --accept-holes >/dev/null
		muster readonly off c99999 >/dev/null
		until [ "$(muster tenant show c99999 -o json | jq -r .mode)" = rw ]; do :; done
	done
	echo "idle, 50 tables, method $1: closing $(took c99999 closing ro), opening $(took c99999 opening rw) (medians, of all so far)"
}

bench_build
bench_server "$kind"
sql -e 'set global cte_max_recursion_depth = 1000000' 2>/dev/null || true
sql -e 'set global max_recursive_iterations = 1000000' 2>/dev/null || true
echo "$kind $(sql -e 'select version()'), $tenants tenants, $rows rows, $written written to, $(nproc) cores, durable"
bench_databases 1 "$tenants" 1
bench_databases 99999 99999 50
accounts | sql
bench_daemon
muster server add db1 --socket "$socket" --max-running $at_once >/dev/null
muster tenant discover --server db1 --like 'c0%' >/dev/null
sql -e "create user idle@localhost; grant all on c99999.* to idle@localhost"
muster tenant add c99999 --server db1 --schema c99999 >/dev/null
if [ "$kind" = mysql ]; then
	idle schema
fi
idle privileges
muster tenant remove c99999 >/dev/null
before=$(grants)
roll open first
for n in $(seq -f %05g 1 "$written"); do
	write_on "$n" &
done
roll closed more --readonly --accept-holes --drain 2s
touch "$work/enough"
# shellcheck disable=SC2046
wait $(jobs -p | grep -vx "$daemon_pid")
muster rollout show closed -o json |
	jq -r '.closed | "closed: \(.tenants) tenants, min \(.min_ms) ms, median \(.median_ms) ms, p95 \(.p95_ms) ms, max \(.max_ms) ms"'
lost=0
acked=0
for n in $(seq -f %05g 1 "$written"); do
	grep -x '[0-9]*' "$work/acks.$n" | sort >"$work/acked"
	sql -e "select id from c$n.log" | sort >"$work/there"
	acked=$((acked + $(wc -l <"$work/acked")))
	lost=$((lost + $(comm -23 "$work/acked" "$work/there" | wc -l)))
done
echo "$acked writes acknowledged, $lost of them lost"
if [ "$before" = "$(grants)" ]; then
	echo "every grant as before"
else
	echo "grants differ"
fi
