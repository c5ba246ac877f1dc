#!/bin/bash
# The pages are clean mdoc. man.sh BUILD.
. "$(dirname "$0")/lib.sh"
need mandoc mandoc

share=${1:?man.sh BUILD}/share
while IFS= read -r line; do
	report "$line"
done < <({
	mandoc -T lint "$share"/musterd.8 "$share"/musterd.conf.5
	# made from the table of commands: lines as long as its texts, and the same every day
	mandoc -T lint -W warning "$share"/muster.1 | grep -v 'missing date'
} 2>&1 | grep -vE 'referenced manual not found|outdated mandoc.db' || true)
finish "mandoc -T lint"
