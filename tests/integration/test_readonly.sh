#!/bin/bash
# Closing one client for writes: who is refused, who is not, and that everything is given back.
. "$(dirname "$0")/lib.sh"

db_start --log-bin=binlog --log-bin-trust-function-creators=1
configure "routing_files = [ \"haproxy-map:$work/map\" ];"
echo 'of yesterday' >"$work/map"
daemon_start
claim "a map of nobody is written at the start, over what was there"
poll 10 eval '! grep -q yesterday "$work/map"'
enrol
make_tenants 3

# ---- accounts of an application, in all the ways that rights are given -------------------

for n in 1 2 3; do
	sql 'create table items (id int primary key auto_increment, v int, w int)' "client_00$n"
done
# a fresh MariaDB has the account of muster several times, and one for anybody
while read -r host; do
	sql "drop user root@'$host'"
done < <(sql "select host from mysql.user where user = 'root' and host <> 'localhost'")
for user in pool wide loose tables onlyw viarole reader; do
	sql "create user $user@localhost identified by 'secret'"
done
sql 'grant all on `client\_001`.* to pool@localhost with grant option;
	grant all on `client\_%`.* to wide@localhost;
	grant select, insert, update, delete on `client_001`.* to loose@localhost;
	grant select, insert on client_001.items to tables@localhost;
	grant update (v), select (id, v) on client_001.items to tables@localhost;
	grant select, insert on client_002.items to tables@localhost;
	grant insert on `client\_001`.* to onlyw@localhost;
	grant select, insert on `client%`.* to onlyw@localhost;
	grant select on `client\_%`.* to reader@localhost;
	create role writer;
	grant select, insert, update, delete on `client\_001`.* to writer;
	grant writer to viarole@localhost'
if [ "$flavor" = mysql ]; then
	sql 'set default role writer to viarole@localhost'
else
	sql 'set default role writer for viarole@localhost'
fi

# Everything that is granted to anybody, as the server says it and as it stands.
grants() {
	local account

	for account in $(sql "select concat(user, if(host = '', '', concat('@', host))) from mysql.user order by 1"); do
		case $account in
		*@*) sql "show grants for '${account%@*}'@'${account##*@}'" ;;
		*) sql "show grants for '$account'" ;;
		esac | sort
	done
	sql "select * from mysql.db order by 1, 2, 3" | tr -d "\000"
	sql 'select host, db, user, table_name, table_priv, column_priv from mysql.tables_priv order by 1, 2, 3, 4'
	sql 'select host, db, user, table_name, column_name, column_priv from mysql.columns_priv order by 1, 2, 3, 4, 5'
}

# A session of an application that stays open: as USER, in the database DB or in none.
declare -A app_in app_out app_nr
app_open() { # NAME USER [DB]
	mkfifo "$work/$1.in"
	: >"$work/$1.out"
	mariadb --no-defaults --skip-ssl --skip-reconnect --user="$2" --password=secret \
		--socket="$db/sock" -N -n --force ${3:+"$3"} <"$work/$1.in" >>"$work/$1.out" 2>&1 &
	jobs_started+=("$!")
	exec {app_fd}>"$work/$1.in"
	app_in[$1]=$app_fd
	app_out[$1]=$work/$1.out
	app_nr[$1]=0
	app "$1" 'select 1'
}

app_answered() { # NAME
	grep -qE "^done ${app_nr[$1]}\$|ERROR (2006|2013)|ERROR 4031" "${app_out[$1]}"
}

app_send() { # NAME SQL
	app_nr[$1]=$((app_nr[$1] + 1))
	: >"${app_out[$1]}"
	printf "%s; select 'done %d';\n" "$2" "${app_nr[$1]}" >&"${app_in[$1]}" || true
}

app() { # NAME SQL: what it answered in $seen
	app_send "$@"
	poll 20 app_answered "$1"
	seen=$(<"${app_out[$1]}")
}

writes() { # USER DB: does a new session of this user write there?
	mariadb --no-defaults --skip-ssl --user="$1" --password=secret --socket="$db/sock" -N \
		-e "insert into $2.items (v) values (1)" >/dev/null 2>&1
}

mode() { # TENANT
	j .mode tenant show "$1"
}

before=$(grants)

