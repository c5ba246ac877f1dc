# shellcheck shell=sh
# Private MariaDB and MySQL servers for scripts. To be sourced, with TESTS_DIR set
# to the folder this file is in:
#
#   TESTS_DIR=$(cd "$(dirname "$0")" && pwd); . "$TESTS_DIR/server.sh"
#   socket=$(server_start mariadb "$work/db1") || exit
#   trap 'server_stop "$work/db1"' EXIT
#
# server_start mariadb|mysql DIR [option...]
#	A new empty server in DIR (made if missing), on a Unix socket only, account
#	root without a password, not durable, no binary log. Prints the socket's path
#	when the server answers. Options go to the server last, so they win:
#	--max-connections=500, --skip-networking=0 --port=3399, --log-bin=binlog
#	--sync-binlog=1 --innodb-flush-log-at-trx-commit=1. In DIR: data, log, pid, sock, tmp.
# server_start_source mariadb|mysql DIR [option...]
#	As server_start, with a binary log and on a TCP port of 127.0.0.1 besides (it is in
#	DIR/port), and with an account repl, password repl, that may do everything anywhere.
# server_start_replica SOURCE_DIR DIR [option...]
#	A replica of that server, read only, in the same way; it runs when this returns.
# server_again DIR
#	Start the server in DIR once more, with its data and options.
# server_stop DIR [signal]
#	End it and wait (signal KILL: like a crash). Nothing there: fine. DIR stays.
# server_client DIR [option...]
#	The stock command-line client, as root, on that server.
#
# A server also ends when the script that started it is gone. MARIADBD names another
# mariadbd. Functions set no variable of the caller (names begin with _server).

# Programs linked with the unpacked client library of Oracle log in to MariaDB by a
# plugin, which that library looks for in the folder of an installed MySQL.
if "$TESTS_DIR/mysql.sh" --have; then
	LIBMYSQL_PLUGIN_DIR=$("$TESTS_DIR/mysql.sh")/usr/lib/mysql/plugin
	export LIBMYSQL_PLUGIN_DIR
fi

_server_fail()
{
	echo "server.sh: $*" >&2
	return 1
}

# A dead process that nobody has reaped has no exe.
_server_alive()
{
	[ -e "/proc/$1/exe" ]
}

_server_mysql_root()
{
	_server_root=$("$TESTS_DIR/mysql.sh") || return 1
	_server_lib=$(dirname "$(readlink -f "$_server_root"/lib64/ld-linux-*.so.*)")
	_server_ld=$(readlink -f "$_server_root"/lib64/ld-linux-*.so.*)
}

# The unpacked MySQL runs with its own loader and libraries: no chroot is needed, so
# its data may lie anywhere.
_server_run()
{
	_server_kind=$1
	shift
	case $_server_kind in
	mariadb)
		exec "${MARIADBD:-mariadbd}" --no-defaults "$@"
		;;
	mysql)
		_server_mysql_root || return 1
		exec "$_server_ld" --library-path "$_server_lib" "$_server_root/usr/sbin/mysqld" \
			--no-defaults --basedir="$_server_root/usr" \
			--lc-messages-dir="$_server_root/usr/share/mysql" \
			--character-sets-dir="$_server_root/usr/share/mysql/charsets" \
			--plugin-dir="$_server_root/usr/lib/mysql/plugin" --mysqlx=OFF "$@"
		;;
	esac
}

_server_version()
{
	(_server_run "$1" --version 2>/dev/null) | cksum | cut -d' ' -f1
}

