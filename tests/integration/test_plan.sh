#!/bin/bash
# What a release would do is known before anything is done, and finding out changes nothing.
. "$(dirname "$0")/lib.sh"

db_start
daemon_start
enrol
make_schemas 6
sql 'alter table users add column note text' client_006
ok m tenant discover --server main --like 'client_%' -o json
migration "$work/one" 0001_name.sql 'alter table users add column surname varchar(40) not null;'
migration "$work/two" 0001_name.sql 'alter table users add column surname varchar(40) not null;'
migration "$work/two" 0002_note.sql '-- the note can be searched
alter table users
  add column town varchar(40);
create fulltext index by_note on users (note);
alter table users drop column town;'

content() { # every database of a tenant as text
	local n

	sql "select table_schema, table_name, column_name, column_type, ordinal_position
		from information_schema.columns where table_schema like 'client%' order by 1, 2, 5"
	for n in $(seq -f client_%03.0f 6); do
		sql "checksum table users" "$n"
	done
}
seen() { # FILTER: of the last plan
	jq -r "$1" <<<"$out"
}
trials_left() {
	sql "select count(*) from information_schema.schemata where schema_name like 'muster\_scratch\_%'"
}

claim "a plan says class by class what each statement does, and changes nothing"
before=$(content)
fails 1 m plan "$work/one" -o json
is "6 6 0 0 2" "$(seen '"\(.tenants) \(.pending) \(.up_to_date) \(.failing | length) \(.classes | length)"')"
is "5 client_001 0001" "$(seen '.classes[0] | "\(.tenants) \(.examples[0]) \(.pending[0])"')"
is "0001 1 0001_name.sql 1 ok" \
	"$(seen '.classes[0].statements[0] | "\(.migration) \(.index) \(.file) \(.line) \(.outcome)"')"
is "table users, column surname: new: varchar(40) not null" "$(seen '.classes[0].statements[0].changes[0]')"
is "instant false" "$(seen '.classes[0].statements[0] | "\(.algorithm) \(.blocks_writes)"')"
is "$before" "$(content)"
is 0 "$(trials_left)"

claim "who looks unlike most others is shown with what differs"
is "client_006 5 table users, column note: new: text" \
	"$(seen '.outliers[] | "\(.tenant) \(.like_usual) \(.diff[0])"')"

claim "what the server refuses is told with its words, file and line, and who it meets"
fails 2 m plan "$work/two" -o json
is "client_001 client_002 client_003 client_004 client_005" "$(seen '[.failing[].tenant] | join(" ")')"
has "0002_note.sql:4 statement 2 of 3: " "$(seen '.failing[0].message')"
has "note" "$(seen '.failing[0].message')"
is "ok ok would fail not reached" "$(seen '[.classes[0].statements[].outcome] | join(" ")')"
is "ok ok ok ok" "$(seen '[.classes[1].statements[].outcome] | join(" ")')"
is MU105 "$(seen '.classes[0].statements[0].findings[] | select(.level == "warning") | .code')"
fails 1 m plan two -l client_006
has "class 1: 1 tenant (client_006)" "$out"
has "0002_note.sql:4  create fulltext index by_note on users (note)" "$out"
fails 2 m plan two
has $'would fail:\n  client_001: ' "$out"
has "  -> muster tenant diff client_001 client_006" "$out"
fails 1 m tenant diff client_001 client_006
has $'from client_001 to client_006, 1 difference:\n  table users, column note: new: text' "$out"
fails 1 m tenant diff client_006 client_001 -o json
is "table users, column note: gone: text" "$(seen '.diff[0]')"
ok m tenant diff client_001 client_002
fails 65 m tenant diff client_001 nobody
is "$before" "$(content)"

