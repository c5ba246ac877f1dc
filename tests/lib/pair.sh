#!/bin/bash
# A source and its replica for one test binary (test_pair.c): pair.sh mariadb|mysql DIR
# Prints both ports when they run; ends when its standard input does.
set -euo pipefail
TESTS_DIR=$(cd "$(dirname "$0")/.." && pwd)
. "$TESTS_DIR/server.sh"
kind=$1 dir=$2
trap 'server_stop "$dir/replica" KILL; server_stop "$dir/source" KILL; rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM HUP
server_start_source "$kind" "$dir/source" >/dev/null
server_start_replica "$dir/source" "$dir/replica" >/dev/null
printf '[client]\nuser=repl\npassword=repl\n' >"$dir/login.cnf"
echo "$(cat "$dir/source/port") $(cat "$dir/replica/port") $(cat "$dir/replica/pid")"
exec 2>/dev/null # bash names every process that was killed
cat >/dev/null
