#!/bin/bash
# A function of ours that a linked library also exports would replace that library's own.
# names.sh BUILD: looks at the symbols of the built programs and tests.
. "$(dirname "$0")/lib.sh"
need nm binutils

build=${1:?names.sh BUILD}
temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT

nm --defined-only --extern-only "$build"/lib*.a 2>/dev/null |
	awk 'NF == 3 && $2 ~ /[TDBRVW]/ { print $3 }' | sort -u |
	grep -vE '^(__|_fini|_init)|san_' >"$temp/ours"
[ -s "$temp/ours" ] || report "$build: holds no symbol: build first"

# Every library that the programs load, those behind others too.
ldd "$build/musterd" "$build/muster" | awk '/=> \// { print $3 }' | sort -u |
	grep -vE '/lib(asan|ubsan|tsan)' >"$temp/libs"
xargs nm -D --defined-only <"$temp/libs" 2>/dev/null |
	awk 'NF == 3 && $2 ~ /[TDBRVWi]/ { sub(/@.*/, "", $3); print $3 }' | sort -u >"$temp/theirs"
for name in $(comm -12 "$temp/ours" "$temp/theirs"); do
	report "$name: exported by $(xargs nm -AD --defined-only <"$temp/libs" 2>/dev/null |
		awk -v name="$name" '{ n = $NF; sub(/@.*/, "", n) } n == name { print $1; exit }')"
done

# Prefixes that are theirs, whatever they export today.
theirs='^(config_|scanctx_|strbuf_|json_|jansson_|event_|ev(buffer|http|con|dns|util|timer|signal|tag)|bufferevent_|mysql_|mariadb_|ma_|sqlite3|curl_|g_|glib_|sd_|pthread_)'
while IFS= read -r name; do
	report "$name: a prefix of a library"
done < <(grep -E "$theirs" "$temp/ours" || true)
finish "another name"
