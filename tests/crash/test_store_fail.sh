#!/bin/bash
# The n-th write to the inventory fails (the disk is full, or does not take what it was given),
# for any n: musterd refuses to start, refuses a command or makes its turn again, and the
# rollout ends with every tenant where it was planned, to the row.
. "$(dirname "$0")/lib.sh"
. "$TESTS_DIR/crash/scenarios.sh"

configure 'retry = "100ms";' 'budget = "0";'
db_ready
dies_with='^(1|78|137)$' # it may refuse to start

hit() { # the write came, and failed
	grep -q 'store fault at=' "$daemon_log"
}

failing() {
	begin main
	ends 'done'
	all_planned main
	hit || : >"$work/not.hit"
	hit || return 0
	daemon_stop
	is ok "$(sqlite3 "$work/data/inventory.db" 'pragma integrity_check')"
	crash_start
}

claim "no write is one too many"
for count in 1 4; do
	rm -f "$work/not.hit"
	at=1
	while [ ! -e "$work/not.hit" ] && [ "$at" -lt 1000 ]; do
		arming=("MUSTERD_FAIL_STORE_AT=$at:$count")
		try_life "write $at and $((count - 1)) behind it fail" failing
		at=$((at + 1 + at / 12))
	done
	[ -e "$work/not.hit" ] || fail "the rollout never came to its end without a failed write"
	echo "up to write $at"
done
judge
