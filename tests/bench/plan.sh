#!/bin/bash
# plan.sh [mariadb|mysql] [TENANTS] [SERVERS] [TABLES] [at-once]
# What a plan costs beside the bare query: one grouped look at all columns in information_schema
# that a fingerprint is made of. The fingerprints alone, as the daemon asks for them, of tenants it
# sees for the first time and of tenants whose looks it knows; then whole plans of three statements
# over five classes, and what the daemon holds in memory. Prints numbers and ratios, judges nothing.
# at-once: the first plan does not wait until those who were enrolled were looked at in the
# background, as MariaDB's are.
. "$(dirname "$0")/lib.sh"
kind=${1:-mariadb}
tenants=${2:-2000}
nr_servers=${3:-1}
tables=${4:-10} # of each tenant
wait=${5:-wait}
classes=5
each=$((tenants / nr_servers))
list=$work/names

timed() { # CMD…: seconds in $took; a plan that finds work says so by its exit code
	local from

	from=$(now)
	"$@" >/dev/null || true
	took=$(minus "$(now)" "$from")
}
show() { # LABEL SECONDS
	awk -v label="$1" -v a="$2" -v b="$bare" 'BEGIN { printf "%-50s %6.2f s, %.2f x\n", label, a, a / b }'
}

# a server, its databases, the last ones of them otherwise, each in its own way
make_server() { # NUMBER
	local first=$((($1 - 1) * each + 1)) i

	bench_server "$kind" "db$1"
	bench_databases "$first" $((first + each - 1)) "$tables"
	for i in $(seq 2 $classes); do
		echo "alter table c$(printf %05d $((first + each + 1 - i))).t0 add column extra$i int;"
	done | sql
	sockets+=("$socket")
}

grouped="select table_schema, count(*), sum(crc32(concat_ws('|', table_name, column_name,
	ordinal_position, ifnull(column_default, '~'), is_nullable, column_type, extra,
	ifnull(collation_name, '~'), column_key, column_comment))) from information_schema.columns
	where table_schema like 'c0%' or table_schema like 'c1%' group by table_schema"

# the first server's, with TABLE... as bench_survey takes them
fingerprints() { # LABEL [TABLE...]
	local label=$1 positions stamps shapes different

	shift
	read -r _ positions _ stamps _ shapes _ different < <(seq -f 'c%05g' 1 "$each" |
		"$build/bench_survey" "${sockets[0]}" 2 "$@")
	show "$label" "$(awk -v a="$stamps" -v b="$shapes" 'BEGIN { print a + b }')"
	printf '  besides: %.2f s for where they stand, and %s read whole\n' "$positions" "$different"
}

bench_build
sockets=()
for i in $(seq "$nr_servers"); do
	make_server "$i"
done
here=db1
echo "$kind $(sql -e 'select version()'), $tenants tenants of $tables tables on $nr_servers servers, $classes classes, $(nproc) cores"
timed sql -e "$grouped"
printf '%-50s %6.2f s\n' "one grouped query over information_schema, first" "$took"
[ "$(sql -e "$grouped" | wc -l)" = "$each" ] || { echo "the bare query does not see them all"; exit 1; }
timed sql -e "$grouped"
bare=$took
printf '%-50s %6.2f s\n' "one grouped query over information_schema, of $each" "$bare"
fingerprints "fingerprints of $each, first"
fingerprints "fingerprints of $each, known" t0

# every one of the tenants
looked_at() {
	[ "$(sed -n 's/.*new tenants looked at tenants=//p' "$work/log" | awk '{ n += $1 } END { print n + 0 }')" -ge "$tenants" ]
}
wait_looked_at() {
	until looked_at; do
		sleep 0.05
	done
}

daemon_says=info
bench_daemon
for i in $(seq "$nr_servers"); do
	muster server add "db$i" --socket "${sockets[$((i - 1))]}" >/dev/null
	muster tenant discover --server "db$i" --like 'c%' >/dev/null
done
mkdir "$work/release"
echo 'alter table t0 add column d date;
create index by_d on t0 (d);
alter table t0 modify b varchar(60) not null;' >"$work/release/0001_three.sql"
muster release create "$work/release" >/dev/null
if [ "$kind $wait" = "mariadb wait" ]; then
	timed wait_looked_at
	show "until they were looked at, from there" "$took"
fi
timed muster plan release -o json
show "plan of $tenants, first" "$took"
timed muster plan release -o json
show "plan, again" "$took"
timed muster rollout start release --dry-run
show "dry run of a rollout" "$took"
awk '/VmHWM/ { printf "%-50s %6.1f MiB\n", "resident at most", $2 / 1024 }' "/proc/$daemon_pid/status"
[ "$nr_servers" = 1 ] || exit 0
timed muster rollout start release --wait --budget 100%
printf '%-50s %6.2f s\n' "the rollout itself" "$took"
timed muster plan release -o json
show "plan, nothing to do" "$took"