claim "what would be done is shown, and nothing is changed"
ok m readonly on client_001 --ttl 5m --reason why --dry-run -o json
is '[{"tenant":"client_001","mode":"rw","method":"privileges","holes":[],"expires_at":null,"problem":null}]' \
	"$(jq -c 'del(.[] | .why, .proof)' <<<"$out")"
has "muster's own account can still migrate" "$(jq -r '.[0].why' <<<"$out")"
is 1 "$(jq '[.[0].proof | select(test("a write as each of .*pool@localhost.* is tried"))] | length' <<<"$out")"
if [ "$flavor" = mariadb ]; then # its roles own nothing
	has 'no write can be tried as role writer' "$(jq -r '.[0].proof' <<<"$out")"
fi
is "$before" "$(grants)"
is rw "$(mode client_001)"

claim "nobody but muster's account writes to a tenant that is closed"
ok m readonly on client_001 --ttl 5m --reason 'move it' -o json
is ro "$(jq -r '.[0].mode' <<<"$out")"
is ro "$(mode client_001)"
for user in pool wide loose tables onlyw viarole reader; do
	fails 1 writes "$user" client_001
done
sql 'insert into client_001.items (v) values (7)'
is '"client_001 privileges move it"' "$(j '.[0] | .tenant + " " + .method + " " + .reason | tojson' readonly list)"
is true "$(j '.[0] | (.since | type) == "string" and (.expires_at > .since) and (.owner != "")' readonly list)"

claim "reading goes on, and so does writing to every other tenant"
ok mariadb --no-defaults --skip-ssl --user=pool --password=secret --socket="$db/sock" -N \
	-e 'select count(*) from client_001.items'
for user in wide tables onlyw; do
	ok writes "$user" client_002
done

claim "the application is told, and so is the proxy"
api GET /v1/tenants/client_001/mode
is '200 client_001 ro false move it' "$http $(jq -r '"\(.tenant) \(.mode) \(.writes) \(.reason)"' <<<"$out")"
api GET /v1/tenants/client_002/mode
is '200 client_002 rw true' "$http $(jq -r '"\(.tenant) \(.mode) \(.writes)"' <<<"$out")"
poll 10 grep -q '^client_001 ro||main|client_001|' "$work/map"
ok m routing export --format haproxy-map "$work/exported"
is "$(cat "$work/map")" "$(cat "$work/exported")"
is 'ro rw rw' "$(j '[.[].mode] | join(" ")' routing)"

claim "columns and tables are closed as well"
fails 1 mariadb --no-defaults --skip-ssl --user=tables --password=secret --socket="$db/sock" -N \
	-e 'update client_001.items set v = 2'
ok mariadb --no-defaults --skip-ssl --user=tables --password=secret --socket="$db/sock" -N \
	-e 'select v from client_001.items'

claim "once more on a closed tenant extends the lease"
ends=$(j '.[0].expires_at' readonly list)
ok m readonly on client_001 --ttl 20m --reason longer
[[ $(j '.[0].expires_at' readonly list) > $ends ]] || fail "it still ends at $ends"
ends=$(j '.[0].expires_at' readonly list)
ok m readonly on client_001 --ttl 1s --reason longer
has 'the lease still ends in' "$err"
is "$ends" "$(j '.[0].expires_at' readonly list)"
fails 65 m readonly on client_001 --ttl 20m --reason longer --method triggers
has 'it is closed with method privileges' "$err"
ok m readonly on client_001 --ttl 20m --reason longer --maintenance
is maintenance "$(mode client_001)"

claim "a closed tenant is not removed from the inventory"
fails 65 m tenant remove client_001
has "muster readonly off client_001" "$err"

claim "opened, it has the grants that it had, to the byte"
ok m readonly off client_001
poll 10 grep -q '^client_001 rw||main|client_001|' "$work/map"
is rw "$(mode client_001)"
is "$before" "$(grants)"
for user in pool wide loose tables onlyw viarole; do
	ok writes "$user" client_001
done
fails 1 writes reader client_001
ok m readonly off client_001
is '[]' "$(m readonly list -o json)"
is 0 "$(sql 'select count(*) from client_001.muster_write_mode')"

# ---- sessions that are there --------------------------------------------------------------

