#!/bin/bash
# A file that does not fit into a head is two files.
. "$(dirname "$0")/lib.sh"

limit=600
for file in $(files '*.c' '*.h' '*.sh' '*.cmake'); do
	lines=$(wc -l <"$file")
	[ "$lines" -lt "$limit" ] || report "$file: $lines lines"
done
finish "fewer than $limit lines; split it along what it is about"