# An empty data folder, made once for each version; two at once: one of them wins. Whatever
# TMPDIR a test has, it is the same one.
_server_template()
{
	_server_templ=/tmp/muster-test-template-$(id -u)-$1-$(_server_version "$1")
	if [ -d "$_server_templ" ]; then
		[ -O "$_server_templ" ] || _server_fail "$_server_templ belongs to somebody else"
		return
	fi
	_server_temp=$(mktemp -d "$_server_templ.XXXXXX") || return 1
	case $1 in
	mariadb)
		mariadb-install-db --no-defaults --auth-root-authentication-method=normal \
			--skip-test-db --force --user="$(id -un)" --datadir="$_server_temp/data" \
			--innodb-log-file-size=8M >"$_server_temp/log" 2>&1
		;;
	mysql)
		(_server_run mysql --initialize-insecure --user="$(id -un)" \
			--datadir="$_server_temp/data") >"$_server_temp/log" 2>&1 &&
			rm -f "$_server_temp/data/auto.cnf"
		;;
	esac || {
		tail -n 5 "$_server_temp/log" >&2
		_server_fail "cannot make an empty $1 (all of it: $_server_temp/log)"
		return 1
	}
	mv -T "$_server_temp" "$_server_templ" 2>/dev/null || rm -rf "$_server_temp"
}

server_start()
{
	_server_kind=$1 _server_dir=$2
	shift 2
	case $_server_kind in
	mariadb)
		command -v "${MARIADBD:-mariadbd}" >/dev/null ||
			_server_fail "mariadbd is missing: apt-get install mariadb-server" || return
		;;
	mysql) _server_mysql_root || return ;;
	*) _server_fail "mariadb or mysql, not \"$_server_kind\"" || return ;;
	esac
	mkdir -p "$_server_dir" || return
	if [ -e "$_server_dir/data" ]; then
		_server_fail "$_server_dir/data exists: server_again starts it once more" || return
	fi
	_server_dir=$(cd "$_server_dir" && pwd) || return
	_server_template "$_server_kind" || return
	cp -a --sparse=always --reflink=auto "$_server_templ/data" "$_server_dir/data" || return
	echo "$_server_kind" >"$_server_dir/kind"
	for _server_option in "$@"; do
		printf '%s\n' "$_server_option"
	done >"$_server_dir/options"
	server_again "$_server_dir"
}

# A port nobody listens on just now: the kernel's table has it in hex.
_server_port()
{
	while :; do
		_server_try=$((20000 + $(od -An -N2 -tu2 /dev/urandom) % 10000))
		grep -qi ":$(printf %04X "$_server_try") " /proc/net/tcp || break
	done
	echo "$_server_try"
}

# With a binary log and a port. What depends on the kind: MySQL replicates by GTID if asked.
_server_start_logged()
{
	_server_kind=$1 _server_dir=$2 _server_id=$3
	shift 3
	if [ "$_server_kind" = mysql ]; then
		set -- --gtid-mode=ON --enforce-gtid-consistency=ON "$@"
	fi
	mkdir -p "$_server_dir" || return
	_server_port >"$_server_dir/port"
	server_start "$_server_kind" "$_server_dir" --server-id="$_server_id" --log-bin=binlog \
		--skip-networking=0 --bind-address=127.0.0.1 \
		--port="$(cat "$_server_dir/port")" --report-host=127.0.0.1 "$@"
}

server_start_source()
{
	_server_kind=$1 _server_dir=$2
	shift 2
	_server_start_logged "$_server_kind" "$_server_dir" 1 "$@" || return
	server_client "$_server_dir" -e "create user repl@'%' identified by 'repl';
		grant all on *.* to repl@'%' with grant option"
}

server_start_replica()
{
	_server_source=$1 _server_dir=$2
	shift 2
	_server_sport=$(cat "$_server_source/port") || return
	_server_start_logged "$(cat "$_server_source/kind")" "$_server_dir" \
		"$(od -An -N3 -tu4 /dev/urandom | tr -d ' ')" --read-only=1 "$@" || return
	if [ "$(cat "$_server_dir/kind")" = mysql ]; then
		server_client "$_server_dir" -e "change replication source to
			source_host='127.0.0.1', source_port=$_server_sport, source_user='repl',
			source_password='repl', source_auto_position=1, source_connect_retry=1,
			get_source_public_key=1; start replica"
	else
		server_client "$_server_dir" -e "change master to
			master_host='127.0.0.1', master_port=$_server_sport, master_user='repl',
			master_password='repl', master_use_gtid=slave_pos, master_connect_retry=1;
			start slave"
	fi || return
	_server_tries=0
	until [ "$(server_client "$_server_dir" -N -e "select count(*) from mysql.user
			where user = 'repl'" 2>/dev/null)" = 1 ]; do
		_server_tries=$((_server_tries + 1))
		if [ "$_server_tries" -gt 600 ]; then
			_server_fail "the replica in $_server_dir does not replicate" || return
		fi
		sleep 0.05
	done
}