claim "idle sessions in the database are ended; those that only read, and other databases, are left"
app_open idle pool client_001
app_open qualified wide client_002
app_open reads reader client_001
app_open prepared wide client_002
app prepared "prepare s from 'insert into client_001.items (v) values (?)'; set @v = 1; execute s using @v"
hasnt ERROR "$seen"
ok m readonly on client_001 --ttl 5m --reason sessions
app idle 'insert into items (v) values (1)'
has ERROR "$seen"
app qualified 'insert into client_001.items (v) values (1)'
has 'ERROR 1142' "$seen"
app qualified 'insert into client_002.items (v) values (1)'
hasnt ERROR "$seen"
app prepared 'execute s using @v'
has 'ERROR 1142' "$seen"
app reads 'select count(*) from items'
hasnt ERROR "$seen"

claim "a session that came while it was closed writes when it is open"
app_open late pool client_001
app late 'insert into items (v) values (1)'
has 'ERROR 1142' "$seen"
ok m readonly off client_001
app_open later pool client_001
app later 'insert into items (v) values (1)'
hasnt ERROR "$seen"
is "$before" "$(grants)"

claim "an open transaction is waited for, and what it wrote is there"
app later "start transaction; insert into items (v) values (4711)"
hasnt ERROR "$seen"
background m readonly on client_001 --ttl 5m --drain 30s --reason drain
poll 10 eval '[ "$(mode client_001)" = closing ]'
poll 10 eval '[ "$(sql "select count(*) from client_001.muster_write_mode")" = 1 ]'
is closing "$(mode client_001)"
app later 'insert into items (v) values (4712); commit'
hasnt 'ERROR 11' "$seen"
poll 10 eval '[ "$(mode client_001)" = ro ]'
is 2 "$(sql 'select count(*) from client_001.items where v in (4711, 4712)')"
ok m readonly off client_001

claim "one that takes too long is rolled back, by default"
app_open long pool client_001
app long "start transaction; insert into items (v) values (5711)"
ok m readonly on client_001 --ttl 5m --drain 300ms --reason force
app long commit
has ERROR "$seen"
is 0 "$(sql 'select count(*) from client_001.items where v = 5711')"
ok m readonly off client_001

claim "or the tenant is opened again, and the transaction goes on"
app_open long2 pool client_001
app long2 "start transaction; insert into items (v) values (6711)"
fails 5 m readonly on client_001 --ttl 5m --drain 300ms --at-deadline open --reason gentle
has "in a transaction" "$err"
poll 10 eval '[ "$(mode client_001)" = rw ]'
is "$before" "$(grants)"

claim "a transaction that came by the name of the database alone counts, too"
app_open far wide client_002
app far "start transaction; insert into client_001.items (v) values (7711)"
background m readonly on client_001 --ttl 5m --drain 30s --reason drain
poll 10 eval '[ "$(mode client_001)" = closing ]'
poll 10 eval '[ "$(sql "select count(*) from information_schema.processlist where info like \"LOCK TABLES%\"")" = 1 ]'
is closing "$(mode client_001)"
app far 'commit'
hasnt ERROR "$seen"
poll 10 eval '[ "$(mode client_001)" = ro ]'
is 1 "$(sql 'select count(*) from client_001.items where v = 7711')"
ok m readonly off client_001
is "$before" "$(grants)"

# ---- what stays open ----------------------------------------------------------------------

claim "an account with global rights is a hole: named, refused, accepted"
sql "create user boss@localhost identified by 'secret'; grant insert, execute on *.* to boss@localhost"
with_boss=$(grants)
fails 65 m readonly on client_001 --ttl 5m --reason hole --method privileges
has "boss@localhost may write to every database of the server" "$err"
has "--accept-holes" "$err"
is rw "$(mode client_001)"
fails 1 m readonly on client_001 --ttl 5m --reason hole --method privileges --dry-run
has 'stays open: boss@localhost' "$out"
ok m readonly on client_001 --ttl 5m --reason hole --method privileges --accept-holes
fails 1 writes pool client_001
ok m readonly off client_001
is "$with_boss" "$(grants)"

claim "routines and events that run with such rights are holes"
sql "create definer = boss@localhost procedure p() sql security definer insert into items (v) values (1);
	create definer = boss@localhost event e on schedule every 1 day do insert into items (v) values (1)" client_001
fails 1 m readonly on client_001 --ttl 5m --reason hole --method privileges --dry-run -o json
holes=$(jq -r '.[0].holes[]' <<<"$out")
has "event e runs with the rights of boss@localhost, which stay" "$holes"
has "procedure p runs with the rights of boss@localhost, which stay" "$holes"

