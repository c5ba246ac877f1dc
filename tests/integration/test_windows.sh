#!/bin/bash
# Maintenance windows and freezes: tasks wait for them, nobody else does, and each says until when.
. "$(dirname "$0")/lib.sh"

db_start
daemon_start
enrol
make_tenants 6
migration "$work/rel" 0001_birthday.sql 'alter table users add column birthday date;'
migration "$work/rel2" 0001_birthday.sql 'alter table users add column birthday date;'
migration "$work/rel2" 0002_note.sql 'alter table users add column note text;'

began=$(date +%s) # the hour may turn while this runs
at() { # "+N hours" [FORMAT]: a time of the wall clock, UTC
	local hours=${1% hour*}

	date -u -d "@$((began + ${hours#+} * 3600))" "+${2:-%H:%M:%S}"
}
window() { # FROM UNTIL [DAY-OFFSET]: open between these, today
	echo "$(at "$1" %a) $(at "$1")-$(at "$2") UTC"
}
closed=$(window '+5 hours' '+6 hours')
column() { # SCHEMA COLUMN
	sql "select count(*) from information_schema.columns where table_schema = '$1' and column_name = '$2'"
}
counts() { # R
	j '"\(.counts.done) done \(.counts.waiting) waiting \(.counts.failed) failed"' rollout show "$1"
}

stands() { # R COUNTS
	[ "$(counts "$1")" = "$2" ]
}
waits() { # R/T
	[[ $(j '"\(.state) \(.reason)"' task show "$1") == "waiting "*"waits for its window"* ]]
}
says_when() { # R: the turn that knows its tasks may be the next one
	[[ $(j .reason rollout show "$1") == *"all that is left (1) waits for windows: the first opens"* ]]
}

claim "a window that cannot be is refused in one sentence that names the wrong word"
fails 65 m tenant set client_001 window='Sund 02:00-05:00 UTC'
has '"Sund" is neither a day' "$err"
fails 65 m tenant set client_001 window='Sun 02:00-05:00 Mars/Olympus'
has '"Mars/Olympus"' "$err"
fails 65 m server set main window='Sun 02:00-05:00'
has '"02:00-05:00" is in no time zone' "$err"
is "null null" "$(j '"\(.window) \(.waits)"' tenant show client_001)"

claim "a freeze needs a reason and an end that is to come"
fails 65 m tenant set client_001 freeze=2030-01-02
has "say why" "$err"
fails 65 m tenant set client_001 freeze=2020-01-02 --reason over
has '"2020-01-02" is over already' "$err"

claim "what is set is shown, listed, audited, and says when it opens"
ok m tenant set client_001 window="Sun 02:00-05:00 Australia/Sydney"
ok m tenant set -l name=client_002 window="$closed" --reason 'they sleep then'
ok m tenant set client_003 freeze='2029-12-24 until 2030-01-02' --reason 'year end'
ok m server set main window='daily 00:00-24:00 UTC'
ok m tenant set label:tier=gold window="$closed" freeze='2029-12-24 until 2030-01-02: sold'
is "Sun 02:00-05:00 Australia/Sydney" "$(j .window tenant show client_001)"
is "2029-12-24T00:00:00Z until 2030-01-02T00:00:00Z: year end" "$(j .freeze tenant show client_003)"
is "null" "$(j .waits tenant show client_003)"
has "waits for its window: opens $(at '+5 hours' '%a %F')" "$(j .waits tenant show client_002)"
is "$(at '+5 hours' '%FT%H')" "$(j .next_window tenant show client_002 | cut -c1-13)"
is "daily 00:00-24:00 UTC null" "$(j '"\(.window) \(.next_window)"' server show main)"
is "label/tier=gold server/main tenant/client_001 tenant/client_002 tenant/client_003 " \
	"$(m window list -o name | sort | tr '\n' ' ')"
has "sold" "$(j .freeze tenant show label:tier=gold)"
has "they sleep then" "$(m events -o json | jq -r '.[] | select(.object == "tenant/client_002").text')"
ok m tenant set label:tier=gold window=- freeze=-
ok m tenant set client_001 window=
ok m tenant set client_003 freeze=-
ok m server set main window=-
is "tenant/client_002" "$(m window list -o name)"

claim "a dry run says how many would wait, and until when"
fails 1 m rollout start "$work/rel" --dry-run
has "1 would wait for a window: the first opens $(at '+5 hours' '%FT%H')" "$out"
fails 1 m rollout start "$work/rel" --dry-run -o json
is "1 true" "$(jq -r '"\(.waiting) \(.next_window == .last_window)"' <<<"$out")"

claim "a tenant outside of its window waits, and nobody of its wave and server waits for it"
start_rollout "$work/rel" --name first
poll 20 stands first "5 done 1 waiting 0 failed"
is "waiting" "$(j .state task show first/client_002)"
has "waits for its window: opens $(at '+5 hours' '%a %F %H')" "$(j .reason task show first/client_002)"
has "$closed" "$(j .reason task show first/client_002)"
is "$(j .next_window rollout show first)" "$(j .next_window task show first/client_002)"
is 0 "$(column client_002 birthday)"
poll 20 says_when first
is "running respect true" "$(j '"\(.state) \(.window) \(.eta_s > 17000 and .eta_s <= 18000)"' rollout show first)"

