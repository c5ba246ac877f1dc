# shellcheck shell=bash disable=SC2154
# Looking without changing anything: what a look makes on the server goes with it, or when the next
# musterd starts. Sourced by scenarios.sh.

died() {
	! alive
}

# The one that another tool might have made is none of ours.
swept() {
	[ "$(sql "select group_concat(schema_name) from information_schema.schemata
		where schema_name like 'muster\\_scratch%'")" = muster_scratch_theirs ]
}

scenario_verify() {
	local before

	sql "create database muster_scratch_theirs; create table muster_scratch_theirs.t (id int primary key)"
	begin main
	ends 'done'
	before=$(truth "${fleet[@]}")
	run m tenant verify --against main -o json
	if [ "$status" -eq 6 ]; then
		poll 60 died
		revive
		act tenant verify --against main -o json
	fi
	[ "$status" -eq 0 ] || fail "tenant verify: $err" "$out"
	is "3 3" "$(jq -r '"\(.tenants) \(.verified | length)"' <<<"$out")"
	poll 60 swept
	is "$before" "$(truth "${fleet[@]}")"
	all_planned main
	sql "drop database muster_scratch_theirs"
}
