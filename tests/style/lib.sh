# shellcheck shell=bash
# Sourced by the checks of this folder. They look at the files git knows, plus new ones
# that it does not ignore, and end with 1 when something was reported.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

found=0

report() {
	echo "$*"
	found=1
}

# files PATTERN...: tracked and new files that exist.
files() {
	local file

	git -c safe.directory='*' ls-files --cached --others --exclude-standard -- "$@" |
		while IFS= read -r file; do
			[ ! -f "$file" ] || echo "$file"
		done
}

# need TOOL PACKAGE: a check that cannot look has not passed.
need() {
	command -v "$1" >/dev/null || {
		echo "$(basename "$0"): $1 is missing: apt-get install $2" >&2
		exit 1
	}
}

finish() {
	if [ "$found" -ne 0 ]; then
		echo "$(basename "$0" .sh): $1" >&2
		exit 1
	fi
}
