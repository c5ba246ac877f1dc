# shellcheck shell=bash disable=SC2034,SC2154,SC1090
# Real migration histories as test data: where they are and how a set becomes databases and
# a release. To be sourced after lib.sh. They lie beside the project, or where $MUSTER_CASES
# says; without them a test that needs them is skipped (exit status 77).

cases=${MUSTER_CASES:-$project/../shared/cases}
if [ ! -r "$cases/replay.sh" ]; then
	echo "skipped: no migration histories in $cases; say where they are with MUSTER_CASES"
	exit 77
fi
cases=$(cd "$cases" && pwd)

# How results were recorded: the same functions compare them (cli dump digest norm_schema
# init pick, and what they use).
. "$cases/_tools/servers.env"
. <(sed -n '/^cli()/,/^for S in/p' "$cases/replay.sh" | sed '$d')
export MARIADB_SOCK=$db/sock MYSQL_SOCK=$db/sock
SRV=$flavor
if [ "$flavor" = mysql ]; then
	MYSQL_ROOT=$("$TESTS_DIR/mysql.sh")
	_server_mysql_root
	export MYSQL_ROOT _server_ld _server_lib
	# the recording's way to MySQL's own client; the sockets of tests are not in there
	chroot() { # ROOT PROGRAM WORD…
		local program=$1$2

		shift 2
		"$_server_ld" --library-path "$_server_lib" "$program" "$@"
	}
	export -f chroot
fi

cases_sets() { # those with a result of this server, one a line
	local set

	for set in "$cases"/*/expected/"$flavor"; do
		set=${set%/expected/*}
		echo "${set##*/}"
	done
}

cases_enter() { # SET: its settings, as the recording had them
	D=$cases/$1
	CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci SQLMODE='' INITVARS=''
	. "$D/set.env"
	if [ -f "$D/set.$SRV.env" ]; then
		. "$D/set.$SRV.env"
	fi
}

cases_database() { # DB yes|no: base.sql, with seed data or without
	newdb "$1"
	cli --init-command="$(init 1700000000)" "$1" <"$(cases_base)" >/dev/null
	if [ "$2" = yes ]; then
		cli --init-command="$(init 1700000000)" "$1" <"$D/seed.sql" >/dev/null
	fi
}

cases_base() {
	local file

	file=$(pick base.sql)
	[ -f "$file" ] || file=$D/base.sql
	echo "$file"
}

cases_list() { # FILE…: their lines as a list of libconfig
	{ cat "$@" 2>/dev/null || true; } | sed 's/.*/"&"/' | paste -sd,
}

cases_release() { # DIR: the folder of migrations of the set
	local file

	mkdir -p "$1"
	while IFS= read -r file; do
		cp "$(pick "$file")" "$1/$file"
	done <"$D/order.txt"
	cp "$D/order.txt" "$1/order.txt"
	{
		echo 'order = "order.txt";'
		echo "skip = [ $(cases_list "$D/skip.txt" "$D/skip.$SRV.txt") ];"
		echo "sql_mode = \"$SQLMODE\";"
		if [ "$CHARSET" = utf8mb4 ]; then
			echo "collation = \"$COLLATE\";"
		fi
	} >"$1/release.cfg"
}

cases_schema() { # DB: without what muster keeps there
	(
		dump() {
			"${SRV}_dump" --ignore-table="$db_name.muster_history" \
				--ignore-table="$db_name.muster_state" "$@"
		}
		db_name=$1
		norm_schema "$1"
	)
}

cases_data() { # DB VOLATILE: "table rows digest" in the order of the recording
	digest "$1" "$2" | grep -v '^muster_' | LC_ALL=C sort |
		awk -F'\t' 'BEGIN { OFS = "\t" } { print $1, $2, $3 "-" $4 }'
}

cases_compare() { # SET DB EXPECTED: true when both are as recorded; else the differences
	local dir=$cases/$1/expected/$3

	diff <(cases_schema "$2") "$dir/schema.sql" >"$work/diff" ||
		fail "$1: the schema of $2 differs from $dir (<: here, >: recorded)" \
			"$(head -n 20 "$work/diff")"
	diff <(cases_data "$2" "$dir/volatile.txt") \
		<(cut -f1-3 "$dir/tables.tsv" | grep -v '^#') >"$work/diff" ||
		fail "$1: the data of $2 differ from $dir (<: here, >: recorded)" \
			"$(head -n 20 "$work/diff")"
}
