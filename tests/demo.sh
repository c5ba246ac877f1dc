#!/bin/bash
# One rollout over 360 client databases, on this machine, in about a minute.
#
#   tests/demo.sh          install what is missing (as root), build, show, clean up
#   TENANTS=40 tests/demo.sh
#
# The server and the daemon are private: Unix sockets in a folder of their own, which is
# removed at the end. On a terminal they stay until Enter is pressed, to look around.
set -euo pipefail

TESTS_DIR=$(cd "$(dirname "$0")" && pwd)
cd "$TESTS_DIR/.."
. "$TESTS_DIR/packages.sh"
. "$TESTS_DIR/server.sh"
tenants=${TENANTS:-360}
build=${MUSTER_BUILD:-$PWD/build}
work=$(mktemp -d "${TMPDIR:-/tmp}/muster-demo.XXXXXX")
daemon=

clean_up() {
	trap - EXIT
	if [ -n "$daemon" ]; then
		kill "$daemon" 2>/dev/null || true
		wait "$daemon" 2>/dev/null || true
	fi
	[ ! -d "$work/db" ] || server_stop "$work/db" KILL || true
	rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

say() {
	printf '\n\033[1m%s\033[0m\n' "$*"
}

# A command as one would type it; LINES first or (with -) last lines of what it prints.
show() { # LINES WORD…
	local lines=$1 word line=

	shift
	for word; do
		[[ $word =~ ^[A-Za-z0-9_./:=%+-]+$ ]] || word="'$word'"
		line+=" $word"
	done
	printf '\n\033[1m$%s\033[0m\n' "$line"
	case $lines in
	all) "$@" ;;
	-*) "$@" | tail -n "${lines#-}" ;;
	*) "$@" | sed -n "1,${lines}p" ;;
	esac
}

muster() {
	"$build/muster" "$@"
}

# ---- the clients' databases ---------------------------------------------------------------

# What the application made for every client before muster came.
schema_of_the_application() {
	cat <<-'SQL'
		CREATE TABLE customers (
			id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
			name VARCHAR(80) NOT NULL,
			email VARCHAR(120) NOT NULL,
			created_at DATETIME NOT NULL,
			UNIQUE KEY email (email)
		) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
		CREATE TABLE orders (
			id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
			customer_id INT UNSIGNED NOT NULL,
			total DECIMAL(10,2) NOT NULL,
			state ENUM('open','paid','cancelled') NOT NULL DEFAULT 'open',
			placed_at DATETIME NOT NULL,
			KEY customer_id (customer_id),
			CONSTRAINT orders_customer FOREIGN KEY (customer_id) REFERENCES customers (id)
		) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
	SQL
}

rows() { # CUSTOMERS
	cat <<-SQL
		INSERT INTO customers (name, email, created_at)
		SELECT CONCAT('Customer ', seq), CONCAT('c', seq, '@example.org'),
			'2024-01-01' + INTERVAL seq HOUR FROM seq_1_to_$1;
		INSERT INTO orders (customer_id, total, state, placed_at)
		SELECT 1 + seq % $1, seq % 900 + 0.99, ELT(1 + seq % 3, 'open', 'paid', 'cancelled'),
			'2024-02-01' + INTERVAL seq MINUTE FROM seq_1_to_$(($1 * 3));
	SQL
}

databases() {
	local i size

	for i in $(seq -f %04g 1 "$tenants"); do
		size=40
		case $i in
		*50) size=4000 ;; # a few clients are large
		esac
		echo "CREATE DATABASE client_$i; USE client_$i;"
		schema_of_the_application
		rows "$size"
	done
}

migrations() {
	mkdir -p "$work/migrations"
	schema_of_the_application >"$work/migrations/0001_init.sql"
	cat >"$work/migrations/0002_add_birthday.sql" <<-'SQL'
		-- the shop sends a greeting
		ALTER TABLE customers ADD COLUMN birthday DATE NULL;
		CREATE INDEX birthday ON customers (birthday);
	SQL
	echo 'ALTER TABLE customers DROP COLUMN birthday;' >"$work/migrations/0002_add_birthday.down.sql"
	cat >"$work/migrations/0003_loyalty.sql" <<-'SQL'
		CREATE TABLE loyalty (
			customer_id INT UNSIGNED NOT NULL PRIMARY KEY,
			points INT UNSIGNED NOT NULL DEFAULT 0,
			CONSTRAINT loyalty_customer FOREIGN KEY (customer_id) REFERENCES customers (id)
		) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
		INSERT INTO loyalty (customer_id, points)
		SELECT customer_id, FLOOR(SUM(total)) FROM orders WHERE state = 'paid' GROUP BY customer_id;
	SQL
	cat >"$work/migrations/0004_orders_placed.sql" <<-'SQL'
		CREATE INDEX placed_at ON orders (placed_at, state);
	SQL
}

# ---- the show ------------------------------------------------------------------------------

say "Building"
packages_install build
if [ -z "${MUSTER_BUILD:-}" ]; then
	cmake -S . -B "$build" -G Ninja -DMUSTER_TESTS=OFF >/dev/null
	cmake --build "$build" --parallel -- --quiet
fi

say "A private MariaDB with $tenants client databases"
db_socket=$(server_start mariadb "$work/db")
databases | server_client "$work/db"
migrations

say "musterd on a socket of its own"
cat >"$work/musterd.conf" <<-CONF
	data_dir = "$work/inventory";
	socket = "$work/musterd.sock";
	socket_group = "";
CONF
printf '[client]\nuser=root\n' >"$work/login.cnf"
"$build/musterd" --config "$work/musterd.conf" >"$work/musterd.log" 2>&1 &
daemon=$!
export MUSTER_SOCKET=$work/musterd.sock
for _ in $(seq 100); do
	! muster server list >/dev/null 2>&1 || break
	kill -0 "$daemon" || {
		cat "$work/musterd.log"
		exit 1
	}
	sleep 0.1
done

show all muster server add demo --socket "$db_socket" --defaults-file "$work/login.cnf" -L region=eu
show -3 muster tenant discover --server demo --like 'client\_%' -o name
show all muster lint "$work/migrations"
show -4 muster release create "$work/migrations" --name shop-2.4

say "The clients have what 0001 makes; muster is told so, once"
show -1 muster tenant baseline -l '*' --release shop-2.4 --at 0001 --reason 'before muster' -o name

say "One client, then 5 in 100, then the rest; four at a time; a failure in 1% pauses it"
show all muster rollout start shop-2.4 -l '*' --waves '1, 5%, rest' --reason 'release 2.4' --wait

say "The result"
rollout=$(muster rollout list -o name | tail -n 1)
show all muster rollout show "$rollout"
show 5 muster tenant list -o wide
show all muster task show "$rollout/client_0001"
show -5 muster events
say "The same once more: there is nothing to do"
show all muster rollout start shop-2.4 -l '*' --wait

say "To look around, from another terminal:"
cat <<-TEXT
	export MUSTER_SOCKET=$MUSTER_SOCKET PATH=$build:\$PATH
	muster rollout list; muster task list $rollout -o csv; muster events
	muster --help
	mariadb --no-defaults -u root -S $db_socket client_0001 -e 'SELECT * FROM muster_history'
TEXT
if [ -t 0 ] && [ -t 1 ]; then
	read -rp "Enter ends the demo and removes everything. " _
fi
