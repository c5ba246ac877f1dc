#!/bin/bash
# fanout.sh [mariadb|mysql] [TENANTS] [ROUNDS]
# One migration of three statements (ADD COLUMN, CREATE INDEX, CREATE TABLE) for every tenant, four
# at a time: muster with everything on, beside a bare client that runs the same
# statements over four kept connections, beside that client with the lock and the two rows of
# history by which each tenant is changed exactly once (what no client that keeps them can be
# quicker than), beside the stock client started by xargs, and beside
# other tools where they are installed: muster on databases of its own, or it would see what the
# others change by hand. In turn, A B A B; prints ratios, judges nothing.
. "$(dirname "$0")/lib.sh"
kind=${1:-mariadb}
tenants=${2:-360}
rounds=${3:-3}
at_once=4

# databases of all but muster
names() { seq -f 'c%05g' "$((tenants + 1))" "$((tenants * 2))"; }

# per_tenant AFTER BEFORE: milliseconds of CPU
per_tenant() { awk -v a="$1" -v b="$2" -v n="$tenants" 'BEGIN { printf "%.2f", (a - b) / n }'; }

# bare FILE: sets wall and raw_cpu
bare() {
	# shellcheck disable=SC2046
	"$build/bench_raw" "$socket" $at_once "$1" $(names) >"$work/raw.out"
	read -r wall raw_cpu <"$work/raw.out"
}

# each sets wall, in seconds
run_raw() {
	local before
	three raw "$1" >"$work/raw.sql"
	before=$(server_cpu)
	bare "$work/raw.sql"
	raw_server=$(per_tenant "$(server_cpu)" "$before")
}

# the tables of a tenant's history, as muster makes them
make_ledgers() {
	local name
	for name in $(names); do
		echo "create table $name.muster_history like c00001.muster_history;"
	done | sql
}

run_ledger() {
	local lock="concat('bench:', database())"
	{
		echo "select get_lock($lock, 0);"
		echo "insert into muster_history (version, name, checksum, state, statements_total, in_flight, started_at)" \
			"values ('$1', 'round', sha2('$1', 256), 'applying', 3, 1, utc_timestamp(3));"
		three ledger "$1"
		echo "update muster_history set state = 'applied', statements_done = 3, in_flight = 0," \
			"finished_at = utc_timestamp(3) where version = '$1';"
		echo "select release_lock($lock);"
	} >"$work/ledger.sql"
	bare "$work/ledger.sql"
}

run_xargs() {
	local from
	three xargs "$1" >"$work/xargs.sql"
	from=$(now)
	names | xargs -P $at_once -I{} sh -c "mariadb --no-defaults --skip-ssl -uroot -S '$socket' {} <'$work/xargs.sql'"
	wall=$(minus "$(now)" "$from")
}

run_muster() {
	local from before server_before
	three muster "$1" >"$work/release/$(printf %04d "$(($1 + 1))")_round.sql"
	before=$(daemon_cpu)
	server_before=$(server_cpu)
	sql -e "flush status"
	from=$(now)
	muster rollout start "$work/release" --budget $at_once --wait >"$work/out" || { tail -5 "$work/out"; exit 1; }
	wall=$(minus "$(now)" "$from")
	daemon_used=$(per_tenant "$(daemon_cpu)" "$before")
	server_used=$(per_tenant "$(server_cpu)" "$server_before")
	connections=$(sql -e "show global status like 'Max_used_connections'" | cut -f2)
}

run_dbmate() {
	local from
	mkdir -p "$work/dbmate"
	{ echo "-- migrate:up"; three dbmate "$1"; echo "-- migrate:down"; } >"$work/dbmate/$1_round.sql"
	from=$(now)
	names | xargs -P $at_once -I{} dbmate --url "mysql://root@localhost/{}?socket=$socket" \
		-d "$work/dbmate" --no-dump-schema up >/dev/null
	wall=$(minus "$(now)" "$from")
}

