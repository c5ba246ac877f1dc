#!/bin/bash
# The link to the server breaks: after any number of bytes in each direction, before, within
# and behind named statements; it is half closed, silent for a while, or late. The rollout ends
# by itself, and every tenant is where it was planned, to the row.
. "$(dirname "$0")/lib.sh"
. "$TESTS_DIR/crash/scenarios.sh"

configure 'retry = "100ms";' 'budget = "0";'
db_ready

ends_planned() {
	ends 'done'
	all_planned main
}

broken() { # COMMAND of the proxy
	: >"$proxy_log"
	link "$1"
	begin main --no-plan --running 1
	ends_planned
	# how many bytes there are depends on how often the load was sampled meanwhile; it is sampled on
	poll 30 fired
}

# The answer does not come, or the statement does not arrive, until the link is cut: what a
# firewall does that has forgotten the connection, and the keepalive that notices.
silent() { # COMMAND CUT|PASS
	: >"$proxy_log"
	link "$1"
	begin main --no-plan --running 1
	poll 20 fired
	link "$2"
	ends_planned
}

bytes() { # that have gone up and down
	link count
	read -r _ _ up down < <(grep '^ok count' "$proxy_log" | tail -n 1)
}

measured() { # into $work/count
	local up0 down0

	bytes
	up0=$up down0=$down
	begin main --no-plan --running 1
	ends_planned
	bytes
	echo "$((up - up0)) $((down - down0))" >"$work/count"
}

claim "an undisturbed rollout over the link"
life undisturbed measured
[ ${#failed[@]} -eq 0 ] || judge
read -r up down <"$work/count"

claim "cut after any number of bytes"
for way in up down; do
	total=$up
	[ "$way" = up ] || total=$down
	step=$((total / 25))
	for at in $(seq 40 "$step" "$((total - step))"); do
		try_life "after $way $at cut" broken "after $way $at cut"
	done
	for at in $(seq 500 "$((step * 5))" "$((total - step))"); do
		try_life "after $way $at half" broken "after $way $at half"
		try_life "after $way $at hold" silent "after $way $at hold" cut
	done
done

claim "cut before, within and behind each kind of statement"
for text in "${texts[@]}"; do
	for when in before within sent answered; do
		try_life "at $text $when cut" broken "at $text $when cut"
	done
done

claim "a link that is silent for a while, and goes on"
for when in before within sent; do
	try_life "at alter $when hold" silent "at muster:r*alter~table~users $when hold" pass
done

claim "a slow link"
slow() {
	link 'delay 5'
	begin main --no-plan
	ends_planned
}
life "delay 5 ms" slow
judge
