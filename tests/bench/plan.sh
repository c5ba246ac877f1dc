#!/bin/bash
# plan.sh [mariadb|mysql] [TENANTS]
# What a plan costs beside the bare queries: one grouped look at information_schema, and the
# daemon's survey of everybody. Three statements, five classes. Prints numbers and ratios, judges
# nothing.
. "$(dirname "$0")/lib.sh"
kind=${1:-mariadb}
tenants=${2:-2000}
classes=5

timed() { # CMD…: seconds in $took
	local from

	from=$(now)
	"$@" >/dev/null || true
	took=$(minus "$(now)" "$from")
}
ratio() { # LABEL SECONDS BARE
	awk -v label="$1" -v a="$2" -v b="$3" 'BEGIN { printf "%-42s %6.2f s, %.2f x\n", label, a, a / b }'
}

bench_build
bench_server "$kind"
echo "$kind $(sql -e 'select version()'), $tenants tenants, $classes classes, $(nproc) cores"
bench_databases 1 "$tenants" 1
for i in $(seq 2 $classes); do # the last ones look otherwise, each in its own way
	echo "alter table c$(printf %05d $((tenants - i + 2))).t0 add column extra$i int;"
done | sql
bench_daemon
muster server add db1 --socket "$socket" >/dev/null
muster tenant discover --server db1 --like 'c0%' >/dev/null
mkdir "$work/release"
echo 'alter table t0 add column d date;
create index by_d on t0 (d);
alter table t0 modify b varchar(60) not null;' >"$work/release/0001_three.sql"
muster release create "$work/release" >/dev/null

bare="select table_schema, count(*), sum(crc32(concat_ws(',', table_name, column_name, column_type,
	is_nullable, column_default, collation_name))) from information_schema.columns
	where table_schema like 'c0%' group by table_schema"
timed sql -e "$bare"
timed sql -e "$bare"
once=$took
printf '%-42s %6.2f s\n' "one grouped query over information_schema" "$once"
timed muster plan release -o json
ratio "plan, first" "$took" "$once"
timed muster plan release -o json
ratio "plan, again" "$took" "$once"
timed muster rollout start release --dry-run
ratio "dry run of a rollout" "$took" "$once"
timed muster rollout start release --wait --budget 100%
printf '%-42s %6.2f s\n' "the rollout itself" "$took"
timed muster plan release -o json
ratio "plan, nothing to do" "$took" "$once"
awk '/VmHWM/ { printf "resident at most: %.1f MiB\n", $2 / 1024 }' "/proc/$daemon_pid/status"
