#!/bin/bash
# Run the unit tests that use a server, of a build tree, with one server for all of them.
#
#   tests/units.sh mariadb|mysql BUILD LAYER…     e.g. tests/units.sh mysql build db exec
#
# Exit status 77: there is no MySQL here and this account cannot unpack one.
set -euo pipefail
TESTS_DIR=$(cd "$(dirname "$0")" && pwd)
. "$TESTS_DIR/server.sh"

kind=${1:?units.sh mariadb|mysql BUILD LAYER…} build=$2
shift 2
memory=/dev/shm
[ -w "$memory" ] || memory=${TMPDIR:-/tmp}
work=$(mktemp -d "$memory/muster-units.XXXXXX")
trap 'server_stop "$work/db" KILL; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

MUSTER_TEST_SOCKET=$(server_start "$kind" "$work/db") || exit
export MUSTER_TEST_SOCKET TMPDIR=$work # of inventories

# What a test leaves there belongs to nobody: the next one finds an empty server.
empty() {
	server_client "$work/db" -N -B -e "select concat('drop database \`', schema_name, '\`;')
		from information_schema.schemata where schema_name not in
		('mysql', 'sys', 'information_schema', 'performance_schema')" |
		server_client "$work/db"
}

failed=()
for layer in "$@"; do
	for source in $(grep -l test_server "$TESTS_DIR/unit/$layer"/test_*.c); do
		name=$(basename "$source" .c)
		began=${EPOCHREALTIME/[.,]/}
		if ! "$build/$name" >"$work/out" 2>&1; then
			grep -vE '^\[( RUN|  *OK)' "$work/out" || true
			failed+=("$name")
		fi
		empty
		echo "$layer/$name $(((${EPOCHREALTIME/[.,]/} - began) / 1000)) ms"
	done
done
if [ "${#failed[@]}" -gt 0 ]; then
	echo "failed on $kind: ${failed[*]}"
	exit 1
fi
