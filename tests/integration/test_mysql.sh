#!/bin/bash
# The same on MySQL: enrolled, rolled, failed in the middle and resumed, with its own
# messages. Skipped where no MySQL has been unpacked (tests/mysql.sh makes one).
. "$(dirname "$0")/lib.sh"

if [ ! -x "${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/muster/mysql/usr/sbin/mysqld" ]; then
	echo "skipped: there is no MySQL here; tests/mysql.sh unpacks one"
	exit 77
fi
servers+=("$db")
server_start mysql "$db" >/dev/null
printf '[client]\nuser=root\n' >"$work/root.cnf"
configure 'budget = "100%";'
daemon_start
enrol
make_tenants 8
rel=$work/rel

claim "MySQL is known as what it is, and nothing is missing for root"
ok m server check main -o json
is "mysql []" "$(jq -c -r '"\(.flavor) \(.missing)"' <<<"$out")"

claim "a release with DDL, rows, a view and a trigger is rolled over all"
migration "$rel" 0001_a.sql 'alter table users add column birthday date;
create index users_name on users (name);
create table orders (id int auto_increment primary key, user_id int, total int);
insert into orders (user_id, total) select id, 7 from users;
create view totals as select user_id, sum(total) as total from orders group by user_id;'
migration "$rel" 0002_b.sql $'delimiter //\ncreate trigger users_gone after delete on users for each row\nbegin\n  delete from orders where user_id = old.id;\nend//\ndelimiter ;'
ok m rollout start "$rel" --waves '1, rest' --wait
is "8 8" "$(sql "select (select count(*) from information_schema.triggers where trigger_name = 'users_gone'),
	(select count(*) from information_schema.views where table_name = 'totals')" | tr '\t' ' ')"
is 0002 "$(j '[.[].version] | unique | join(",")' tenant list)"

claim "an error in statement 2 of 3 leaves the tenant at 1, and the mended file goes on at 2"
migration "$rel" 0003_c.sql $'alter table users add column one int;\nalter tabel users add column two int;\nalter table users add column three int;'
fails 2 m rollout start "$rel" --name broken --wait -o json
has "0003_c.sql:2" "$(j .error.message task show broken/client_001)"
is 1064 "$(j .error.native task show broken/client_001)"
migration "$rel" 0003_c.sql $'alter table users add column one int;\nalter table users add column two int;\nalter table users add column three int;'
ok m rollout start "$rel" --wait
is 24 "$(sql "select count(*) from information_schema.columns where table_schema like 'client\_%'
	and table_name = 'users' and column_name in ('one', 'two', 'three')")"

claim "who blocks is named here, too"
background server_client "$db" client_003 -e 'start transaction; select * from users; do sleep(1000)'
holds() {
	[ "$(sql "select count(*) from information_schema.processlist where info like 'do sleep%'")" = 1 ]
}
poll 10 holds
migration "$rel" 0004_d.sql 'alter table users add column four int;'
fails 2 m rollout start "$rel" --name blocked --stall 2s --wait
has "root@localhost" "$(j '.error.message + .reason' task show blocked/client_003)"
sql "kill $(sql "select id from information_schema.processlist where info like 'do sleep%'")"
ok m rollout retry blocked --wait

claim "nothing to do is nothing"
ok m rollout start "$rel" --dry-run
daemon_stop
