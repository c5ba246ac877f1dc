#!/bin/bash
# The main job of muster on this machine, from nothing, in about a minute: a private
# MariaDB with 360 client databases, musterd, and one release rolled over all of them in
# waves of 1, 5% and the rest. Needs Debian 12; as root it installs what is missing.
# Touches nothing outside of build/ and a temporary folder, and cleans up.
#
#   tests/demo.sh           run it; CLIENTS=40 in front makes fewer databases
#   tests/demo.sh --keep    leave all of it up until Enter, to look around
#
# Ends with 0 only when every client has the new version.
set -euo pipefail
cd "$(dirname "$0")/.."
TESTS_DIR=$PWD/tests
. tests/packages.sh
. tests/server.sh

clients=${CLIENTS:-360}
keep=${1:-}
release=tests/demo/migrations
newest=0006
daemon=
case $keep in
'' | --keep) ;;
*)
	sed -n '2,/^set/s/^#\( \|$\)//p' "$0"
	exit 64
	;;
esac

bold='' plain=''
if [ -t 1 ]; then
	bold=$'\033[1m' plain=$'\033[0m'
fi

step() {
	printf '\n%s== %s%s\n' "$bold" "$*" "$plain"
}

show() { # WORD…: a command as one would type it, and what it prints
	local word line=

	for word; do
		[[ $word =~ ^[A-Za-z0-9_./:=%+-]+$ ]] || word="'$word'"
		line+=" $word"
	done
	printf '\n%s$%s%s\n' "$bold" "$line" "$plain"
	"$@"
}

muster() {
	build/muster "$@"
}

milliseconds() { # SINCE
	echo $((($(date +%s%N) - $1) / 1000000))
}

clean() {
	local status=$?

	trap - EXIT
	set +e
	if [ -n "$daemon" ]; then
		kill "$daemon"
		wait "$daemon"
	fi
	server_stop "$work/db" KILL
	rm -rf "$work"
	exit "$status"
} 2>/dev/null

# In memory when there is room: 360 databases are some hundred megabytes of files.
make_folder() {
	local base=${TMPDIR:-/tmp} free

	free=$(df --output=avail -k /dev/shm 2>/dev/null | tail -n 1 || echo 0)
	if [ -w /dev/shm ] && [ "${free// /}" -gt 3000000 ]; then
		base=/dev/shm
	fi
	work=$(mktemp -d "$base/muster-demo.XXXXXX")
	trap clean EXIT
	trap 'exit 130' INT TERM
}

build_programs() {
	local generator=()

	[ -e build/CMakeCache.txt ] || generator=(-G Ninja)
	cmake -S . -B build "${generator[@]}" -DCMAKE_BUILD_TYPE=Release -DMUSTER_TESTS=OFF >/dev/null
	cmake --build build --parallel "$(nproc)" --target musterd muster >"$work/build.log" 2>&1 || {
		tail -n 40 "$work/build.log" >&2
		echo "demo.sh: the build failed" >&2
		exit 1
	}
}

# Every client is a copy of one database, so that making them takes seconds.
client_sql() { # FIRST STEP LAST
	local table n

	for n in $(seq -f '%03.0f' "$1" "$2" "$3"); do
		printf 'create database `client_%s`; use `client_%s`; set foreign_key_checks = 0;\n' "$n" "$n"
		cat "$work/tables.sql"
		for table in $tables; do
			printf 'insert into %s select * from demo_template.%s;\n' "$table" "$table"
		done
	done
}

make_clients() {
	local part pids=()

	server_client "$work/db" -e 'create database demo_template'
	server_client "$work/db" demo_template <tests/demo/client.sql
	sed -n '/^create table/,/^);/p' tests/demo/client.sql >"$work/tables.sql"
	tables=$(sed -n 's/^create table \([a-z_]*\).*/\1/p' "$work/tables.sql")
	for part in 1 2; do
		client_sql "$part" 2 "$clients" | server_client "$work/db" &
		pids+=($!)
	done
	for part in "${pids[@]}"; do
		wait "$part"
	done
	server_client "$work/db" -e 'drop database demo_template'
}

