#!/bin/bash
# The pages are clean mdoc. man.sh BUILD.
. "$(dirname "$0")/lib.sh"
need mandoc mandoc

share=${1:?man.sh BUILD}/share
while IFS= read -r line; do
	report "$line"
done < <(mandoc -T lint "$share"/muster.1 "$share"/musterd.8 "$share"/musterd.conf.5 2>&1 |
	grep -vE 'referenced manual not found|outdated mandoc.db' || true)
finish "mandoc -T lint"