_server_options()
{
	echo "--datadir=$1/data"
	echo "--socket=$1/sock"
	echo "--tmpdir=$1/tmp" # a server that starts clears its temporary folder
	echo "--pid-file=$1/pid.own"
	echo "--user=$(id -un)"
	echo "--skip-networking"
	echo "--skip-name-resolve"
	echo "--innodb-flush-log-at-trx-commit=0"
	echo "--sync-binlog=0"
	echo "--innodb-buffer-pool-size=256M"
	case $(cat "$1/kind") in
	mariadb)
		echo "--innodb-log-file-size=96M"
		echo "--performance-schema=OFF"
		;;
	mysql)
		echo "--disable-log-bin"
		echo "--secure-file-priv=" # the compiled-in folder is not there
		;;
	esac
	cat "$1/options"
}

server_again()
{
	_server_dir=$(cd "$1" && pwd) || return
	if [ ${#_server_dir} -gt 100 ]; then
		_server_fail "$_server_dir is too long for the path of a socket" || return
	fi
	_server_kind=$(cat "$_server_dir/kind") || return
	mkdir -p "$_server_dir/tmp" || return
	# in a session of its own: Ctrl-C is for the script, whose trap ends the server
	(
		set --
		while IFS= read -r _server_option; do
			set -- "$@" "$_server_option"
		done <<-END
			$(_server_options "$_server_dir")
		END
		trap '' INT HUP
		_server_run "$_server_kind" "$@"
	) >>"$_server_dir/log" 2>&1 </dev/null &
	_server_pid=$!
	echo "$_server_pid" >"$_server_dir/pid"
	_server_watch "$_server_dir" "$_server_pid"
	_server_tries=0
	until server_client "$_server_dir" -e 'do 1' >/dev/null 2>&1; do
		_server_tries=$((_server_tries + 1))
		if ! _server_alive "$_server_pid" || [ "$_server_tries" -gt 1200 ]; then
			tail -n 5 "$_server_dir/log" >&2
			_server_fail "$_server_kind does not start (all of it: $_server_dir/log)"
			return 1
		fi
		sleep 0.05
	done
	echo "$_server_dir/sock"
}

# End the server when the script ($$, also within a subshell) has ended without it.
_server_watch()
{
	(
		trap '' INT HUP
		tail --pid="$$" -f /dev/null
		if [ "$(cat "$1/pid" 2>/dev/null)" = "$2" ]; then
			kill -KILL "$2"
		fi
	) >/dev/null 2>&1 </dev/null &
	echo "$!" >"$1/pid.watch"
}

server_stop()
{
	[ -e "$1/pid" ] || return 0
	_server_pid=$(cat "$1/pid")
	_server_tail=$(cat "$1/pid.watch" 2>/dev/null || echo)
	rm -f "$1/pid" "$1/pid.watch"
	if [ -n "$_server_tail" ]; then
		# either may be gone by itself, which is no failure for who asked to stop
		pkill -P "$_server_tail" 2>/dev/null || true
		kill "$_server_tail" 2>/dev/null || true
	fi
	kill -"${2:-TERM}" "$_server_pid" 2>/dev/null || return 0
	_server_tries=0
	while _server_alive "$_server_pid"; do
		_server_tries=$((_server_tries + 1))
		if [ "$_server_tries" -gt 600 ]; then
			kill -KILL "$_server_pid" 2>/dev/null
		fi
		sleep 0.05
	done
	rm -f "$1/sock" "$1/sock.lock"
}

server_client()
{
	_server_sock=$1/sock
	shift
	mariadb --no-defaults --skip-ssl --user=root --socket="$_server_sock" "$@"
}
