#!/bin/bash
# What a tenant's history says is held against what is there, and that changes nothing.
. "$(dirname "$0")/lib.sh"

db_start
daemon_start
enrol
for n in 1 2 3 4 5 6; do
	sql "create database client_00$n"
done
ok m tenant discover --server main --like 'client_%' -o json
# shellcheck disable=SC2016
migration "$work/app" 0001_users.sql 'create table users (id int primary key auto_increment, name varchar(80) not null,
  town varchar(40), key by_name (name, town));
insert into users (name) values ("ada");'
migration "$work/app" 0002_teams.sql 'create table teams (id int primary key, boss int, n int not null default 0,
  constraint boss foreign key (boss) references users (id));
create trigger counted before insert on teams for each row set new.n = new.n + 1;
create view bosses as select boss from teams;'
migration "$work/app" 0003_town.sql 'alter table users modify town varchar(60);'

content() { # every database of a tenant as text
	local n

	sql "select table_schema, table_name, column_name, column_type, ordinal_position
		from information_schema.columns where table_schema like 'client%' order by 1, 2, 5;
		select table_schema, table_name, index_name, seq_in_index, column_name
		from information_schema.statistics where table_schema like 'client%' order by 1, 2, 3, 4;
		select trigger_schema, trigger_name, action_statement from information_schema.triggers
		where trigger_schema like 'client%' order by 1, 2"
	for n in 1 2 3 4 5 6; do
		[ "$(sql "select count(*) from information_schema.tables
			where table_schema = 'client_00$n' and table_name = 'muster_history'")" = 0 ] ||
			sql "checksum table users, teams, muster_history, muster_state" "client_00$n"
	done
}
seen() { # FILTER: of the last answer
	jq -r "$1" <<<"$out"
}
verdict() { # TENANT: list, verdict and problems of it
	seen "to_entries[] | select(.value | type == \"array\") | .key as \$list | .value[]
		| select(.tenant == \"$1\") | \"\(\$list) \(.verdict): \(.problems | join(\"; \"))\""
}
trials_left() {
	sql "select count(*) from information_schema.schemata where schema_name like 'muster\_scratch\_%'"
}

claim "nobody who has no history is said to be fine"
sql "drop table muster_history, muster_state" client_006
fails 1 m tenant verify client_006 --against "$work/app" -o json
is "unrecorded unrecorded: it has no history: nobody knows what it should look like" "$(verdict client_006)"
fails 64 m tenant verify client_006
fails 65 m tenant verify client_006 --against nothing
has "  -> muster release list" "$err"
fails 65 m tenant verify -l nope=1 --against app
has "  -> muster tenant list" "$err"
fails 65 m tenant verify nobody --against app

claim "what a rollout has made is as it should be, on each version"
ok m rollout start app -l client_001,client_002,client_003,client_004 --wait
ok m rollout start app -l client_005 --to 0001 --wait
before=$(content)
ok m tenant verify -l '!client_006' --against app -o json
is "5 5 2 0" "$(seen '"\(.tenants) \(.verified | length) \(.positions | length) \([.positions[].note // empty] | length)"')"
is "0001 0003" "$(seen '[.verified[].version] | unique | join(" ")')"
is "$before" "$(content)"
is 0 "$(trials_left)"
ok m tenant verify client_001 --against app
has "client_001  0003     ok" "$out"

claim "what somebody has done by hand is found and shown, and nobody writes it but him"
sql "alter table users add column hand int" client_002
sql "alter table users drop index by_name, add index by_name (name)" client_003
sql "drop trigger counted; create trigger counted before insert on teams for each row set new.n = new.n + 2" client_004
sql "alter table users modify town varchar(40) first" client_005
before=$(content)
fails 1 m tenant verify --against app -l '!client_006' -o json
is "client_001 client_005" "$(seen '[.verified[].tenant] | join(" ")')"
is "client_002 client_003 client_004" "$(seen '[.drifted[].tenant] | join(" ")')"
is "table users, column hand: new: int" "$(seen '.drifted[0].diff | join("|")')"
has "table users, index by_name: " "$(seen '.drifted[1].diff[0]')"
has "trigger counted, " "$(seen '.drifted[2].diff[0]')"
is "muster tenant diff client_001 client_002" "$(seen '.drifted[0].help')"
is "0 true" "$(seen '.verified[] | select(.tenant == "client_005") | "\(.diff | length) \(.minor | length > 0)"')"
fails 1 m tenant verify --against app client_001 client_002
has "2 tenants, 1 as they should be, 1 not" "$out"
has "      table users, column hand: new: int" "$out"
has "  -> muster tenant diff client_001 client_002" "$out"
is "$before" "$(content)"
is 0 "$(trials_left)"

claim "nobody who writes has to wait for it, nor it for them"
writer_begin
ok m tenant verify --against app client_001 -o json
writer_end

claim "what all of them have got by hand is drift where the history says that they began with nothing"
for n in 1 2 3; do
	sql "create database began_00$n"
done
ok m tenant discover --server main --like 'began_%' -o json
ok m rollout start app -l 'began_*' --wait
for n in 1 2 3; do
	sql "create table hand (id int primary key)" "began_00$n"
done
fails 1 m tenant verify -l 'began_*' --against app -o json
is "3 table hand: new" "$(seen '"\(.drifted | length) \(.drifted[0].diff | join("|"))"')"

claim "a history that says something else than the release is told"
sql "update muster_history set checksum = repeat('0', 64) where version = '0002'" client_001
sql "delete from muster_history where version = '0002'" client_002
sql "insert into muster_history (version, name, checksum, state, statements_total, started_at)
	values ('0099', 'later', repeat('0', 64), 'applied', 1, now(3))" client_003
sql "update muster_history set state = 'failed' where version = '0003'" client_004
sql "drop database client_005"
fails 1 m tenant verify -l 'client_*' --against app -o json
is "altered altered: 0002 was applied from another text than the release has" "$(verdict client_001)"
has "0002 is not applied, though 0003 is" "$(verdict client_002)"
is "ahead ahead: its history holds 0099, which the release does not" "$(verdict client_003)"
is "unfinished unfinished: it is in the middle of migration 0003" "$(verdict client_004)"
is "missing missing: its database client_005 is not there" "$(verdict client_005)"
is "0" "$(seen '.verified | length')"
# every problem comes with the command that helps
is "" "$(seen '[.[] | arrays | .[] | select(.help == null and .verdict != null)] | .[].tenant')"

claim "what no release builds is compared with those who look alike"
for n in 1 2 3; do
	sql "create database old_00$n; create table old_00$n.users (id int primary key, name varchar(80));
		create table old_00$n.older (id int primary key)"
done
ok m tenant discover --server main --like 'old_%' -o json
migration "$work/later" 0001_name.sql 'alter table users add column surname varchar(40) not null;'
ok m rollout start "$work/later" -l 'old_*' --wait
ok m tenant verify -l 'old_*' --against later -o json
has "no release builds this (0001_name.sql:1 statement 1 of 1: " "$(seen '.positions[0].note')"
has "compared with the 3 that look alike at 0001" "$(seen '.positions[0].note')"
sql "alter table older add column hand int" old_003
fails 1 m tenant verify -l 'old_*' --against later -o json
is "drifted drifted: 1 difference from the 2 that look alike at 0001" "$(verdict old_003)"
fails 1 m tenant verify old_001 --against later -o json
has "unproven unproven: no release builds this" "$(verdict old_001)"

claim "a server that does not answer is not said to be fine"
ok ms server add gone --socket "$work/nowhere" --defaults-file "$work/root.cnf"
ok m tenant add away --server gone --schema away -o json
fails 69 m tenant verify away --against app -o json
is "muster server check gone" "$(seen '.unknown[].help')"
fails 1 m tenant verify away old_001 --against later -o json
