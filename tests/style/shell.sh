#!/bin/bash
# Shell scripts are clean for shellcheck and parse.
. "$(dirname "$0")/lib.sh"
need shellcheck shellcheck

mapfile -t scripts < <(files '*.sh')
for script in "${scripts[@]}"; do
	bash -n "$script" || report "$script: does not parse"
done
while IFS= read -r line; do
	report "$line"
done < <(shellcheck --severity=warning --external-sources --source-path=SCRIPTDIR --format=gcc "${scripts[@]}" || true)
finish "see shellcheck's page of that number"
