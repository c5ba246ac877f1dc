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
export MUSTER_TEST_SOCKET
failed=()
for layer in "$@"; do
	for source in $(grep -l test_server "$TESTS_DIR/unit/$layer"/test_*.c); do
		name=$(basename "$source" .c)
		began=${EPOCHREALTIME/[.,]/}
		if ! "$build/$name" >"$work/out" 2>&1; then
			grep -vE '^\[( RUN|  *OK)' "$work/out" || true
			failed+=("$name")
		fi
		echo "$layer/$name $(((${EPOCHREALTIME/[.,]/} - began) / 1000)) ms"
	done
done
if [ "${#failed[@]}" -gt 0 ]; then
	echo "failed on $kind: ${failed[*]}"
	exit 1
fi