claim "while it waits the daemon is idle"
turns() {
	curl -sf --unix-socket "$sock" http://muster/metrics | sed -n 's/^muster_turn_seconds_count //p'
}
is_idle() { # for one and a half seconds; what the machine stood still for may be made up for first
	local before

	before=$(turns)
	[ "$before" -gt 0 ] || return 1
	read -rt 1.5 <>/dev/fd/"$never" || true
	[ $(($(turns) - before)) -le 1 ]
}
poll 20 is_idle

claim "a restart keeps it waiting, and so does kill -9"
daemon_stop
daemon_start
poll 20 waits first/client_002
daemon_kill
daemon_start
poll 20 waits first/client_002

claim "it can be paused and resumed while it waits"
ok m rollout pause first
wait_rollout first paused
ok m rollout resume first
wait_rollout first running
poll 20 waits first/client_002

claim "it starts at the second at which its window opens, and not before"
opens=$(date -u -d '+3 seconds' +%s)
ok m tenant set client_002 window="$(date -u -d "@$opens" '+%a %H:%M:%S')-$(at '+1 hour') UTC"
wait_rollout first "done"
started=$(j .started_at task show first/client_002)
[ "$(date -d "$started" +%s)" -ge "$opens" ] || fail "it opens at $opens and started at $started"
[ "$(date -d "$started" +%s)" -le $((opens + 20)) ] || fail "it opens at $opens and started at $started"
is 1 "$(column client_002 birthday)"
is "6 done 0 waiting 0 failed" "$(counts first)"

claim "every window that applies must be open: of the tenant, of its server, of its labels"
ok m tenant label client_001 client_002 region=au
ok m tenant set label:region=au window="$closed"
ok m server set main window="$(window '-1 hour' '+10 hours')"
start_rollout "$work/rel2" --name second -l name!=client_006
poll 20 stands second "3 done 2 waiting 0 failed"
has "waits for the window of label region=au: opens" "$(j .reason task show second/client_001)"

claim "windows that never open together are found before a rollout waits for them"
ok m tenant set client_005 window="$(window '+12 hours' '+13 hours')"
fails 1 m doctor -o json
is "never open" "$(jq -r '.[] | select(.object == "tenant/client_005").problem' <<<"$out")"
has "not open for 1 s within a year" "$(j .waits tenant show client_005)"
ok m tenant set client_005 window=-

claim "a tenant that leaves the label no longer waits for it; a skip ends the waiting, too"
ok m tenant label client_001 region=
poll 20 stands second "4 done 1 waiting 0 failed"
ok m rollout skip second -t client_002 --reason 'another day'
wait_rollout second "done"

claim "a freeze holds also a rollout that ignores windows, until it is lifted"
ok m tenant set client_006 window="$closed" freeze='2030-01-02 06:00 Europe/Berlin: sold'
start_rollout "$work/rel2" --name third -l name=client_006 --window ignore
poll 20 stands third "0 done 1 waiting 0 failed"
is "frozen until Wed 2030-01-02 05:00 UTC: sold" "$(j .reason task show third/client_006)"
ok m tenant set client_006 freeze=-
wait_rollout third "done"
is 1 "$(column client_006 note)"

claim "a rollout that waits goes on when it is told to ignore windows, and can be aborted"
migration "$work/rel3" 0001_birthday.sql 'alter table users add column birthday date;'
migration "$work/rel3" 0002_note.sql 'alter table users add column note text;'
migration "$work/rel3" 0003_more.sql 'alter table users add column more text;'
ok m server set main window="$closed"
start_rollout "$work/rel3" --name fourth -l name=client_003
poll 20 stands fourth "0 done 1 waiting 0 failed"
ok m rollout set fourth window=ignore
wait_rollout fourth "done"
is "ignore" "$(j .window rollout show fourth)"
start_rollout "$work/rel3" --name fifth -l name=client_004
poll 20 stands fifth "0 done 1 waiting 0 failed"
ok m rollout abort fifth
wait_rollout fifth aborted
is 0 "$(column client_004 more)"

claim "what waits for windows that never open together says no time at which it would start"
ok m tenant set client_005 window="$(window '+12 hours' '+13 hours')"
start_rollout "$work/rel3" --name sixth -l name=client_005
poll 20 stands sixth "0 done 1 waiting 0 failed"
is null "$(j .next_window task show sixth/client_005)"
is null "$(j .next_window rollout show sixth)"
never_opens() {
	[[ $(j .reason rollout show sixth) == *"waits for windows: the first opens not within a year, see"* ]]
}
poll 20 never_opens
ok m rollout abort sixth
wait_rollout sixth aborted
