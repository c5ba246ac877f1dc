#!/bin/bash
# Releases: what is taken, what is refused and in which words, and what becomes of a
# migration that fails in the middle.
. "$(dirname "$0")/lib.sh"

db_start --max-allowed-packet=16M
configure 'budget = "100%";'
daemon_start
enrol
make_tenants 3
rel=$work/rel

fresh() { # a new folder in $rel
	rm -rf "$work/rel"
	mkdir "$work/rel"
}

refused() { # PART…: by lint, create and start, with exit 65 and a way on
	local command

	for command in "lint $rel" "release create $rel" "rollout start $rel"; do
		# shellcheck disable=SC2086
		fails 65 m $command
		helps "$@"
	done
}

columns() { # TENANT
	sql "select group_concat(column_name order by ordinal_position) from
		information_schema.columns where table_schema = '$1' and table_name = 'users'"
}

claim "a folder of plain migrations is a release: numeric order, down files, names"
fresh
migration "$rel" 9_nine.sql 'create table nine (id int primary key);'
migration "$rel" 10_ten.sql 'create table ten (id int primary key);'
migration "$rel" 10_ten.down.sql 'drop table ten;'
printf '\xef\xbb\xbf-- with a mark in front\r\nalter table users add column a int;\r\n' >"$rel/0011_eleven.sql"
ok m lint "$rel"
ok m release create "$rel" --name plain -o json
is "9,10,0011 plain" "$(jq -r '"\([.migrations[].version] | join(",")) \(.format)"' <<<"$out")"
is "false true" "$(jq -r '[.migrations[0, 1].down] | join(" ")' <<<"$out")"
is 0011 "$(j .version release show plain)"

claim "a release never changes: the same content is the same release, another gets a name of its own"
ok m release create "$rel" --name plain
is 1 "$(j length release list)"
migration "$rel" 0012_twelve.sql 'select 1;'
ok m release create "$rel" --name plain -o json
is "plain-2 0012" "$(jq -r '"\(.name) \(.version)"' <<<"$out")"
is 0011 "$(j .version release show plain)"

claim "timestamps are versions, too; a flat folder has its names"
fresh
migration "$rel" 20260101120000_one.sql 'select 1;'
migration "$rel" 20260102120000_two.sql 'select 1;'
ok m release create "$rel" --name stamps
is 20260102120000 "$(j .version release show stamps)"
fresh
migration "$rel" upgrade-b.sql 'select 1;'
migration "$rel" upgrade-a.sql 'select 1;'
ok m release create "$rel" --name flat -o json
is "flat upgrade-a upgrade-b" "$(jq -r '"\(.format) \([.migrations[].version] | join(" "))"' <<<"$out")"

claim "an order file and a list of what to skip are obeyed"
printf 'order = "order.txt";\nskip = [ "upgrade-a.sql" ];\n' >"$rel/release.cfg"
printf 'upgrade-b.sql\nupgrade-a.sql\n' >"$rel/order.txt"
ok m release create "$rel" --name ordered
is upgrade-a "$(j .version release show ordered)"

claim "folders that are no release are refused in words"
fails 65 m release create "$work/nowhere"
helps "there is no folder" "nowhere"
fails 65 m rollout start "$work/nowhere/"
helps "nowhere"
fresh
refused "no migration"
migration "$rel" 0007_a.sql 'select 1;'
migration "$rel" 7_b.sql 'select 1;'
refused "0007_a.sql" "7_b.sql" "same version"
fresh
migration "$rel" 0001_a.sql $'create table x (id int);\ncreate table y (name varchar(9) default \'oh);'
refused "0001_a.sql:2:"
fresh
printf 'select 1;\nselect "\000";\n' >"$rel/0001_a.sql"
refused "0001_a.sql:2:9" "NUL"
fresh
migration "$rel" 0001_a.sql 'select 1;'
echo 'ordr = "x";' >"$rel/release.cfg"
refused "release.cfg:1" "ordr"

claim "a migration that leaves its tenant is refused, with file, line and column"
for text in 'use mysql;' 'create database x;' 'drop database x;' 'insert into other.t values (1);' \
	'set global max_connections = 5;' 'lock tables users write;' 'source more.sql'; do
	fresh
	migration "$rel" 0001_a.sql "select 1;
  $text"
	refused "0001_a.sql:2:"
done

claim "{SCHEMA} stands for the tenant's own schema"
fresh
migration "$rel" 0001_own.sql 'create table {SCHEMA}.own (name varchar(80) default "{SCHEMA}");'
ok m rollout start "$rel" --wait
is client_002 "$(sql "select replace(column_default, char(39), '') from information_schema.columns
	where table_schema = 'client_002' and table_name = 'own'")"

