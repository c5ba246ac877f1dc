#!/bin/bash
# Statements that run key range by key range: what they do is what the stock client does with
# the same file in one piece, whatever stops them on the way, and clients write beside them.
. "$(dirname "$0")/lib.sh"

db_start
configure 'retry = "100ms";' 'budget = "0";'
daemon_start
enrol
make_schemas 2
for schema in client_001 client_002; do
	sql "create table d (n int primary key);
		insert into d values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9);
		create table big (id int primary key, name varchar(20) not null, part int not null,
			n int not null default 0, clients int not null default 0,
			unique key by_name (name, part));
		insert into big (id, name, part)
		select (a.n * 1000 + b.n * 100 + c.n * 10 + d.n) * 2 + e.n,
			concat(char(97 + c.n), \"'\", b.n), a.n * 100 + d.n * 10 + e.n
		from d as a cross join d as b cross join d as c cross join d as d
		cross join (select 0 as n union all select 1) as e;
		create table copies (id int not null, name varchar(20) not null)" "$schema"
done
ok m tenant add one --server main --schema client_001
ok m throttle set clients soft=- # what this test does beside it is no load

rel=$work/rel
migration "$rel" 0001_chunks.sql "-- muster: chunk table=big rows=100
update big set n = n + 1 where /* :chunk */ true and id % 5 <> 1;
-- muster: chunk table=big key=by_name rows=4000
delete from big where id % 7 = 3 and /* :chunk */ TRUE;
-- muster: chunk table=big key=by_name
insert into copies select b.id, b.name from big as b where /* :chunk */ true and b.n = 1;"
truth() { # SCHEMA
	sql "select count(*), sum(id), sum(n), min(n), max(n) from big;
		select count(*), count(distinct id), sum(id) from copies" "$1"
}
done_rows() {
	sql "select coalesce(sum(n), 0) from big" client_001
}

claim "a directive and its word are checked where they stand"
migration "$work/bad" 0001_a.sql "-- muster: chunk table=big
update big set n = 1 where id = 5;"
fails 65 m release create "$work/bad"
has "0001_a.sql:2:1: the statement behind a chunk directive needs the word :chunk" "$err"
migration "$work/keyless" 0001_a.sql "-- muster: chunk table=copies
delete from copies where :chunk;"
fails 2 m plan "$work/keyless"
has "table copies has no key along which its rows could be changed range by range" "$out"

claim "plan says that it runs in ranges, and how many rows there are"
fails 1 m plan "$rel" -o json
is 'chunk chunk chunk' "$(jq -r '[.classes[].statements[].strategy] | join(" ")' <<<"$out")"

# A client holds a row in the middle: the first statement comes up to there and waits.
hold_row() {
	background server_client "$db" client_001 -e "begin; select n from big where id = 10000 for update;
		do get_lock('row', 10); do sleep(1000)"
	holder=$background
	poll 10 row_is_held
}
row_is_held() {
	[ "$(sql "select is_used_lock('row') is not null")" = 1 ]
}
let_row_go() {
	sql "kill $(sql "select is_used_lock('row')")"
	wait "$holder" 2>/dev/null || true
}
comes_to_the_row() { # [ROLLOUT]
	[ "$(done_rows)" -gt 5000 ] && [[ $(j .reason task show "${1:-chunks}/one") == *"waits for a lock"* ]]
}

claim "paused in the middle it stops behind a range, and keeps its position"
hold_row
start_rollout "$rel" --name chunks --stall 60s
poll 30 comes_to_the_row
is true "$(j '.progress > 0.05 and .progress < 0.3' task show chunks/one)"
is chunk "$(j .kind task show chunks/one)"
ok m rollout pause chunks --now --reason "is it too much?"
wait_rollout chunks paused
part=$(done_rows)
[ "$part" -lt 16000 ] || fail "all rows were done: $part"
is 1 "$(sql "select count(chunk_position) from muster_state" client_001)"

claim "clients write meanwhile"
background server_client "$db" client_001 -e "$(printf 'update big set clients = clients + 1 where id = %d;' \
	$(seq 1 40 20000))"
writer=$background
ok m rollout resume chunks
poll 30 comes_to_the_row

claim "a musterd that is told to stop does so behind a range, and the next one goes on there"
daemon_stop
part=$(done_rows)
[ "$part" -lt 16000 ] || fail "all rows were done: $part"
is 1 "$(sql "select count(chunk_position) from muster_state" client_001)"
is 'applying 0' "$(sql "select concat(state, ' ', statements_done) from muster_history" client_001)"
daemon_start
poll 30 comes_to_the_row

claim "a hold of the throttle stops it in the middle as well, and its slot is free"
ok m throttle hold main --for 1h --reason backup
let_row_go
waits_for_the_hold() {
	[[ $(j '.state + " " + .reason' task show chunks/one) == "pending "*"held"* ]]
}
poll 30 waits_for_the_hold
held=$(done_rows)
[ "$held" -lt 16000 ] || fail "all rows were done: $held"
wait "$writer"
is "$held" "$(done_rows)"
ok m throttle release main

claim "every row is changed exactly once, as the stock client does it in one piece"
wait_rollout chunks 'done'
server_client "$db" client_002 <"$rel/0001_chunks.sql"
is "$(truth client_002)" "$(truth client_001)"
is 0 "$(sql "select count(chunk_position) from muster_state" client_001)"
lost=$(sql "select count(*) from big where id % 40 = 1 and clients <> 1" client_001)
is 0 "$lost"

# ---- closed for writes --------------------------------------------------------------------

closed_for_it() {
	[ "$(j .mode tenant show one)" = ro ]
}
is_held_back() {
	[ "$(j .state task show closed/one)" = held ]
}
is_open() {
	[ "$(j .mode tenant show one)" = rw ]
}
written() { # as the application: its exit status
	mariadb --no-defaults --skip-ssl --user=app --password=secret --socket="$db/sock" \
		-e "update big set clients = 100 where id = 19999" client_001
}

claim "closed for too long it stops behind a range, and its client is open again"
while read -r host; do
	sql "drop user root@'$host'"
done < <(sql "select host from mysql.user where user = 'root' and host <> 'localhost'")
sql "create user app@localhost identified by 'secret'; grant all on client_001.* to app@localhost"
sql "update big set n = 0" client_001
migration "$rel" 0002_again.sql "alter table big add column again int not null default 0;
$at_barrier"
migration "$rel" 0003_closed.sql "-- muster: chunk table=big rows=100
update big set n = n + 1, again = again + 1 where :chunk;"
barrier_up
start_rollout "$rel" --name closed --readonly --drain 5s --stall 60s
poll 30 waiting 1
closed_for_it
! written 2>/dev/null || fail "the application could write"
hold_row
barrier_down
poll 30 comes_to_the_row closed
ok m rollout set closed max-closed=1ms
poll 30 is_held_back
poll 30 is_open
ok written
part=$(done_rows)
{ [ "$part" -gt 5000 ] && [ "$part" -lt 16000 ]; } || fail "rows that were done: $part"
is 1 "$(sql "select count(chunk_position) from muster_state" client_001)"
let_row_go

claim "and a rollout that may take longer goes on there: each row was changed once"
start_rollout "$rel" --name closed2 --readonly --drain 5s
wait_rollout closed2 'done'
is_open
ok written
is "1 1" "$(sql "select concat(min(again), ' ', max(again)) from big" client_001)"
is "1 1" "$(sql "select concat(min(n), ' ', max(n)) from big" client_001)"
is 0 "$(sql "select count(chunk_position) from muster_state" client_001)"
