#!/bin/bash
# clang-tidy on every source of ours, two at a time. tidy.sh BUILD: with its
# compile_commands.json.
. "$(dirname "$0")/lib.sh"
need clang-tidy clang-tidy

build=${1:?tidy.sh BUILD}
log=$(mktemp)
trap 'rm -f "$log"' EXIT

files 'daemon/*.c' 'cli/*.c' 'tests/*.c' 'systemd/*.c' | while IFS= read -r file; do
	# what this build does not compile (fuzz targets) has no command line
	! grep -qF "/$file\"" "$build/compile_commands.json" || echo "$file"
done | xargs -P 2 -n 4 clang-tidy --quiet \
	--extra-arg=-Wno-unknown-warning-option -p "$build" >"$log" 2>/dev/null || report "clang-tidy has findings"
grep -E '(warning|error):' "$log" | sort -u || true
finish "see above"
