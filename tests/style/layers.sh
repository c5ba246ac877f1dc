#!/bin/bash
# A foreign header is included only where its layer is; the build cannot see that, since
# system headers are on every path. Also: include/ is exactly what both programs see.
. "$(dirname "$0")/lib.sh"

# header (regular expression)         files that may include it (shell patterns)
rules='
jansson\.h                            daemon/wire/wire*.c daemon/hook/hook_call.[ch]
libconfig\.h                          daemon/conf/conf*.c daemon/script/*.c
sqlite3\.h                            daemon/store/*.[ch]
(mysql|mariadb)/.*|mysql\.h|errmsg\.h|mysqld_error\.h  daemon/db/*.[ch]
event2/.*|event\.h|evhttp\.h          daemon/sched/*.[ch] daemon/api/*.[ch] daemon/app*.[ch]
pthread\.h|stdatomic\.h|sys/eventfd\.h  daemon/sched/*.[ch] daemon/exec/*.[ch] daemon/db/*.[ch] daemon/throttle/*.[ch] daemon/hook/*.[ch] daemon/api/routing_file.c
curl/.*                               cli/client*.c daemon/throttle/*.[ch]
n?curses.*|term\.h                    cli/screen*.c
systemd/.*                            daemon/app*.c
'

allowed() { # FILE PATTERN...
	local file=$1 pattern

	shift
	for pattern; do
		# shellcheck disable=SC2053
		[[ $file != $pattern ]] || return 0
	done
	return 1
}

set -f
while read -r header patterns; do
	[ -n "$header" ] || continue
	while IFS=: read -r file line _; do
		# shellcheck disable=SC2086
		[ -n "$file" ] && ! allowed "$file" $patterns || continue
		report "$file:$line: includes $header, which only $patterns may"
	done < <(files 'daemon/*.[ch]' 'cli/*.[ch]' 'include/*.h' |
		xargs grep -nE "^#[[:space:]]*include <($header)>" || true)
done <<<"$rules"
set +f

# A header in include/ that the CLI cannot reach, by itself or through another, belongs to
# the daemon; one of ours that is neither there nor in its own folder is a way around a layer.
declare -A seen
reach() {
	local file header

	for file; do
		for header in $(sed -nE 's/^#[[:space:]]*include "([^"]+)".*/\1/p' "$file"); do
			if [ -f "include/$header" ] && [ -z "${seen[$header]:-}" ]; then
				seen[$header]=1
				reach "include/$header"
			fi
		done
	done
}
mapfile -t cli < <(files 'cli/*.[ch]' 'daemon/base/*.c' 'daemon/wire/*.[ch]' 'daemon/script/*.[ch]')
reach "${cli[@]}"
seen[banned.h]=1 # force-included
for header in $(files 'include/*.h'); do
	[ -n "${seen[$(basename "$header")]:-}" ] ||
		report "$header: the CLI does not see it: it belongs into a folder of daemon/"
done
while IFS=: read -r file line text; do
	[ -n "$file" ] || continue
	report "$file:$line: $text: a path in an include goes around the layers"
done < <(files 'daemon/*.[ch]' 'cli/*.[ch]' 'include/*.h' | xargs grep -nE '^#[[:space:]]*include ".*/' || true)
finish "see the table of layers in the README"