claim "triggers refuse those whose rights stay, and muster's own account writes"
app_open boss boss client_001
ok m readonly on client_001 --ttl 5m --reason triggers --method triggers
app boss 'insert into items (v) values (1)'
has 'closed for writes by muster' "$seen"
app boss 'call p()'
has 'closed for writes by muster' "$seen"
fails 1 writes pool client_001
sql 'insert into client_001.items (v) values (8)'
migration "$work/rel" 0001_while.sql 'alter table items add column while_closed int;'
ok m rollout start "$work/rel" -l client_001 --wait
ok m readonly off client_001
app boss 'insert into items (v) values (1)'
hasnt ERROR "$seen"
is 0 "$(sql "select count(*) from information_schema.triggers where trigger_schema = 'client_001'")"
is "$with_boss" "$(grants)"
is '[]' "$(j .drifted tenant show client_001)"

if [ "$flavor" = mysql ]; then
	claim "MySQL closes a database for everybody, when rights would leave a way open"
	app_open reader_there reader client_001
	fails 0 m readonly on client_001 --ttl 5m --reason schema --dry-run
	has 'client_001: method schema: method privileges would leave a way open (boss@localhost' "$out"
	ok m readonly on client_001 --ttl 5m --reason schema -o json
	is schema "$(jq -r '.[0].method' <<<"$out")"
	app boss 'insert into items (v) values (1)'
	has 'ERROR 3989' "$seen"
	app reader_there 'select count(*) from items'
	hasnt ERROR "$seen"
	is "$with_boss" "$(grants)"

	claim "a migration waits until it is opened"
	migration "$work/rel" 0002_later.sql 'alter table items add column later int;'
	ok m rollout start "$work/rel" --name later -l client_001
	poll 20 eval '[[ $(j ".[0].reason" task list later) == *"until muster readonly off"* ]]'
	ok m readonly off client_001
	poll 20 eval '[ "$(j .state rollout show later)" = done ]'
	app boss 'insert into items (v) values (1)'
	hasnt ERROR "$seen"
	is "$with_boss" "$(grants)"

	claim "what somebody else has closed is not opened"
	sql 'alter schema client_002 read only = 1'
	fails 65 m readonly on client_002 --ttl 5m --reason theirs
	has 'READ ONLY, and not by muster' "$err"
	sql 'alter schema client_002 read only = 0'
fi
sql 'drop procedure p; drop event e' client_001
sql 'drop user boss@localhost'
is "$before" "$(grants)"

claim "the hook alone is a hole when there is none"
fails 65 m readonly on client_001 --ttl 5m --reason hook --method hook
has 'no hook has the application stop: --hook before-close=NAME' "$err"
has '--dry-run' "$err"
fails 1 m readonly on client_001 --ttl 5m --reason hook --method hook --dry-run
has 'stays open: method hook takes nothing' "$out"
is rw "$(mode client_001)"

claim "with the hook alone nothing is taken, and what has begun is waited for"
app_open hooked pool client_001
app hooked "start transaction; insert into items (v) values (8711)"
background m readonly on client_001 --ttl 5m --drain 30s --reason hook --method hook --accept-holes
poll 10 eval '[ "$(mode client_001)" = closing ]'
app hooked commit
hasnt ERROR "$seen"
poll 10 eval '[ "$(mode client_001)" = ro ]'
is 1 "$(sql 'select count(*) from client_001.items where v = 8711')"
is "$before" "$(grants)"
ok m readonly off client_001

claim "the definer of a routine that is closed cannot write through it"
sql 'create definer = pool@localhost procedure p() sql security definer insert into items (v) values (1);
	grant execute on procedure client_001.p to reader@localhost' client_001
ok m readonly on client_001 --ttl 5m --reason definer
fails 1 mariadb --no-defaults --skip-ssl --user=reader --password=secret --socket="$db/sock" -N \
	-e 'call client_001.p()'
ok m readonly off client_001
ok mariadb --no-defaults --skip-ssl --user=reader --password=secret --socket="$db/sock" -N \
	-e 'call client_001.p()'
sql 'drop procedure p' client_001

claim "an event of an account that is closed runs and writes nothing"
sql 'set global event_scheduler = on; create table ticks (id int primary key auto_increment);
	create definer = pool@localhost event tick on schedule every 1 second do insert into ticks values ()' client_001