claim "rows that stand in the way are found before, tenant by tenant, with examples"
migration "$work/rows" 0001_strict.sql "alter table users modify name varchar(4) not null;
alter table users add unique key by_name (name);
create table teams (id int primary key);
alter table teams add constraint in_users foreign key (id) references users (id);"
sql "insert into users (name) values ('ada')" client_002
sql "insert into users (name) values (null)" client_003
before=$(content)
fails 2 m plan "$work/rows" -o json -l client_002,client_003
is "client_002 duplicates client_002 too long client_003 nulls client_003 too long" \
	"$(seen '[.failing[] | "\(.tenant) \(.check)"] | sort | join(" ")')"
is "0001_strict.sql:1: users.name must fit into 4 characters: id=2" \
	"$(seen '.failing[] | select(.tenant == "client_003" and .check == "too long").message')"
is "0001_strict.sql:2: users (name) must be unique: id=1 and id=3" \
	"$(seen '.failing[] | select(.check == "duplicates").message')"
is "$before" "$(content)"
migration "$work/mends" 0001_mends.sql "update users set name = concat('user ', id);
alter table users add unique key by_name (name);"
fails 1 m plan "$work/mends" -o json -l client_002
has "0001_mends.sql:2: users (name) must be unique, which nobody can say before" \
	"$(seen '.classes[0].warnings[0]')"

claim "nobody who writes has to wait for a plan, nor a plan for them"
writer_begin
fails 1 m plan one -o json
writer_end
is "$before" "$(content)"

claim "who has everything is up to date, and then there is nothing to do"
ok m rollout start one --wait
fails 0 m plan one -o json
is "6 0 0" "$(seen '"\(.up_to_date) \(.pending) \(.classes | length)"')"
is "client_006" "$(seen '.outliers[].tenant')"
fails 1 m plan "$work/two" --to 0002 -l client_006 -o json
is "0002" "$(seen '.classes[0].pending | join(" ")')"
is "0001" "$(seen '.classes[0].version')"

claim "how long it takes is said from what was measured, and unknown before"
sql "insert into users (name, surname) with recursive s as (select 1 n union all select n + 1 from s
	where n < 400) select concat('user ', a.n, ' ', b.n), '' from s a join s b on b.n <= 10" client_005
sql "analyze table users" client_005 >"$work/analyzed"
migration "$work/slow" 0001_name.sql 'alter table users add column surname varchar(40) not null;'
migration "$work/slow" 0002_wide.sql 'alter table users modify id bigint not null auto_increment;'
fails 1 m plan "$work/slow" -l client_004,client_005 -o json
is "true users client_005 direct -1" "$(seen '.classes[0].statements[0] |
	"\(.table_rows > 3000) \(.table) \(.largest) \(.strategy) \(.expected_ms)"')"
is "1 true true" "$(seen '"\(.estimate.unmeasured) \(.by_server[0].disk_bytes > 100000) \(
	.by_tenant[] | select(.tenant == "client_005").rows > 3000)"')"
ok m rollout start slow -l client_004,client_005 --wait
migration "$work/slower" 0001_name.sql 'alter table users add column surname varchar(40) not null;'
migration "$work/slower" 0002_wide.sql 'alter table users modify id bigint not null auto_increment;'
migration "$work/slower" 0003_back.sql 'alter table users modify id int not null auto_increment;'
fails 1 m plan "$work/slower" -l client_004,client_005 -o json
is "true 0" "$(seen '"\(.classes[0].statements[0].expected_ms > 0) \(.estimate.unmeasured)"')"
if [ "$(seen '.classes[0].statements[0].blocks_writes')" = true ]; then
	fails 2 m plan slower -l client_004,client_005 --stall 1ms -o json
	# what becomes narrower the code of before cannot use
	is "needs mirror" "$(seen '.classes[0].statements[0].strategy')"
	has "more than --stall 1ms" "$(seen '.failing[] | select(.tenant == "client_005").message')"
	has '`muster rollout start slower --stall ' "$(seen '.failing[] | select(.tenant == "client_005").message')"
	fails 1 m rollout start slower -l client_004,client_005 --stall 1ms --readonly --accept-holes --dry-run -o json
	is "cold 0" "$(seen '.plan | "\(.classes[0].statements[0].strategy) \(.failing | length)"')"
