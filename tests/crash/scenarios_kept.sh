# shellcheck shell=bash disable=SC2154
# Tenants that are kept out of a rollout, or of one of its phases. Sourced by scenarios.sh.

scenario_hold() {
	act tenant hold "${fleet[0]}" --reason 'before it began'
	begin main --waves '1, rest' --gate human
	rests roll
	act tenant hold "${fleet[1]}" "${fleet[2]}" --reason 'at the gate'
	act rollout skip roll -t "${fleet[0]}" # the one of the others that was the first is done
	act tenant release "${fleet[0]}" "${fleet[1]}" "${fleet[2]}"
	goes_on
	next_finishes main
}

scenario_skip() {
	begin main --waves '1, rest' --gate human
	rests roll
	act rollout skip roll -t "${fleet[2]}"
	goes_on
	next_finishes main
}

# It stops between its phases; one tenant is left out there, and catches up with the next rollout.
scenario_phases() {
	begin phased --waves '1, rest'
	rests roll gated
	act rollout skip roll -t "${fleet[2]}"
	ends 'done'
	planned "$releases/phased" "${fleet[0]}" "${fleet[1]}"
	act rollout start "$releases/phased" --name next --key next -o json
	[ "$status" -eq 0 ] || fail "rollout start: $err"
	goes_on next
	no_doubt next
	all_planned phased
}

# Somebody else was there first: nothing is left to do, or it is further than the release.
scenario_beside() {
	begin main --waves '1, rest' --gate human
	rests roll
	beside other main -l "${fleet[1]}"
	beside newer newer -l "${fleet[2]}"
	goes_on
	no_doubt roll
	recovered
	planned "$releases/main" "${fleet[0]}" "${fleet[1]}"
	planned "$releases/newer" "${fleet[2]}"
}

# The same within a wave, where nobody looks again: the others are done, or ahead, when their
# own task begins. Their window keeps them back meanwhile, and the others pass it.
scenario_overtaken() {
	local day

	day=$(LC_ALL=C date -u -d '+3 days' +%a)
	act tenant set "${fleet[1]}" window="$day 02:00-03:00 UTC"
	act tenant set "${fleet[2]}" window="$day 02:00-03:00 UTC"
	begin main
	beside other main -l "${fleet[1]}" --window ignore
	beside newer newer -l "${fleet[2]}" --window ignore
	act rollout set roll window=ignore
	goes_on
	no_doubt roll
	recovered
	planned "$releases/main" "${fleet[0]}" "${fleet[1]}"
	planned "$releases/newer" "${fleet[2]}"
}

# The same, but held in between: what was known of them is old, and they are looked at again.
scenario_released() {
	begin main --waves '1, rest' --gate human
	rests roll
	act tenant hold "${fleet[1]}" "${fleet[2]}" --reason 'at the gate'
	act tenant release "${fleet[1]}" "${fleet[2]}"
	beside other main -l "${fleet[1]}"
	beside newer newer -l "${fleet[2]}"
	goes_on
	no_doubt roll
	recovered
	planned "$releases/main" "${fleet[0]}" "${fleet[1]}"
	planned "$releases/newer" "${fleet[2]}"
}

# Changed by hand while the rollout rests: held until it is mended and tried again.
scenario_drifted() {
	begin main --waves '1, rest' --gate human
	rests roll
	sql 'create table by_hand (id int)' "${fleet[1]}"
	goes_on
	sql 'drop table by_hand' "${fleet[1]}"
	act rollout retry roll -t "${fleet[1]}"
	ends 'done'
	all_planned main
}
