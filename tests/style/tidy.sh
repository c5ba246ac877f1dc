#!/bin/bash
# clang-tidy on every source of ours, two at a time. tidy.sh BUILD: with its
# compile_commands.json. What is only a test is not walked through path by path: it is run
# under sanitizers, and that walk takes most of the time. Each process gets one: clang 14 knows
# va_start and the like by where their names lie in memory, and in the next file another function
# may lie there.
. "$(dirname "$0")/lib.sh"
need clang-tidy clang-tidy

build=${1:?tidy.sh BUILD}
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# tidy PATTERNS... [-- OPTION...]
tidy() {
	local patterns=()

	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		patterns+=("$1")
		shift
	done
	shift $(($# > 0))
	files "${patterns[@]}" | while IFS= read -r file; do
		# what this build does not compile (fuzz targets) has no command line
		! grep -qF "/$file\"" "$build/compile_commands.json" || echo "$file"
	done | xargs -P 2 -n 1 clang-tidy --quiet "$@" \
		--extra-arg=-Wno-unknown-warning-option -p "$build" >>"$log" 2>/dev/null ||
		report "clang-tidy has findings"
}

tidy 'daemon/*.c' 'cli/*.c' 'systemd/*.c'
tidy 'tests/*.c' -- '--checks=-clang-analyzer-*'
grep -E '(warning|error):' "$log" | sort -u || true
finish "see above"