fi
fails 1 m plan slower -l client_005
has "about " "$out"
has " of disk on main" "$out"

claim "a new key needs disk, and what is free is known of a server on this host"
migration "$work/key" 0001_name.sql 'alter table users add column surname varchar(40) not null;'
migration "$work/key" 0002_key.sql 'alter table users add key by_surname (name, surname);'
run m plan "$work/key" -l client_001 -o json
is "true true" "$(seen '.by_server[0] | "\(.disk_bytes > 0) \(.disk_free > .disk_bytes)"')"

claim "what is cheaper written otherwise is shown, and what it was tried on is gone"
migration "$work/both" 0001_name.sql 'alter table users add column surname varchar(40) not null;'
migration "$work/both" 0002_both.sql 'alter table users add column town int, add index by_town (town);
update users set town = 1;'
fails 1 m plan "$work/both" -l client_006 -o json
is "alter table users add column town int|alter table users add index by_town (town)" \
	"$(seen '[.classes[0].statements[] | select(.migration == "0002")][0].cheaper | join("|")')"
is "false" "$(seen '[.classes[0].statements[] | select(.migration == "0002")][0].blocks_writes')"
fails 1 m plan both -l client_006
has "rewritten as 2 statements: cheaper, and it ends the same (inplace becomes instant, " "$out"
fails 1 m plan both -l client_006 --no-rewrite -o json
is "inplace 0" "$(seen '[.classes[0].statements[] | select(.migration == "0002")][0] |
	"\(.algorithm) \(.cheaper | length)"')"
is 0 "$(trials_left)"

altered() { # SCHEMA: the changes of its table since the log was begun, as they were run
	sql "set global general_log = off"
	grep -o "muster:r[0-9]*/$1:0002:.* \*/ alter table.*" "$work/general.log" |
		sed 's/.*\*\/ //' || true
}

claim "a rollout runs it so; with --no-rewrite as it is written, and both end the same"
sql "set global general_log_file = '$work/general.log'; set global general_log = on"
ok m rollout start both -l client_001 --wait --name so
is "alter table users add column town int
alter table users add index by_town (town)" "$(altered client_001)"
ok m task show so/client_001
has "0002_both.sql: statement 1 rewritten as 2 statements: alter table users add column town int; " "$out"
ok m rollout show so -o json
is false "$(jq .no_rewrite <<<"$out")"
sql "set global general_log = on"
ok m rollout start both -l client_002 --no-rewrite --wait --name written
is "alter table users add column town int, add index by_town (town)" "$(altered client_002)"
ok m rollout show written -o json
is true "$(jq .no_rewrite <<<"$out")"
ok m rollout show written
has ", statements as written" "$out"
ok m tenant diff client_001 client_002

if [ "$flavor" = mysql ]; then
	claim "where columns came and went at once too often, the table is rebuilt, and the plan says where"
	make_schemas 2 full_
	sql 'alter table users add column extra int, algorithm=instant' full_001
	for ((n = 0; n < 127; n++)); do
		echo 'alter table users add column x int, algorithm=instant;'
		echo 'alter table users drop column x, algorithm=instant;'
	done | server_client "$db" full_002
	sql 'alter table users add column extra int, algorithm=instant' full_002
	row_versions() {
		sql "select total_row_versions from information_schema.innodb_tables where name = 'full_002/users'"
	}
	is 255 "$(row_versions)"
	ok m tenant discover --server main --like 'full_%' -o json
	migration "$work/full" 0001_town.sql $'alter table users add column town int;\nalter table users add column street int;'
	fails 1 m plan "$work/full" -l full_001,full_002 -o json
	is "2 instant full_002 true" "$(seen '.classes[0] | "\(.tenants) \(.statements[0] |
		"\(.algorithm) \(.rebuilt | join(" ")) \(.disk_bytes > 0)")"')"
	is "" "$(seen '.classes[0].statements[1].rebuilt | join(" ")')"
	is "0001_town.sql:1: columns of users came and went at once 255 times in full_002: there the table is rebuilt (inplace)" \
		"$(seen '.classes[0].warnings[0]')"
	is "0 true" "$(seen '[.by_tenant[].disk_bytes] | "\(.[0]) \(.[1] > 0)"')"
	migration "$work/insists" 0001_town.sql 'alter table users add column town int, algorithm=instant;'
	fails 2 m plan "$work/insists" -l full_001,full_002 -o json
	is "full_002 row versions" "$(seen '.failing[] | "\(.tenant) \(.check)"')"
	ok m rollout start full -l full_001,full_002 --wait
	is 1 "$(row_versions)"