claim "a statement as large as the server takes is rolled; a procedure with DELIMITER, too"
fresh
{
	printf 'create table big (t longtext);\ninsert into big values ("'
	head -c 6000000 /dev/zero | tr '\0' x
	printf '");\n'
} >"$rel/0002_big.sql"
migration "$rel" 0001_own.sql 'create table {SCHEMA}.own (name varchar(80) default "{SCHEMA}");'
migration "$rel" 0003_proc.sql $'delimiter //\ncreate procedure p()\nbegin\n  select 1;\n  select ";";\nend//\ndelimiter ;\ncall p();'
ok m rollout start "$rel" --wait
is 6000000 "$(sql 'select length(t) from big' client_003)"
is 3 "$(sql "select count(*) from information_schema.routines where routine_schema like 'client\_%'")"

claim "a statement larger than the server takes fails with that reason, and the link is not blamed"
cp -r "$rel" "$work/huge"
{
	printf 'insert into big values ("'
	head -c 17000000 /dev/zero | tr '\0' x
	printf '");\n'
} >"$work/huge/0009_huge.sql"
fails 2 m rollout start "$work/huge" -l client_003 --name huge --wait -o json
has "max_allowed_packet" "$(j '.reason + .error.message' task show huge/client_003)"
is "failed 1" "$(j .state task show huge/client_003) $(sql 'select count(*) from big' client_003)"
sql "delete from muster_history where version = '0009'" client_003

claim "a syntax error in statement 2 of 3 leaves the tenant at 1 and names all there is to know"
migration "$rel" 0004_three.sql $'alter table users add column one int;\nalter tabel users add column two int;\nalter table users add column three int;'
fails 2 m rollout start --no-plan "$rel" -l client_001 --name broken --wait -o json
is "failed 1" "$(jq -r '"\(.state) \(.counts.failed)"' <<<"$out")"
ok m task show broken/client_001 -o json
is "failed 0004 1064" "$(jq -r '"\(.state) \(.migration) \(.error.native)"' <<<"$out")"
message=$(jq -r .error.message <<<"$out")
has "0004_three.sql:2" "$message"
has "tabel users" "$message"
has "statement 2" "$message"
has "You have an error in your SQL syntax" "$message"
is "id,name,one" "$(columns client_001)"
is "failed 1 3" "$(sql "select state, statements_done, statements_total from muster_history
	where version = '0004'" client_001 | tr '\t' ' ')"
is 0003 "$(j .version tenant show client_001)"

claim "a retry without a change fails at the same place and repeats nothing"
fails 2 m rollout retry broken --wait -o json
is "id,name,one" "$(columns client_001)"

claim "the mended release goes on at statement 2, and the others take all three"
migration "$rel" 0004_three.sql $'alter table users add column one int;\nalter table users add column two int;\nalter table users add column three int;'
ok m rollout start "$rel" --name mended --wait -o json
for n in 1 2 3; do
	is "id,name,one,two,three" "$(columns client_00$n)"
done
is "0004" "$(j '[.[].version] | unique | join(",")' tenant list)"

claim "a release whose applied part was changed is refused for that tenant, and changes nothing"
migration "$rel" 0004_three.sql $'alter table users add column other int;\nalter table users add column two int;\nalter table users add column three int;'
migration "$rel" 0005_five.sql 'create table five (id int primary key);'
fails 2 m rollout start "$rel" -l client_001 --name changed --wait
has "client_001: migration 0004 was changed after it was applied here: restore 0004_three.sql" "$out"
fails 2 m plan "$rel" -l client_001 -o json
is "client_001 checksum" "$(jq -r '.failing[] | "\(.tenant) \(.check)"' <<<"$out")"
fails 2 m rollout start --no-plan "$rel" -l client_001 --name changed --wait -o json
has "0004 was changed after it was applied here" "$(j .reason task show changed/client_001)"
is "" "$(sql "show tables like 'five'" client_001)"
echo 'skip = [ "0004" ];' >"$rel/release.cfg"
fails 1 m plan "$rel" -l client_001 -o json
is "0 1" "$(jq -r '"\(.failing | length) \(.statements)"' <<<"$out")"
rm "$rel/release.cfg" "$rel/0005_five.sql"
is "id,name,one,two,three" "$(columns client_001)"

claim "a tenant that knows a version the release does not is ahead: skipped, said, not changed"
rm "$rel/0004_three.sql"
migration "$rel" 0003_proc.sql "$(cat "$rel/0003_proc.sql")"
fails 2 m rollout start "$rel" --name old --wait -o json
is "skipped 3" "$(jq -r '"skipped \(.counts.skipped)"' <<<"$out")"
has "ahead" "$(j .reason task show old/client_001)"
is "it has ended; of 3 tenants 3 skipped" "$(j .reason rollout show old)"
ok m rollout start "$rel" --dry-run -o json
is "client_001 client_002 client_003" "$(jq -r '.ahead | join(" ")' <<<"$out")"
is "id,name,one,two,three" "$(columns client_001)"
daemon_stop