start_daemon() {
	cat >"$work/musterd.conf" <<-END
		data_dir = "$work/data";
		socket = "$work/musterd.sock";
		socket_group = "";
		operators = [ ];
	END
	printf '[client]\nuser=root\n' >"$work/root.cnf"
	build/musterd --config "$work/musterd.conf" >"$work/musterd.log" 2>&1 </dev/null &
	daemon=$!
	export MUSTER_SOCKET=$work/musterd.sock
	until muster server list -o json >/dev/null 2>&1; do
		kill -0 "$daemon" 2>/dev/null || {
			cat "$work/musterd.log" >&2
			exit 1
		}
		sleep 0.05
	done
}

value() { # STATEMENT
	server_client "$work/db" -N -B -e "$1"
}

# Do not believe muster: ask the server.
check_clients() {
	local new column triggers wrong n

	new=$(muster tenant list -l "version=$newest" -o name | wc -l)
	column=$(value "select count(*) from information_schema.columns
		where column_name = 'birthday' and table_schema like 'client\_%'")
	triggers=$(value "select count(*) from information_schema.triggers
		where trigger_schema like 'client\_%'")
	for n in $(seq -f '%03.0f' "$clients"); do
		echo "select count(*) from client_$n.orders as o where total_cents <>
			(select coalesce(sum(i.quantity * p.price_cents), 0) from client_$n.order_items as i
			join client_$n.products as p on p.id = i.product_id where i.order_id = o.id);"
	done >"$work/wrong.sql"
	wrong=$(server_client "$work/db" -N -B <"$work/wrong.sql" | awk '{ n += $1 } END { print n }')
	echo "clients at version $newest: $new of $clients"
	echo "customers.birthday:       $column of $clients"
	echo "triggers:                 $triggers of $((2 * clients))"
	echo "orders with a wrong sum:  $wrong"
	[ "$new $column $triggers $wrong" = "$clients $clients $((2 * clients)) 0" ]
}

make_folder
step "Packages and build (build/)"
packages_install build
build_programs

step "A private MariaDB with $clients client databases, 8 tables each"
server_start mariadb "$work/db" --table-open-cache=4000 --innodb-buffer-pool-size=512M >/dev/null
begun=$(date +%s%N)
make_clients
echo "$clients databases in $(milliseconds "$begun") ms"

step "musterd; the server and its clients are enrolled"
start_daemon
show muster server add db1 --socket "$work/db/sock" --defaults-file "$work/root.cnf" -L region=eu
show muster server check db1
show muster tenant discover --server db1 --like 'client\_%' | tail -n 2

step "The release, and what rolling it would do"
status=0
show muster lint "$release" || status=$?
[ "$status" -eq 1 ] # exit code 1: there are warnings; 65 would be refused
status=0
show muster rollout start "$release" --waves '1, 5%, rest' --dry-run || status=$?
[ "$status" -eq 1 ] # exit code 1: something is pending

step "The rollout"
begun=$(date +%s%N)
status=0
show muster rollout start "$release" --name demo --waves '1, 5%, rest' --wait \
	--reason 'the demonstration' || status=$?
echo
echo "$clients clients in $(milliseconds "$begun") ms, exit code $status"

step "What the server says"
check_clients || status=1

step "To look around"
show muster rollout show demo
show muster task show demo/client_007
show muster tenant list 'client_00*'
if [ "$keep" = --keep ]; then
	printf '\nIn another terminal:\n\n  export MUSTER_SOCKET=%s PATH=%s:$PATH\n' \
		"$MUSTER_SOCKET" "$PWD/build"
	printf '  muster --help; muster events; muster tenant list -o wide\n'
	printf '  mariadb --skip-ssl -u root -S %s client_007\n' "$work/db/sock"
	printf '\nEnter ends all of it. '
	read -r _ || true
else
	echo
	echo "tests/demo.sh --keep leaves all of this up, to try \"muster events\", \"muster tenant"
	echo "hold\", \"muster rollout pause\" and the others (muster --help)."
fi
exit "$status"