ran() { # more than once since it was closed
	[ "$(sql "select count(*) from information_schema.events where event_name = 'tick'
		and last_executed > '$closed_at' + interval 1 second")" = 1 ]
}
poll 20 eval '[ "$(sql "select count(*) from client_001.ticks")" -gt 0 ]'
ok m readonly on client_001 --ttl 5m --reason event
closed_at=$(sql 'select now()')
ticks=$(sql 'select count(*) from client_001.ticks')
poll 20 ran
is "$ticks" "$(sql 'select count(*) from client_001.ticks')"
ok m readonly off client_001
poll 20 eval '[ "$(sql "select count(*) from client_001.ticks")" -gt "$ticks" ]'
sql 'drop event tick; drop table ticks; set global event_scheduler = off' client_001

if [ "$flavor" = mysql ]; then
	claim "a partial revoke is added for a global account, and those that were there stay"
	sql "set global partial_revokes = on; create user glob@localhost identified by 'secret';
		grant select, insert, update, delete on *.* to glob@localhost;
		revoke delete on client_003.* from glob@localhost"
	with_glob=$(grants)
	ok m readonly on client_003 --ttl 5m --reason partial
	fails 1 writes glob client_003
	ok writes glob client_002
	ok m readonly off client_003
	is "$with_glob" "$(grants)"
	sql 'drop user glob@localhost; set global partial_revokes = off'

	claim "rights on a pattern that a role adds to are a hole"
	sql "create role broad; grant insert on \`client\\_%\`.* to broad; grant broad to viarole@localhost"
	fails 65 m readonly on client_001 --ttl 5m --reason hole --method privileges
	has 'broad@% has rights on `client\_%` and on roles' "$err"
	sql 'drop role broad'
fi

claim "what closing needs is named"
is '[]' "$(j .closing server check main)"
sql "create user few@localhost identified by 'secret'; grant all on *.* to few@localhost"
printf '[client]\nuser=few\npassword=secret\n' >"$work/few.cnf"
ok ms server add few --socket "$db/sock" --defaults-file "$work/few.cnf"
has 'GRANT OPTION: to take rights away' "$(j '.closing[0]' server check few)"
ok m server remove few
sql 'drop user few@localhost'

# ---- the lease ----------------------------------------------------------------------------

claim "when the lease ends, the tenant is opened"
ok m readonly on client_001 client_002 --ttl 5s --reason short -o json
is 'ro ro' "$(jq -r '[.[].mode] | join(" ")' <<<"$out")"
poll 20 eval '[ "$(mode client_001) $(mode client_002)" = "rw rw" ]'
is "$before" "$(grants)"
ok m events --since 0
hasnt 'somebody has changed them meanwhile' "$out" # accounts of both

claim "who has got rights while it was closed is named when it is opened"
ok m readonly on client_001 --ttl 5m --reason late
sql 'create user late@localhost; grant insert on client_001.* to late@localhost'
ok m readonly off client_001
has 'rights were given while it was closed: late@localhost may write' "$err"
sql 'drop user late@localhost'
is "$before" "$(grants)"

claim "a daemon that was killed opens what it finds closed"
ok m readonly on client_001 --ttl 1h --reason crash
daemon_kill
[ "$before" != "$(grants)" ] || fail "the grants are as they were"
daemon_start
poll 20 eval '[ "$(mode client_001)" = rw ]'
is "$before" "$(grants)"

claim "a new inventory finds in the tenant how to open it"
ok m readonly on client_001 --ttl 1h --reason 'nobody knows'
daemon_kill
rm -rf "$work/data"
daemon_start
enrol
fails 1 m doctor
has 'database client_001 was closed for writes by' "$out"
has "muster tenant discover --server main --like 'client\\_001'" "$out"
ok m tenant discover --server main --like 'client_%'
poll 20 eval '[ "$(sql "select count(*) from client_001.muster_write_mode")" = 0 ]'
poll 20 eval '[ "$(mode client_001)" = rw ]'
is "$before" "$(grants)"
ok writes pool client_001

claim "a migration runs in a tenant that is closed"
ok m readonly on client_001 --ttl 1h --reason migrate
migration "$work/rel" 0003_more.sql 'alter table items add column more int;'
ok m rollout start "$work/rel" -l client_001 --wait
is ro "$(mode client_001)"
ok m readonly off client_001
is "$before" "$(grants)"

claim "what was asked, and by whom, is recorded"
ok m events --since 0
has "closes it for writes" "$out"
has "everything that was taken is given back" "$out"
