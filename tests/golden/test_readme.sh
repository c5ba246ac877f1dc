#!/bin/bash
# The README tells the truth: its machines are the ones of the tables, and every muster
# command line in it is one that muster knows. UPDATE_GOLDEN=1 puts the machines in anew.
set -euo pipefail
cd "$(dirname "$0")/../.."

muster=${MUSTER_BUILD:-build}/muster
temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT
status=0

awk 'FNR == NR { machines = machines $0 "\n"; next }
	/^<!-- machines -->$/ { print; printf "%s", machines; skip = 1 }
	/^<!-- end of machines -->$/ { skip = 0 }
	!skip { print }' tests/golden/fsm.md README.md >"$temp/readme"
if [ -n "${UPDATE_GOLDEN:-}" ]; then
	cat "$temp/readme" >README.md
fi
diff -u README.md "$temp/readme" || status=1

# "muster rollout pause R …" in code: "muster rollout pause --help" must be known.
grep -oE '(^|`)muster [a-z][^`#]*' README.md | tr -d '`' | while read -r _ first second _; do
	if "$muster" "$first" --help | grep -q "^Usage: muster $first COMMAND"; then
		echo "$first $second"
	else
		echo "$first"
	fi
done | sort -u >"$temp/commands"
while read -r words; do
	# shellcheck disable=SC2086
	"$muster" $words --help >/dev/null || {
		echo "README.md: muster knows no \"$words\""
		status=1
	}
done <"$temp/commands"
[ "$(wc -l <"$temp/commands")" -ge 10 ] || {
	echo "README.md: hardly any command found: $(cat "$temp/commands")"
	status=1
}
exit "$status"
