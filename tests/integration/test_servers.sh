#!/bin/bash
# Servers: let in, asked, refused, away, changed and forgotten.
. "$(dirname "$0")/lib.sh"

port=$(_server_port)
db_start --skip-networking=0 --bind-address=127.0.0.1 --port=$port
daemon_start
sql "create user teller@localhost identified by 'right one'; grant select on *.* to teller@localhost;
	create user teller@'127.0.0.1' identified by 'right one'"
printf '[client]\nuser=teller\npassword="right one"\n' >"$work/teller.cnf"
printf '[client]\nuser=teller\npassword=wrong-one\n' >"$work/wrong.cnf"
chmod 600 "$work"/*.cnf

claim "a server on a Unix socket is asked who it is"
enrol main
ok m server check main -o json
is "main $flavor true" "$(jq -r '"\(.name) \(.flavor) \(.version | test("^[1-9]"))"' <<<"$out")"
is "[]" "$(jq -c .missing <<<"$out")"
is "root@localhost" "$(jq -r .account <<<"$out")"
[ -n "$(jq -r .time_zone <<<"$out")" ] || fail "no time zone in $out"
ok m wait server/main --for up --timeout 60s

claim "a server by host and port is asked, too, and its labels are kept"
ok m server add by-port --host 127.0.0.1 --port $port --defaults-file "$work/teller.cnf" \
	-L region=eu -L tier=gold --max-running 3
is "127.0.0.1:$port eu,gold 3" \
	"$(j '"\(.address) \(.labels.region),\(.labels.tier) \(.max_running)"' server show by-port)"

claim "privileges that are missing are named, with the grant that gives them"
ok ms server add small --socket "$db/sock" --defaults-file "$work/teller.cnf"
fails 1 m server check small
has "privileges are missing" "$err"
has "GRANT" "${err^^}"
has "teller" "$err"
fails 1 m server check small -o json
has "alter" "$(jq -r '.missing | join(" ")' <<<"$out" | tr '[:upper:]' '[:lower:]')"
sql "$(jq -r .grant <<<"$out")"
ok m server check small

claim "a server that refuses the password is reported as that, and the password is not shown"
ok ms server add wrong --socket "$db/sock" --defaults-file "$work/wrong.cnf"
fails 77 m server check wrong
helps "Access denied" "teller"
hasnt "wrong-one" "$err$out$(cat "$daemon_log")"
ok m wait server/wrong --for denied --timeout 60s
has "Access denied" "$(j .reason server show wrong)"
fails 77 m tenant discover --server wrong --like '%'
helps "Access denied"

claim "a server that is down is reported as that"
ok ms server add down --socket "$work/nowhere" --defaults-file "$work/root.cnf"
fails 69 m server check down
helps "$work/nowhere"
ok m wait server/down --for down --timeout 60s
ok m server add refused --host 127.0.0.1 --port 1 --defaults-file "$work/root.cnf"
fails 69 m server check refused
helps "127.0.0.1:1"

claim "an option file that is missing is named"
ok ms server add nofile --socket "$db/sock" --defaults-file "$work/none.cnf"
fails 65 m server check nofile
helps "$work/none.cnf"

claim "bad requests are refused in words"
fails 64 m server add both --host 127.0.0.1 --port x --defaults-file "$work/root.cnf"
helps "port"
fails 64 m server add neither
helps "--host H or --socket S"
fails 65 ms server add main --socket "$db/sock"
helps "main"
fails 65 m server show nobody
helps "nobody"
fails 65 m server check nobody
helps "nobody"

claim "a server can be changed, with a revision that guards it"
revision=$(j .revision server show by-port)
ok m server set by-port max-running=7 label.tier= label.zone=b --revision "$revision"
is "7 {\"region\":\"eu\",\"zone\":\"b\"}" "$(j '"\(.max_running) \(.labels)"' server show by-port)"
fails 7 m server set by-port max-running=8 --revision "$revision"
helps "revision"
is 7 "$(j .max_running server show by-port)"
fails 65 m server set by-port max-running=none
helps "max_running"
fails 65 m server set by-port colour=red
helps "colour"

claim "the list holds all of them, in every form"
is "by-port down main nofile refused small wrong" "$(m server list -o name | paste -sd' ')"
is 7 "$(j length server list)"
is 8 "$(m server list -o csv | wc -l)"

claim "a server that has tenants is not forgotten by mistake, one without is"
make_tenants 2
fails 65 m server remove main
helps "tenant"
ok m server remove wrong
fails 65 m server show wrong
is 2 "$(sql "select count(*) from information_schema.schemata where schema_name like 'client\_%'")"
daemon_stop