fi

if [ "$flavor" = mariadb ]; then
	claim "who was enrolled is looked at before anybody asks, and the first plan asks for less"
	whole() { # how often somebody was asked for everything
		grep -c "select 'early_001', count(" "$work/early.log" || true
	}
	looks() {
		grep -c '^new tenants looked at ' "$daemon_log" || true
	}
	looked() { # MORE often than so
		[ "$(looks)" -gt "$1" ]
	}
	sql "set global general_log_file = '$work/early.log'; set global general_log = on"
	make_schemas 3 early_
	before=$(looks)
	ok m tenant discover --server main --like 'early_%' -o json
	poll 60 looked "$before"
	first=$(whole)
	[ "$first" -gt 0 ] || fail "nobody was looked at"
	fails 1 m plan one -l early_001,early_002,early_003 -o json
	is "3 1" "$(seen '"\(.pending) \(.classes | length)"')"
	is "$first" "$(whole)"
	sql "set global general_log = off"
fi

claim "a database that is gone, a tenant on hold and one that is ahead are named"
sql 'drop database client_002'
ok m tenant hold client_003 --reason audit
sql "insert into muster_history (version, name, checksum, state, statements_total, started_at)
	values ('0099', 'later', repeat('0', 64), 'applied', 1, now(3))" client_004
fails 2 m plan two -l client_002,client_003,client_004 -o json
is "client_002 client_002 client_003 client_004" \
	"$(seen '"\(.failing[0].tenant) \(.missing[0]) \(.held[0]) \(.ahead[0])"')"

claim "a release or a version that is not there is refused in one sentence"
fails 65 m plan nowhere
helps "nowhere"
fails 65 m plan one --to 0009
has 'no version "0009"' "$err"

claim "a rollout is planned before it begins, and nothing starts when a tenant would fail"
make_schemas 3 late_
sql "insert into users (name) values ('ada')" late_002
ok m tenant discover --server main --like 'late_%' -L late=yes -o json
migration "$work/keys" 0001_key.sql "alter table users add column town varchar(40);
alter table users add unique key by_name (name);"
late=$(for n in 1 2 3; do sql 'show create table users' "late_00$n"; done)
fails 2 m rollout start "$work/keys" -l late=yes
has $'would fail:\n  late_002: 0001_key.sql:2: users (name) must be unique: ' "$out"
helps "1 of 3 tenants would fail, and nothing was started" "muster rollout start keys --skip-failing"
fails 2 m rollout start keys -l late=yes -o json
is "late_002 duplicates" "$(seen '.failing[] | "\(.tenant) \(.check)"')"
fails 2 m rollout start keys -l late=yes --dry-run
has "0001_key.sql:2  alter table users add unique key by_name (name)" "$out"
has "late_002: 0001_key.sql:2: users (name) must be unique: " "$out"
is 0 "$(j '[.[] | select(.release == "keys")] | length' rollout list)"
is "$late" "$(for n in 1 2 3; do sql 'show create table users' "late_00$n"; done)"

