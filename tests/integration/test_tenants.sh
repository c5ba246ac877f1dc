#!/bin/bash
# Tenants: found, imported, labelled, chosen, held, forgotten.
. "$(dirname "$0")/lib.sh"

db_start
daemon_start
enrol main
ok ms server add other --socket "$db/sock" --defaults-file "$work/root.cnf" -L region=us
make_schemas 3 'client_'
make_schemas 2 'clientx'
sql 'create database `we`; create database `Odd-Name.1`; create database `muster_x`'

names() { # WORD…
	m tenant list "$@" -o name | paste -sd' '
}

claim "a dry run of discover changes nothing"
ok m tenant discover --server main --like 'client\_%' --dry-run -o json
is 3 "$(jq '.tenants | length' <<<"$out")"
is "" "$(names)"

claim "an underscore that is escaped is that letter, else it is any letter"
ok m tenant discover --server main --like 'client\_%' -o json
is 3 "$(jq .changed <<<"$out")"
is "client_001 client_002 client_003" "$(names)"
ok m tenant discover --server main --like 'client_%' -o json
is "2 3" "$(jq -r '"\(.changed) \(.unchanged)"' <<<"$out")"
ok m tenant remove 'clientx*'

claim "system schemas are never tenants"
ok m tenant discover --server main --like '%' --dry-run -o json
for schema in mysql information_schema performance_schema sys; do
	is false "$(jq --arg s $schema '.tenants | index($s) != null' <<<"$out")"
done
has "Odd-Name.1" "$out"
run m tenant add sys --server main --schema mysql
[ "$status" -ne 0 ] || fail "the schema mysql became a tenant"
helps "mysql"

claim "a name pattern and labels are put on what is found"
ok m tenant discover --server other --like 'clientx%' --name 'us-{schema}' -L tier=gold
is "us-clientx001 us-clientx002" "$(names -l 'tier=gold')"
is "clientx001 other" "$(j '"\(.schema) \(.server)"' tenant show us-clientx001)"

claim "a CSV file with broken lines is refused as a whole, each with line and column"
cat >"$work/bad.csv" <<-'END'
	name,server,schema,region
	acme,main,we,eu
	,main,we3,eu
	gamma,main
	acme,main,we4,eu
END
fails 65 m tenant import "$work/bad.csv"
for at in 3:1 4:1 5:1; do
	has "bad.csv:$at:" "$err"
done
helps "nothing was imported"
is "client_001 client_002 client_003 us-clientx001 us-clientx002" "$(names)"
printf 'name,server,schema\nacme,main,we\nbeta,nowhere,we2\nsystem,main,mysql\n' >"$work/bad.csv"
fails 65 m tenant import "$work/bad.csv"
has "bad.csv:3:6:" "$err"
has "nowhere" "$err"
has "bad.csv:4:13:" "$err"
printf 'name,server,schema\nbeta,nowhere,we2\ngamma,main,"we3\n' >"$work/bad.csv"
fails 65 m tenant import "$work/bad.csv"
has "bad.csv:2:6:" "$err"
has "bad.csv:3:12:" "$err"
is "client_001 client_002 client_003 us-clientx001 us-clientx002" "$(names)"
printf 'name,schema\na,b\n' >"$work/bad.csv"
fails 65 m tenant import "$work/bad.csv"
has "bad.csv:1" "$err"
has "server" "$err"
printf 'name,server,schema\n"acme,main,we\n' >"$work/bad.csv"
fails 65 m tenant import "$work/bad.csv"
has "bad.csv:2:1" "$err"
fails 65 m tenant import "$work/none.csv"
helps "none.csv"

claim "a good CSV file is imported, and once more changes nothing"
printf '\xef\xbb\xbfname,schema,server,region,label.note\r\nacme,we,main,eu,"a, ""b"""\r\n' >"$work/good.csv"
ok m tenant import "$work/good.csv"
is 'we eu a, "b"' "$(j '"\(.schema) \(.labels.region) \(.labels.note)"' tenant show acme)"
ok m tenant import "$work/good.csv" -o json
is "0 1" "$(jq -r '"\(.changed) \(.unchanged)"' <<<"$out")"

claim "one tenant can be added; its database must be there, and belong to nobody else"
ok m tenant add odd --server main --schema Odd-Name.1
is "Odd-Name.1" "$(j .schema tenant show odd)"
fails 65 m tenant add odd --server main --schema muster_x
helps "odd"
fails 65 m tenant add twice --server main --schema we
helps "acme"

claim "selectors choose by labels of tenants and of servers, names and files"
ok m tenant label client_001 client_002 region=eu tier=silver
is "acme client_001 client_002" "$(names -l 'region=eu')"
is "us-clientx001 us-clientx002" "$(names -l 'region=us')"
is "acme client_001 client_002 us-clientx001 us-clientx002" "$(names -l 'region in (eu, us)')"
is "acme" "$(names -l 'region=eu,tier!=silver')"
is "client_003 odd" "$(names -l 'region not in (eu, us)')"
is "client_001 client_002 client_003" "$(names -l 'client_*')"
is "acme odd" "$(names acme odd)"
printf '# mine\nclient_003\n\nodd\n' >"$work/list"
is "client_003 odd" "$(names -l "@$work/list")"
is "us-clientx001 us-clientx002" "$(names -l 'server=other')"
{ echo odd && seq -f 'a-rather-long-name-of-%.0f' 20000; } >"$work/list" # more than the socket takes at once
is "odd" "$(names -l "@$work/list")"
fails 65 m tenant list -l 'region='
fails 65 m tenant list -l 'region in (eu'
helps "position 14"
fails 65 m tenant label nobody a=b
helps "nobody"
ok m tenant label -l 'tier=silver' tier=
is "us-clientx001 us-clientx002" "$(names -l 'tier=*')"

claim "a hold needs a reason, is shown, and ends"
fails 64 m tenant hold client_003
helps "reason"
ok m tenant hold client_003 --reason 'audit until Friday'
is 'audit until Friday' "$(j .hold tenant show client_003)"
migration "$work/rel" 0001_a.sql 'create table one (id int primary key);'
fails 1 m rollout start "$work/rel" -l 'client_*' --dry-run -o json
is '2 ["client_003"]' "$(jq -c -r '"\(.pending) \(.held)"' <<<"$out")"
run m rollout start "$work/rel" -l 'client_*' --wait -o json
is "2 2 1" "$(jq -r --arg s "$status" '"\($s) \(.counts.done) \(.counts.held)"' <<<"$out")"
is 0 "$(sql "select count(*) from information_schema.tables where table_schema = 'client_003' and table_name = 'one'")"
ok m tenant release client_003
is null "$(j .hold tenant show client_003)"

claim "a tenant that is forgotten keeps its database, and can be found again with its history"
ok m tenant remove client_001 --reason 'by mistake'
is 1 "$(sql "select count(*) from information_schema.tables where table_schema = 'client_001' and table_name = 'one'")"
ok m tenant discover --server main --like 'client\_001'
run m rollout start "$work/rel" -l client_001 --dry-run -o json
is "0 1" "$(jq -r '"\(.pending) \(.up_to_date)"' <<<"$out")"

claim "who did it and why is kept"
has "by mistake" "$(m events -o csv)"
is "$(id -un)" "$(j '[.[] | select(.text | tostring | contains("by mistake"))][0].actor' events)"
daemon_stop
