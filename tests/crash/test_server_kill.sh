#!/bin/bash
# The server is killed (SIGKILL) while a statement of a rollout is about to arrive, runs, or has
# ended without its answer, and at any time while a table is copied; it is started again, and
# the rollout ends by itself with every tenant where it was planned, to the row.
. "$(dirname "$0")/lib.sh"
. "$TESTS_DIR/crash/scenarios.sh"

configure 'retry = "100ms";' 'budget = "0";'
db_ready

server_dies() {
	server_stop "$db" KILL
	server_kills=$((server_kills + 1))
	died_at=$(now_us)
	server_again "$db" >/dev/null
	link pass
	link cut # what was held belonged to the dead server
}

killed_at() { # COMMAND of the proxy
	: >"$proxy_log"
	link "$1"
	begin main --no-plan --running 2
	poll 20 fired
	server_dies
	ends 'done'
	all_planned main
}

# A copy of a table that takes as long as it needs to be seen.
marked() {
	[ "$(sql "select count(*) from information_schema.processlist
		where info like '%alter table big%' and info like '%muster:%'
		and id <> connection_id()")" -gt 0 ]
}

marked_or_over() { # three tenants are copied, and it may be over before one was seen
	! marked || return 0
	task_is 'done' "${fleet[2]}"
}

killed_in_copy() { # SECONDS behind the moment it is seen
	local schema

	for schema in "${fleet[@]}"; do
		echo "insert into $schema.big (text) select repeat('x', 200) from
			information_schema.columns a, information_schema.columns b limit 40000;"
	done | server_client "$db"
	begin big --no-plan --running 1 --budget 0
	becomes marked_or_over
	rest "$1"
	server_dies
	ends 'done'
	all_planned big
	is "$((40000 * ${#fleet[@]}))" "$(for schema in "${fleet[@]}"; do
		echo "select count(*) from $schema.big where wide is null;"
	done | server_client "$db" -N | awk '{ sum += $1 } END { print sum }')"
}

claim "the server is killed at a statement of each kind"
server_kills=0
for text in "${texts[@]}"; do
	for when in before sent answered; do
		try_life "server killed at $text $when" killed_at "at $text $when hold"
	done
done

killed_closing() { # COMMAND of the proxy: while a tenant is closed, or opened again
	closable
	: >"$proxy_log"
	link "$1"
	begin main --no-plan --readonly --accept-holes --drain 1s --running 2
	poll 20 fired
	server_dies
	ends 'done'
	all_planned main
	all_open
}

claim "the server is killed while it closes a tenant, or opens it"
for text in insert~into~muster_write_mode REVOKE GRANT delete~from~muster_write_mode; do
	for when in sent answered; do
		try_life "server killed at $text $when" killed_closing "at $text $when hold"
	done
done

claim "the server is killed while it copies a table"
base_more='create table big (id int primary key auto_increment, text varchar(200)) engine=InnoDB;'
migration "$releases/big" 0001_big.sql "update counter set n = n + 1;
alter table big add column wide int, algorithm=copy;
update counter set n = n + 10;"
reference "$releases/big"
for after in 0.001 0.05 0.1 0.2 0.4; do
	try_life "server killed $after s into a copy" killed_in_copy "$after"
done
echo "the server was killed $points times"
judge
