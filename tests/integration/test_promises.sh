#!/bin/bash
# What a plan says of the statements of real migration histories, the server must keep: each is run
# with the algorithm and the lock that the plan foretells, on databases with rows, and one
# that is not as cheap is refused by the server.
#   test_promises.sh [SET…]
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/cases.sh"
end='$$muster$$' # of a statement; in none of them

if [ $# -eq 0 ]; then
	mapfile -t sets < <(cases_sets)
	set -- "${sets[@]}"
fi

db_start --max-allowed-packet=64M
daemon_start
enrol

seeded() { # SET
	[ -d "$cases/$1/expected/$flavor-seeded" ] && echo yes || echo no
}

# A plan as a script for the stock client: what it foretells is asked for, but where a statement asks
# for something itself. MySQL takes no lock beside INSTANT; MariaDB may copy all rows without one, but
# takes none for a new name of a table.
pinned() {
	jq -r --arg stop "$end" --arg flavor "$flavor" '
		def is_open: .algorithm == null or .algorithm == "copy" or (.sql |
			test("\\b(lock|algorithm)\\s*=?\\s*(none|shared|exclusive|default|in|copy|nocopy)"; "i"));
		def pin: "ALGORITHM=\(.algorithm | sub("-.*"; ""))" +
			if .blocks_writes or (.algorithm == "instant" and $flavor == "mysql") or
				(.sql | test("\\brename\\s+(to|as)\\s"; "i")) then ""
			else ", LOCK=NONE" end;
		def clause: sub("^\\s*drop\\s+index\\s+(?<key>\\S+)\\s+on\\s+(?<table>\\S+)";
			"alter table \(.table) drop index \(.key)"; "i");
		.classes[0].statements[] |
		(if is_open then .sql
		 elif .sql | test("^\\s*create"; "i") then "\(.sql) \(pin | sub(","; ""))"
		 else "\(.sql | clause), \(pin)" end) + "\n" + $stop'
}

foretold=0
for set in "$@"; do
	claim "$set: what is foretold is so"
	cases_enter "$set"
	cases_database "promise_${set//-/_}" "$(seeded "$set")"
	ok m tenant discover --server main --like "promise\\_${set//-/\\_}" -o json
	cases_release "$work/rel/$set"
	m plan "$work/rel/$set" --no-rewrite -l "promise_${set//-/_}" -o json >"$work/plan" || [ $? -le 2 ] || fail "no plan of $set"
	jq -e '.failing | length == 0' "$work/plan" >/dev/null || fail "$(jq -c .failing "$work/plan")"
	hasnt "doesn't exist" "$(jq -c .unchecked "$work/plan")"
	pinned <"$work/plan" >"$work/pinned.sql"
	foretold=$((foretold + $(grep -c 'ALGORITHM=' "$work/pinned.sql" || true)))
	cli --delimiter="$end" --init-command="$(init 1700000000)" "promise_${set//-/_}" <"$work/pinned.sql" \
		>/dev/null 2>"$work/refused" || fail "the server refused" "$(cat "$work/refused")"
done

claim "that was of something"
[ "$foretold" -gt 0 ] || fail "no plan foretold anything"

claim "a promise that is wrong is refused"
cli -e 'create database promise_wrong; create table promise_wrong.t (a int primary key, b int)'
fails 1 cli promise_wrong -e 'alter table t modify b bigint, ALGORITHM=instant'