run_sqitch() {
	local from
	mkdir -p "$work/sqitch"
	cd "$work/sqitch"
	[ -f sqitch.plan ] || sqitch init bench --engine mysql >/dev/null
	sqitch add "round$1" -n "round $1" >/dev/null
	three sqitch "$1" >"deploy/round$1.sql"
	from=$(now)
	names | xargs -P $at_once -I{} sqitch deploy --no-verify --registry 'sqitch_{}' \
		"db:mysql://root@/{}?mysql_socket=$socket" >/dev/null
	wall=$(minus "$(now)" "$from")
	cd "$root"
}

run_alembic() {
	local from previous=None
	mkdir -p "$work/alembic/versions"
	[ "$1" = 1 ] || previous="'r$(($1 - 1))'"
	cat >"$work/alembic/env.py" <<-P
		import os
		from alembic import context
		from sqlalchemy import create_engine
		engine = create_engine("mysql+pymysql://root@localhost/" + os.environ["SCHEMA"] + "?unix_socket=$socket")
		with engine.connect() as connection:
		    context.configure(connection=connection)
		    with context.begin_transaction():
		        context.run_migrations()
	P
	{
		printf 'from alembic import op\nrevision = "r%s"\ndown_revision = %s\ndef upgrade():\n' "$1" "$previous"
		three alembic "$1" | sed 's/;$//; s/.*/    op.execute("&")/'
	} >"$work/alembic/versions/r$1.py"
	printf '[alembic]\nscript_location = %s\n' "$work/alembic" >"$work/alembic.ini"
	from=$(now)
	names | xargs -P $at_once -I{} sh -c "SCHEMA={} alembic -c '$work/alembic.ini' upgrade head >/dev/null 2>&1"
	wall=$(minus "$(now)" "$from")
}

bench_build
bench_server "$kind"
echo "$kind $(sql -e 'select version()'), $tenants tenants, $at_once at a time, $(nproc) cores, durable"
bench_databases 1 $((tenants * 2)) 10
bench_daemon
mkdir "$work/release"
echo "CREATE TABLE first_things (id INT);" >"$work/release/0001_first.sql"
muster server add db1 --socket "$socket" --max-running $at_once >/dev/null
# the others are no clients, before whom muster would stand back for a second more
muster throttle set db1 clients soft=- >/dev/null
seq -f 'c%05g' 1 "$tenants" | sed 's/.*/&,db1,&/; 1i name,server,schema' >"$work/fleet.csv"
muster tenant import "$work/fleet.csv" >/dev/null
muster rollout start "$work/release" --budget $at_once --wait >/dev/null # steady state, as the peers
make_ledgers

others=()
command -v mariadb >/dev/null && [ "$kind" = mariadb ] && others+=(xargs)
for tool in dbmate sqitch alembic; do
	command -v "$tool" >/dev/null && others+=("$tool")
done
for round in $(seq "$rounds"); do
	run_raw "$round"
	raw=$wall
	run_muster "$round"
	printf 'round %d: raw %.2f s (CPU a tenant: client %.2f ms, server %.2f ms), muster %.2f s = %s x raw (CPU %.2f ms, %.2f ms), %s connections at most\n' \
		"$round" "$raw" "$raw_cpu" "$raw_server" "$wall" "$(ratio "$wall" "$raw")" \
		"$daemon_used" "$server_used" "$connections"
	ratio "$wall" "$raw" >>"$work/ratios"
	echo >>"$work/ratios"
	mine=$wall
	run_ledger "$round"
	printf '         bare client with lock and history %.2f s = %s x raw, muster = %s x that\n' "$wall" \
		"$(ratio "$wall" "$raw")" "$(ratio "$mine" "$wall")"
	for tool in ${others[@]+"${others[@]}"}; do
		[ "$round" -le 2 ] || break # they take long, and twice is enough to see it
		"run_$tool" "$round"
		printf '         %s %.2f s = %s x raw, %s x muster\n' "$tool" "$wall" \
			"$(ratio "$wall" "$raw")" "$(ratio "$wall" "$mine")"
	done
done
sort -n "$work/ratios" | awk '{ r[NR] = $1 } END { printf "muster / raw, median of %d: %.2f\n", NR, (r[int((NR + 1) / 2)] + r[int(NR / 2) + 1]) / 2 }'
