#!/bin/bash
# Migration histories of real applications, rolled by muster, end where the stock client
# ended: schema and data, from an empty base and from one with rows.
#   test_cases.sh [SET…]
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/cases.sh"
copies=3
# slower ones have a pair, which is a class of its own, too
[ "$flavor" = mariadb ] && [ -z "${MUSTER_SLOWER:-}" ] || copies=2

if [ $# -eq 0 ]; then
	mapfile -t sets < <(cases_sets)
	set -- "${sets[@]}"
fi

db_start --max-allowed-packet=64M
configure 'server_running = 4;' 'budget = "100%";'
daemon_start
enrol

kinds() { # SET: "expected-folder seed"
	echo "$flavor" no
	if [ -d "$cases/$1/expected/$flavor-seeded" ]; then
		echo "$flavor-seeded" yes
	fi
}

name() { # SET SEED N
	echo "case_${1//-/_}_$2_$3"
}

claim "the databases of every set can be made with the stock client"
for set in "$@"; do
	cases_enter "$set"
	while read -r _ seed; do
		for n in $(seq $copies); do
			cases_database "$(name "$set" "$seed" "$n")" "$seed"
		done
	done < <(kinds "$set")
done
ok m tenant discover --server main --like 'case\_%' -o json

declare -A rollouts
for set in "$@"; do
	claim "the files of $set are a release"
	cases_enter "$set"
	cases_release "$work/rel/$set"
	status=0
	m lint "$work/rel/$set" >"$work/lint" || status=$?
	[ "$status" -le 1 ] || fail "lint refuses $set" "$(tail -n 5 "$work/lint")"
	ok m release create "$work/rel/$set" --name "$set" -o json
	start_rollout "$set" -l "case_${set//-/_}_*" --name "roll-$set"
	rollouts[$set]=$rollout
done

for set in "$@"; do
	claim "$set is rolled over all its databases"
	fails_to=0
	m wait "${rollouts[$set]}" --for 'done' --timeout 400s >/dev/null 2>"$work/err" || fails_to=$?
	[ "$fails_to" -eq 0 ] ||
		fail "$(cat "$work/err")" "$(m task list "${rollouts[$set]}" --state failed -o wide)"
done

for set in "$@"; do
	claim "$set ends at the schema and the data that were recorded"
	cases_enter "$set"
	while read -r expected seed; do
		for n in $(seq $copies); do
			cases_compare "$set" "$(name "$set" "$seed" "$n")" "$expected"
		done
	done < <(kinds "$set")
	last=$(j '.migrations[-1].version' release show "$set")
	is "$last" "$(j '[.[].version] | unique | join(",")' tenant list -l "case_${set//-/_}_*")"
done
