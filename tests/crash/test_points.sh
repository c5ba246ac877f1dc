#!/bin/bash
# musterd is killed at every named point, once, and at the statements that it sends for one
# tenant; it is started again, and every tenant ends where it was planned, to the row. Which
# scenario passes which point is learnt from runs in which nothing dies.
# test_points.sh [POINT[:N]…]: only these.
#
# With CRASH_THIN=N every N-th, others in each run.
#
# For a run in pieces: CRASH_PART=K/N tries every N-th point from the K-th on, CRASH_TRACES=DIR
# keeps what the runs without a death have shown, and takes it from there when it is whole.
# CRASH_SCENARIOS='*readonly*': only these, and the points that they pass.
. "$(dirname "$0")/lib.sh"
. "$TESTS_DIR/crash/scenarios.sh"

all=(one "${scenarios[@]}")
if [ -n "${CRASH_SCENARIOS:-}" ]; then
	chosen=()
	for scenario in "${all[@]}"; do
		# shellcheck disable=SC2053
		[[ $scenario != $CRASH_SCENARIOS ]] || chosen+=("$scenario")
	done
	all=("${chosen[@]}")
fi

hooks=$(mktemp -d)
clean() {
	rm -rf "$hooks"
}
configure 'retry = "100ms";' 'budget = "0";' "hooks_dir = \"$hooks\";"
db_ready

run_scenario() { # NAME
	late=
	[[ $1 != late_* ]] || late=yes # armed when the scenario has killed it
	life "$2" "scenario_$1"
}

scenario_of() { # POINT: the first that passes it
	local scenario

	for scenario in "${all[@]}"; do
		if [ "$scenario" != one ] && grep -qxF "$1" "$traces/trace.$scenario"; then
			echo "$scenario"
			return
		fi
	done
}

claim "nothing dies: every scenario ends as planned"
traces=${CRASH_TRACES:-$work}
mkdir -p "$traces"
if [ ! -e "$traces/whole" ]; then
	for scenario in "${all[@]}"; do
		arming=("MUSTERD_CRASH_TRACE=$traces/trace.$scenario")
		: >"$traces/trace.$scenario"
		run_scenario "$scenario" "$scenario, although nothing died"
	done
	if [ ${#failed[@]} -eq 0 ]; then
		touch "$traces/whole"
	else
		summary
	fi
fi

# Edges that only the tables have: nothing takes them, so nothing can die there.
untaken='
task/verifying/applied          a worker says that its checks were made before it ends
task/verifying/refused
task/verifying/park
task/verifying/lost
'

claim "every point is passed by some scenario, but for edges that nothing takes"
while read -r point; do
	[ -z "${CRASH_SCENARIOS:-}" ] || break
	if grep -q "^${point%/*} \|^${point%/*}$" <<<"$untaken"; then
		is "" "$(scenario_of "$point")"
	else
		[ -n "$(scenario_of "$point")" ] || failed+=("$point, which no scenario passes")
	fi
done <"$work/names"

tried=0
part=${CRASH_PART:-1/1}

try() { # POINT[:N] [SCENARIO]
	local scenario

	tried=$((tried + 1))
	[ "$((tried % ${part#*/}))" -eq "$((${part%/*} % ${part#*/}))" ] || return 0
	[ "$(((tried + thin_at) % thin))" -eq 0 ] || return 0
	points=$((points + 1))
	scenario=${2:-$(scenario_of "${1%%:*}")}
	[ -n "$scenario" ] || fail "no scenario passes $1"
	arming=("MUSTERD_CRASH_AT=$1")
	run_scenario "$scenario" "$1"
	[ "$lived" -gt 0 ] || missed=$((missed + 1))
}

claim "killed at any point, every tenant ends as planned"
missed=0
if [ $# -gt 0 ]; then
	thin=1
	for point; do
		try "$point"
	done
	judge
	exit
fi
for point in $(sort -u "$traces"/trace.* | grep -xFf "$work/names"); do
	try "$point"
done

# Some twenty of them; CRASH_ALL=1 tries all.
sweep() { # POINT SCENARIO [HOW_MANY]
	local nr step n

	[ -e "$traces/trace.$2" ] || return 0
	nr=$(grep -cxF "$1" "$traces/trace.$2" || true)
	step=$((nr / ${3:-20} + 1))
	[ -z "${CRASH_ALL:-}" ] || step=1
	for ((n = 1 + RANDOM % step; n <= nr; n += step)); do
		try "$1:$n" "$2"
	done
}

claim "killed at any statement, also of a recovery or a look, every tenant ends as planned"
sweep db/statement/sent one
sweep db/statement/answered one
sweep db/statement/sent late_recovery
sweep journal/statement/after parts 4
sweep journal/part parts 2
sweep mode/change/before readonly
sweep mode/change/after late_readonly
sweep mode/change/before readonly_methods 6
sweep db/statement/sent readonly_page
# the last of the copies is the one that a look was building
[ ! -e "$traces/trace.verify" ] ||
	try "chain/copied:$(grep -cxF chain/copied "$traces/trace.verify")" verify
# a point may be missed when threads take turns in another order; most are not
[ "$missed" -le "$((points / 10))" ] || fail "$missed of $points points were not passed"
judge
