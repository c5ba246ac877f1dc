#!/bin/bash
# 360 databases of a real application at 12 versions, five of them large: one rollout
# brings all to the same end, and leaves alone those that were there already. A quarter of
# them, with every version and every large one, on MySQL and in a build with sanitizers.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/cases.sh"

scenario=$cases/scenarios/F1-uaa-mixed
set=uaa
share=1
[ "$flavor" = mariadb ] && [ -z "${MUSTER_SLOWER:-}" ] || share=4
ln -s "$scenario/drift" "$work/drift"
awk -F'\t' -v share="$share" '/^#/ || $3 != "-" || !seen[$2]++ || NR % share == 0' \
	"$scenario/manifest.tsv" >"$work/manifest.tsv"
tenants=$(grep -vc '^#' "$work/manifest.tsv")
db_start --loose-innodb-log-file-size=512M --loose-innodb-redo-log-capacity=512M \
	--innodb-buffer-pool-size=1G --table-open-cache=4000
configure 'server_running = 4;'
daemon_start
enrol
cases_enter "$set"

claim "the fleet can be made"
"$cases/fleet.sh" -s "$flavor" "$set" "$work/manifest.tsv" >"$work/fleet.log" 2>&1 ||
	fail "$(tail -n 5 "$work/fleet.log")"
is "" "$(cat "$work/fleet.log")"
ok m tenant discover --server main --like 'uaa\_t%' -o json
is "$tenants" "$(j length tenant list)"

claim "every tenant can be told which version it has"
cases_release "$work/rel"
ok m release create "$work/rel" --name uaa -o json
m release show uaa -o json | jq -r '.migrations[].version' >"$work/versions"
is "$(wc -l <"$D/order.txt")" "$(wc -l <"$work/versions")"
last=$(tail -n 1 "$work/versions")
files=$(wc -l <"$work/versions")
awk -F'\t' -v n="$files" '!/^#/ { print ($2 == "last" ? n : $2) "\t" $1 }' \
	"$work/manifest.tsv" >"$work/fleet"
for at in $(cut -f1 "$work/fleet" | sort -nu); do
	awk -v k="$at" '$1 == k { print $2 }' "$work/fleet" >"$work/at"
	if [ "$at" -gt 0 ]; then
		ok m tenant baseline -l "@$work/at" --release uaa \
			--at "$(sed -n "${at}p" "$work/versions")" -o json
	fi
done
is "$(cut -f1 "$work/fleet" | sort -nu | wc -l)" \
	"$(j '[.[].version] | unique | length' tenant list)"

claim "a preview says how many are behind"
there=$(awk -v k="$files" '$1 == k' "$work/fleet" | wc -l)
fails 1 m rollout start uaa --dry-run --waves '1, 5%, rest' -o json
is "$((tenants - there)) $there" "$(jq -r '"\(.pending) \(.up_to_date)"' <<<"$out")"

claim "the rollout ends well"
sql "set global log_output = 'FILE', general_log_file = '$work/general.log', general_log = 1"
ok m rollout start uaa --waves '1, 5%, rest' --budget 0 --wait --timeout 400s -o json
sql "set global general_log = 0"
is "done $tenants 0" "$(jq -r '"\(.state) \(.counts.done) \(.counts.failed)"' <<<"$out")"
is "$last" "$(j '[.[].version] | unique | join(",")' tenant list)"

claim "tenants that were there already got no DDL and no change of data"
# Which statements each database has seen: a connection is in the database it named last.
awk -F'\t' '{
	at = $1 == "" && $2 == "" ? 3 : 2
	split($at, head, " ")
	what = tolower($(at + 1))
	sub(/^\/\*[^*]*\*\/ */, "", what)
	if (head[2] == "Init") {
		schema[head[1]] = $(at + 1)
	} else if (head[2] == "Connect" || head[2] == "Change") {
		schema[head[1]] = ""
	} else if (head[2] == "Query" && what ~ /^ *use /) {
		sub(/;.*/, "", what) # what goes in one packet is shown as one
		gsub(/^ *use |`|;| /, "", what)
		schema[head[1]] = what
	} else if (head[2] == "Query" &&
		what ~ /^ *(alter|create|drop|insert|update|delete|rename|truncate|replace)/) {
		print schema[head[1]] "\t" what
	}
}' "$work/general.log" | grep -v 'muster_' >"$work/changes" || true
awk -v k="$files" '$1 == k { print $2 }' "$work/fleet" >"$work/there"
is "" "$(grep -wFf "$work/there" "$work/changes" | head -n 3 || true)"
[ "$(cut -f1 "$work/changes" | sort -u | wc -l)" -eq $((tenants - there)) ] ||
	fail "the log names $(cut -f1 "$work/changes" | sort -u | wc -l) changed databases"

claim "all databases are equal, and as recorded"
sql "set session group_concat_max_len = 10000000; select count(distinct d), count(*) from (
	select sha2(group_concat(table_name, column_name, column_type, is_nullable,
		coalesce(collation_name, ''), coalesce(column_default, '') order by table_name,
		ordinal_position), 256) as d
	from information_schema.columns
	where table_schema like 'uaa\_t%' and table_name not like 'muster\_%'
	group by table_schema) as t" >"$work/equal"
is "1	$tenants" "$(cat "$work/equal")"
sql "select count(distinct d) from (
	select sha2(group_concat(table_name, index_name, seq_in_index, column_name, non_unique
		order by table_name, index_name, seq_in_index), 256) as d
	from information_schema.statistics
	where table_schema like 'uaa\_t%' and table_name not like 'muster\_%'
	group by table_schema) as t" >"$work/equal"
is 1 "$(cat "$work/equal")"
for at in $(cut -f1 "$work/fleet" | sort -nu); do
	tenant=$(awk -v k="$at" '$1 == k { print $2; exit }' "$work/fleet")
	diff <(cases_schema "$tenant") "$D/expected/$flavor/schema.sql" >"$work/diff" ||
		fail "$tenant, which began at $at, differs (<: here, >: recorded)" \
			"$(head -n 20 "$work/diff")"
done

claim "the large tenants still have all their rows"
awk -F'\t' '!/^#/ && $3 == "users120k" { print $1 }' "$work/manifest.tsv" >"$work/large"
is 5 "$(wc -l <"$work/large")"
while read -r tenant; do
	[ "$(sql 'select count(*) from users' "$tenant")" -ge 120000 ] ||
		fail "$tenant has $(sql 'select count(*) from users' "$tenant") users"
done <"$work/large"

claim "a second rollout has nothing to do"
ok m rollout start uaa --dry-run -o json
is 0 "$(jq .pending <<<"$out")"
