#!/bin/bash
# Shell scripts are clean for shellcheck and parse. Variables that one file sets and another
# one uses look unassigned or unused to it (SC2154, SC2034); "set -u" sees the real ones.
. "$(dirname "$0")/lib.sh"
need shellcheck shellcheck

mapfile -t scripts < <(files '*.sh')
for script in "${scripts[@]}"; do
	bash -n "$script" || report "$script: does not parse"
done
while IFS= read -r line; do
	report "$line"
done < <(shellcheck --severity=warning --exclude=SC2034,SC2154 --external-sources --source-path=SCRIPTDIR --format=gcc "${scripts[@]}" || true)
finish "see shellcheck's page of that number"
