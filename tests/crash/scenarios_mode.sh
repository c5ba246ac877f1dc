# shellcheck shell=bash disable=SC2034,SC2154,SC2119,SC2120
# Tenants that are closed for writes around a musterd that is killed: whatever dies, all of
# them are open in the end, with exactly the rights that there were. Sourced by scenarios.sh.

# Two accounts: one with rights on each schema, one with rights on a pattern; and who has what.
closable() {
	local schema

	owner=own$lives wide=wide$lives
	sql "create user $owner@localhost; create user $wide@localhost;
		grant all on \`c${lives}\\_%\`.* to $wide@localhost"
	for schema in "${fleet[@]}"; do
		sql "grant all on \`${schema//_/\\_}\`.* to $owner@localhost with grant option;
			grant insert, update (name) on $schema.users to $wide@localhost"
	done
	granted=$(granted_now)
}

granted_now() {
	sql "show grants for $owner@localhost; show grants for $wide@localhost" | sort
	sql "select * from mysql.db where user in ('$owner', '$wide') order by 1, 2, 3"
}

mode_is() { # MODE TENANT
	act tenant show "$2" -o json
	[ "$(jq -r .mode <<<"$out")" = "$1" ]
}

closes() { # TENANT [OPTION…]; refused when it was closed, or is being opened, since a death
	act readonly on "$1" --ttl 1h --reason crash --accept-holes "${@:2}"
}

# One that writes in a transaction which does not end.
writer_starts() { # SCHEMA
	background mariadb --no-defaults --skip-ssl --user="$owner" --socket="$db/sock" "$1" \
		-e "start transaction; insert into marks values ('never'); do sleep(1000)"
	writer=$background
	poll 10 writer_is_there
}

writer_is_there() {
	[ "$(sql "select count(*) from information_schema.processlist
		where user = '$owner' and info like 'do sleep%'")" = 1 ]
}

writer_ends() {
	sql "select concat('kill ', id, ';') from information_schema.processlist
		where user = '$owner'" | server_client "$db" --force >/dev/null 2>&1 || true
	wait "$writer" 2>/dev/null || true
}

# Whatever has died: all is open, with the rights that there were, and says so itself.
all_open() {
	local schema

	for schema in "${fleet[@]}"; do
		becomes mode_is rw "$schema"
		! kept "$schema" || fail "$schema says that it is closed"
		sql "delete from marks where what = 'never'" "$schema"
		mariadb --no-defaults --skip-ssl --user="$owner" --socket="$db/sock" "$schema" \
			-e "insert into marks values ('never')" || fail "$owner may not write to $schema"
	done
	recovered
	is "$granted" "$(granted_now)"
	is 0 "$(sql "select (select count(*) from information_schema.triggers
		where trigger_name like 'muster\\_closed\\_%') + (select count(*)
		from information_schema.views where table_name like 'muster\\_proof\\_%')")"
	act readonly list -o json
	is '[]' "$(jq -c . <<<"$out")"
	sql "drop user $owner@localhost; drop user $wide@localhost"
}

scenario_readonly() {
	closable
	closes "${fleet[0]}"
	closes "${fleet[0]}"
	closes "${fleet[0]}" --maintenance
	closes "${fleet[0]}" --maintenance
	closes "${fleet[0]}"
	act readonly off "${fleet[0]}"
	all_open
}

# What is not a matter of rights, too: triggers, and a database that is READ ONLY.
scenario_readonly_methods() {
	closable
	closes "${fleet[0]}" --method triggers
	closes "${fleet[1]}" --method hook --accept-holes
	if [ "$flavor" = mysql ]; then
		closes "${fleet[2]}" --method schema
	fi
	act readonly off "${fleet[0]}" "${fleet[1]}" "${fleet[2]}"
	all_open
}

# Each tenant is closed, migrated and opened.
scenario_readonly_rollout() {
	closable
	begin main --readonly --accept-holes --drain 1s --running 2
	ends 'done'
	all_planned main
	all_open
}

# Paused while one is closed: it is opened, and closed again for what is left.
scenario_readonly_pause() {
	closable
	barrier_up
	begin slow --readonly --accept-holes --drain 1s --running 2
	becomes waiting 1
	act rollout pause roll
	barrier_down
	act rollout resume roll
	ends 'done'
	all_planned slow
	all_open
}

# Executables are told of it: whoever has heard that a tenant is being closed hears that it is
# open, and somebody hears how it ended.
scenario_readonly_hooks() {
	local event events=(before-rollout before-close after-close before-open after-open after-rollout)
	local schema asked

	closable
	asked=("${events[@]/#/--hook=}")
	printf '#!/bin/sh\necho "$MUSTER_SCHEMA $MUSTER_EVENT $MUSTER_OUTCOME" >>%s\n' "$work/told.$lives" \
		>"$hooks/tells$lives"
	chmod 755 "$hooks/tells$lives"
	begin main --readonly --accept-holes --drain 1s --running 2 "${asked[@]/%/=tells$lives}"
	ends 'done'
	all_planned main
	all_open
	for schema in "${fleet[@]}"; do
		is "$schema after-open " "$(grep "^$schema " "$work/told.$lives" | tail -n 1)"
		for event in "${events[@]:1:4}"; do
			grep -qx "$schema $event " "$work/told.$lives" || fail "$schema: nothing told at $event"
		done
	done
	grep -qx ' before-rollout ' "$work/told.$lives" || fail "nothing told before"
	is ' after-rollout done' "$(tail -n 1 "$work/told.$lives")"
}

scenario_readonly_page() {
	closable
	closes "${fleet[0]}" --maintenance
	act readonly off "${fleet[0]}"
	all_open
}

scenario_readonly_refused() {
	closable
	writer_starts "${fleet[0]}"
	closes "${fleet[0]}" --drain 100ms --at-deadline open
	writer_ends
	all_open
}

# Opened before it was closed; and while the server cannot be reached, twice.
scenario_readonly_cancelled() {
	closable
	writer_starts "${fleet[0]}"
	background m readonly on "${fleet[0]}" --ttl 1h --drain 1m --reason crash --accept-holes
	becomes busy_closing "${fleet[0]}"
	act readonly off "${fleet[0]}"
	writer_ends
	closes "${fleet[1]}"
	link refuse
	act readonly off "${fleet[1]}"
	act readonly off "${fleet[1]}"
	link pass
	all_open
}

busy_closing() { # TENANT: the writer is waited for, or it was and musterd has died
	[ "$deaths" -gt 0 ] || mode_is closing "$1"
}

scenario_readonly_expires() {
	closable
	writer_starts "${fleet[2]}"
	act readonly on "${fleet[0]}" --ttl 1s --reason crash --accept-holes
	act readonly on "${fleet[1]}" --ttl 1s --reason crash --accept-holes --maintenance
	act readonly on "${fleet[2]}" --ttl 1s --drain 1s --reason crash --accept-holes
	becomes mode_is rw "${fleet[2]}"
	writer_ends
	all_open
}

# One of each: closed, closed with a page, on its way.
closed_all() {
	closable
	closes "${fleet[0]}"
	closes "${fleet[1]}" --maintenance
	writer_starts "${fleet[2]}"
	background m readonly on "${fleet[2]}" --ttl 1h --drain 1m --reason crash --accept-holes
	becomes mode_is closing "${fleet[2]}"
	becomes kept "${fleet[2]}"
}

kept() { # SCHEMA: does it say that it is closed?
	[ "$(sql "select count(*) from $1.muster_write_mode" 2>/dev/null || echo 0)" = 1 ]
}

scenario_late_readonly() {
	closed_all
	again_armed
	writer_ends
	all_open
}

# The inventory is lost: the tenants themselves tell how to open them.
scenario_late_readonly_lost() {
	closed_all
	daemon_kill
	deaths=$((deaths + 1))
	died_at=$(now_us)
	rm -rf "$work/data"
	crash_start "${arming[@]}"
	writer_ends
	acts server add main --socket "$proxy_sock" --defaults-file "$work/root.cnf"
	becomes discovered
	all_open
}

discovered() { # what an earlier daemon has closed is found in the same breath
	local schema

	act tenant discover --server main --like "c${lives}\\_%"
	for schema in "${fleet[@]}"; do
		! kept "$schema" || return 1
	done
}
