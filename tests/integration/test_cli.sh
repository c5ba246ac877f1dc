#!/bin/bash
# The command line: help everywhere, "did you mean", every form of output parses.
. "$(dirname "$0")/lib.sh"

db_start
daemon_start
enrol
make_tenants 3
ok m tenant label client_001 'note=a "quoted", text' region=eu
migration "$work/rel" 0001_a.sql 'create table one (id int primary key);'
ok m rollout start "$work/rel" --name first --wait

claim "every command has a help that names its use, and needs no daemon"
mapfile -t commands < <("$build/muster" --help | sed -n '/^Commands:/,/^Everywhere:/s/^  \([a-z][a-z ]*[a-z]\).*/\1/p')
[ "${#commands[@]}" -ge 40 ] || fail "only ${#commands[@]} commands: ${commands[*]}"
for command in "${commands[@]}"; do
	first=${command%% *} rest=${command#* }
	[ "$rest" = "$command" ] && rest=''
	second=${rest%% *}
	# shellcheck disable=SC2086
	MUSTER_SOCKET=/nowhere ok "$build/muster" $first $second --help
	has "Usage: muster $first" "$out"
	is "" "$err"
done

claim "unknown words are answered with what was meant, exit 64"
while IFS='|' read -r words meant; do
	# shellcheck disable=SC2086
	fails 64 m $words
	helps "$meant"
done <<'END'
rolout list|did you mean "rollout list"
rollout strat x|did you mean "rollout start"
tenant lst|did you mean "tenant list"
server chek main|did you mean "server check"
tenant list --selectr x|--selector
rollout list -o jsn|json
wait first --for dnoe|dnoe
rollout show|rollout show
END
fails 64 m rollout
has "rollout promote" "$err"
fails 64 m frobnicate
helps frobnicate
run "$build/muster"
has "Commands:" "$out$err"

claim "JSON, JSON lines, CSV and names parse, and say the same"
for list in 'server list' 'tenant list' 'release list' 'rollout list' 'task list first' events; do
	# shellcheck disable=SC2086
	{
		ok m $list -o json
		n=$(jq length <<<"$out")
		[ "$n" -gt 0 ] || fail "$list is empty"
		ok m $list -o jsonl
		is "$n" "$(jq -s length <<<"$out")"
		is "$n" "$(wc -l <<<"$out")"
		ok m $list -o csv
		printf '%s\n' "$out" >"$work/list.csv"
		is "$n" "$(sqlite3 -csv :memory: ".import $work/list.csv t" 'select count(*) from t')"
		ok m $list -o name
		is "$n" "$(wc -l <<<"$out")"
		ok m $list -o wide
		ok m $list
		[ "$(wc -l <<<"$out")" -gt "$n" ] || fail "$list has no head: $out"
	}
done
m tenant list -o csv >"$work/tenants.csv"
is 'client_001' "$(sqlite3 :memory: ".import --csv $work/tenants.csv t" 'select name from t limit 1')"
has 'a "quoted", text' "$(sqlite3 :memory: ".import --csv $work/tenants.csv t" 'select labels from t limit 1')"

claim "the objects have the fields that others rely on"
fields() { # WORD…
	m "$@" -o json | jq -r 'if type == "array" then .[0] else . end | keys_unsorted | join(" ")'
}
covers() { # SEEN FIELD…
	local seen=" $1 " field

	shift
	for field; do
		[[ $seen == *" $field "* ]] || fail "the field $field is missing in:$seen"
	done
}
covers "$(fields server list)" name address flavor version state max_running labels
covers "$(fields tenant list)" name server schema labels version mode hold class
covers "$(fields rollout show first)" id name release state reason revision counts waves budget \
	eta_s available_actions
covers "$(m rollout show first -o json | jq -r '.counts | keys | join(" ")')" total pending \
	waiting running verifying "done" failed in_doubt skipped held cancelled
covers "$(fields task list first)" rollout tenant server wave state reason statement statements \
	attempt error progress started_at finished_at

claim "--wait prints a line for each change where there is no terminal"
migration "$work/rel" 0002_b.sql 'create table two (id int primary key);'
ok m rollout start "$work/rel" --waves '1, rest' --wait
for tenant in client_001 client_002 client_003; do
	has "$tenant done" "$out"
done
has "3/3 done" "$out"
hasnt $'\033' "$out"

claim "on a terminal it draws a bar, and ends with the same exit code"
migration "$work/rel" 0003_c.sql 'create table three (id int primary key);'
ok script -qec "stty cols 100 rows 30; $build/muster --socket $sock rollout start $work/rel --wait" /dev/null
has "100%" "$out"
has "3/3 done" "$out"

claim "on a terminal a plan that takes long says how far it is"
kill -STOP "$(cat "$db/pid")"
background script -qec "$build/muster --socket $sock plan $work/rel" /dev/null
poll 20 grep -q 'reading tenants: [0-9] of 3' "$work/background.log"
kill -CONT "$(cat "$db/pid")"
wait "$background" || [ $? = 1 ]
grep -q 'up to date' "$work/background.log"

claim "events can be followed"
background m events -f --since 0 -o jsonl
ok m tenant hold client_002 --reason 'followed'
poll 10 grep -q followed "$work/background.log"
ok m tenant release client_002
background m events -f --since 0 -o csv
poll 10 grep -q '^20.*,tenant.release,' "$work/background.log"
is 1 "$(grep -c '^at,actor,' "$work/background.log")"

claim "completion scripts parse; the manual passes a check"
for shell in bash zsh fish; do
	ok m completion $shell
	printf '%s\n' "$out" >"$work/completion.$shell"
	if command -v $shell >/dev/null; then
		ok $shell -n "$work/completion.$shell"
	fi
done
if command -v fish >/dev/null; then
	ok fish -c "source $work/completion.fish; complete -C 'muster tenant rel'; complete -C 'muster tenant show '"
	has release "$out"
	hasnt discover "$out"
fi
fails 64 m completion tcsh
ok m version
has "musterd" "$out"

claim "a pipe that closes early is no crash; colours are for terminals only"
m events --since 0 -o csv | head -n 1 >/dev/null || is 141 "${PIPESTATUS[0]}" # SIGPIPE, as of cat
ok m tenant list
hasnt $'\033' "$out"

claim "the big red button pauses everything, and the other one goes on"
migration "$work/rel" 0004_d.sql "$at_barrier create table four (id int primary key);"
barrier_up
start_rollout "$work/rel" --name last --running 1 --budget 100%
poll 20 waiting 1
ok m pause --reason 'alarm'
barrier_down
wait_rollout last paused
ok m resume
wait_rollout last 'done'
has alarm "$(m events --rollout last -o csv)"
daemon_stop
