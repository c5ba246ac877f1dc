#!/bin/bash
# Every module has its unit test: daemon/<layer>/x.c has tests/unit/<layer>/test_x.c.
. "$(dirname "$0")/lib.sh"

# module                why it has no unit test of its own
exempt='
daemon/main.c           options; run by every integration test
daemon/app.c            wiring of all layers; run by every integration test
cli/main.c              only calls cli_main; run by every integration test
daemon/script/alter_parts.c    keys and options, as test_alter.c reads them
daemon/plan/shape_rows.c       a table that test_shape_read.c walks on a server
daemon/plan/shape_unit.c       gathers what shape_rows.c takes; test_shape_read.c
daemon/exec/strategy_direct.c  one row of the table that test_strategy.c and test_apply.c walk
'

tested() { # MODULE: is it in the list, or is there a test?
	local layer=cli name

	grep -q "^$1 " <<<"$exempt" && return 0
	name=$(basename "$1" .c)
	[[ $1 == cli/* ]] || layer=$(basename "$(dirname "$1")")
	[ -f "tests/unit/$layer/test_$name.c" ]
}

for module in $(files 'daemon/*.c' 'cli/*.c'); do
	tested "$module" || report "$module: has no unit test"
done
while read -r module _; do
	[ -z "$module" ] || [ -f "$module" ] || report "$module: is exempt and does not exist"
done <<<"$exempt"
for test in $(files 'tests/unit/*/test_*.c'); do
	name=$(basename "$test" .c)
	layer=$(basename "$(dirname "$test")")
	[ -f "daemon/$layer/${name#test_}.c" ] || [ -f "$layer/${name#test_}.c" ] ||
		report "$test: its module does not exist"
done
finish "write tests/unit/<layer>/test_<module>.c, or name the module in mirror.sh with a reason"