claim "rows without a parent and values that a narrower type does not take are found before they fail"
make_schemas 3 narrow_
for n in 1 2 3; do
	sql "create table teams (id int primary key);
		create table orders (id int primary key, team int, price decimal(12,4), state enum('new', 'open', 'done'))
			engine = InnoDB;
		insert into teams values (1);
		insert into orders values (1, 1, 999.99, 'new')" "narrow_00$n"
done
sql 'insert into orders values (7, 2, 1, "new")' narrow_001
sql 'insert into orders values (7, 1, 1000000, "new")' narrow_002
sql 'insert into orders values (7, 1, 1, "done")' narrow_003
ok m tenant discover --server main --like 'narrow_%' -L narrow=yes -o json
migration "$work/narrow" release.cfg 'sql_mode = "STRICT_TRANS_TABLES";'
migration "$work/narrow" 0001_narrow.sql "alter table orders add foreign key (team) references teams (id);
alter table orders modify price decimal(8,2);
alter table orders modify state enum('new', 'open');"
fails 2 m plan "$work/narrow" -l narrow=yes -o json
is "narrow_001 orphans id=7, narrow_002 range id=7, narrow_003 range id=7" \
	"$(seen '[.failing[] | "\(.tenant) \(.check) \(.message | sub(".*: "; ""))"] | sort | join(", ")')"
is 0 "$(seen '.unchecked | length')"
migration "$work/dates" 0001_date.sql 'alter table orders modify team date;'
fails 1 m plan "$work/dates" -l narrow=yes -o json
has "orders.team must fit into date: nobody can say whether the server takes what is in id=1" "$out"
fails 2 m rollout start "$work/narrow" -l narrow=yes
ok m tenant remove narrow_001 narrow_002 narrow_003

claim "a plan, or a start, whose client went away is not tried out to its end, and nothing starts"
# shellcheck disable=SC2046
migration "$work/endless" 0001_endless.sql "$(printf 'create table wait_%s as select sleep(1) as s;\n' $(seq 300))"
copies() {
	sql "select count(*) from information_schema.schemata where schema_name like 'muster\_scratch\_%'"
}
is_tried() { [ "$(copies)" = 1 ]; }
is_clean() { [ "$(copies)" = 0 ]; }
sql "create database endless"
ok m tenant discover --server main --like endless -o json
for command in "plan" "rollout start --name endless"; do
	# shellcheck disable=SC2086
	"$build/muster" --socket "$sock" $command "$work/endless" -l endless >"$work/endless.out" 2>&1 &
	planning=$!
	poll 60 is_tried
	kill "$planning"
	poll 60 is_clean
	wait "$planning" || true
done
fails 65 m rollout show endless
ok m tenant remove endless

claim "who would fail is left out when asked, and the plan stays with the rollout"
fails 2 m rollout start keys -l late=yes --skip-failing --stall 90s --name some --wait
is 90000 "$(j .stall_ms rollout show some)"
is "done 1 2" "$(j '"\(.state) \(.counts.skipped) \(.counts.done)"' rollout show some)"
has "left out, it would fail: 0001_key.sql:2: " "$(j .reason task show some/late_002)"
is 0 "$(sql "select count(*) from information_schema.columns
	where table_schema = 'late_002' and column_name = 'town'")"
ok m rollout plan some -o json
is "late_002 3 1" "$(seen '"\(.failing[0].tenant) \(.tenants) \(.classes | length)"')"
ok m rollout plan some
has "0001_key.sql:1  alter table users add column town varchar(40)" "$out"
fails 65 m rollout plan nowhere

claim "the same goes on for it when it was mended, and --no-plan looks at nothing"
sql 'delete from users where id = 3' late_002
ok m rollout start keys -l late=yes --wait
migration "$work/keys" 0002_more.sql 'insert into users (id, name) values (1, "again");'
fails 2 m rollout start "$work/keys" -l late_003 --no-plan --name blind --wait
is failed "$(j .state task show blind/late_003)"
fails 65 m rollout plan blind
helps "was started without a plan"
