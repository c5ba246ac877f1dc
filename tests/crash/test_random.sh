#!/bin/bash
# test_random.sh [SECONDS [SEED]]: one rollout after the other over 200 tenants, while musterd,
# the server and the link die at random, musterd at a random point or in the middle of a
# write. After each rollout every tenant is what the stock client makes of the same files,
# to the row. The seed makes the same choices again.
. "$(dirname "$0")/lib.sh"
. "$TESTS_DIR/crash/scenarios.sh"

seconds=${1:-60}
seed=${2:-$(od -An -N2 -tu2 /dev/urandom | tr -d ' ')}
RANDOM=$seed
echo "seed $seed: $0 $seconds $seed"

tenants=${CRASH_TENANTS:-200}
dies_with='^(1|137)$'
server_kills=0
cuts=0
round=0
release=
mapfile -t names <"$work/names"
mapfile -t fleet < <(seq -f 'client_%03.0f' "$tenants")

random() { # N: from 0 to N - 1, in $picked
	picked=$((RANDOM % $1))
}

# ---- what is rolled out -----------------------------------------------------------------

next_text() { # N: the text of one more migration, in $text
	local n=$1

	random 5
	case $picked in
	0) text="alter table users add column c$n int;
update counter set n = n + 1;" ;;
	1) text="create table t$n (id int primary key, n int) engine=InnoDB;
insert into t$n values (1, $n);
insert into marks values ('$n');" ;;
	2) text="begin;
update counter set n = n + 10;
insert into marks values ('$n inside');
commit;
alter table users add index i$n (name, id);" ;;
	3) text="update counter set n = n + 100;
create table t$n (id int primary key) engine=InnoDB;
update counter set n = n + 100;
alter table t$n add column late int, add index (late);
update counter set n = n + 100;" ;;
	4) text="insert into marks select concat('$n ', name) from users;
create view v$n as select name from users;
delete from marks where what like '$n g%';" ;;
	esac
}

# Each holds all earlier ones; its reference is the one before and the new file.
make_next() {
	local name

	round=$((round + 1))
	name=$(printf '%04d' "$round")
	[ -z "$release" ] || cp -r "$release" "$work/rel/$name"
	release=$work/rel/$name
	next_text "$round"
	migration "$release" "${name}_random.sql" "$text"
	server_client "$db" reference <"$release/${name}_random.sql"
	truth reference >"$release.truth"
	echo "$round" >"$release.files"
}

# ---- what dies ----------------------------------------------------------------------------

start_armed() { # or not
	local armed=()

	random 10
	if [ "$picked" -lt 4 ]; then
		random "${#names[@]}"
		armed=("MUSTERD_CRASH_AT=${names[picked]}")
		random 40
		armed[0]+=:$((picked + 1))
	elif [ "$picked" -lt 6 ]; then
		random 300
		armed=("MUSTERD_FAIL_STORE_AT=$((picked + 1))")
		random 3
		armed[0]+=:$((picked + 1))
	fi
	crash_start "${armed[@]}"
}

something_dies() {
	random 20
	case $picked in
	0 | 1 | 2 | 3 | 4 | 5 | 6 | 7)
		deaths=$((deaths + 1))
		daemon_kill 2>/dev/null || daemon_wait # it may have died by itself meanwhile
		start_armed
		;;
	8)
		server_kills=$((server_kills + 1))
		server_stop "$db" KILL
		server_again "$db" >/dev/null
		;;
	9 | 10 | 11)
		cuts=$((cuts + 1))
		link cut
		;;
	12 | 13 | 14 | 15)
		cuts=$((cuts + 1))
		random 20000
		link "after up $picked cut"
		;;
	16 | 17)
		cuts=$((cuts + 1))
		random 20000
		link "after down $picked half"
		;;
	18)
		link hold
		rest 0.1
		link pass
		;;
	19)
		link hold
		rest 0.1
		cuts=$((cuts + 1))
		link cut
		link pass
		;;
	esac
	died_at=$(now_us)
}

# ---- the run ------------------------------------------------------------------------------

over() {
	[ "$SECONDS" -ge "$seconds" ]
}

is_done() {
	run m rollout show "round$round" -o json
	[ "$status" -eq 0 ] || return 1
	state=$(jq -r .state <<<"$out")
	case $state in
	'done') return 0 ;;
	scheduled | running) return 1 ;;
	*) no_doubt "round$round" && fail "round $round is $state" "$out" "$(m task list "round$round")" ;;
	esac
}

start_round() {
	make_next
	act rollout start "$release" --name "round$round" --key "round$round" --budget '100%' -o json
	[ "$status" -eq 0 ] || fail "rollout start: $err"
}

claim "the fleet is there"
crash_server
proxy_start
configure 'retry = "100ms";' 'server_running = 16;' 'log_level = "warn";'
fleet_make "${fleet[@]}"
base_of reference | server_client "$db"
crash_start
acts server add main --socket "$proxy_sock" --defaults-file "$work/root.cnf"
act tenant discover --server main --like 'client\_%'
SECONDS=0

claim "whatever dies at random (seed $seed), every tenant ends as planned"
until over; do
	start_round
	until is_done || over; do
		random 300
		rest "0.$(printf '%03d' $((picked + 20)))"
		if ! alive; then
			daemon_wait
			[[ $status =~ $dies_with ]] || fail "musterd ended by itself, with $status"
			deaths=$((deaths + 1))
			died_at=$(now_us)
			start_armed
		fi
		something_dies
		points=$((points + 1))
	done
	link pass
	rests "round$round"
	no_doubt "round$round"
	is 'done' "$state"
	recovered
	planned "$release" "${fleet[@]}"
done

claim "nothing is left behind (seed $seed)"
alive || revive
daemon_stop
poll 10 alone
no_trace "${fleet[@]}"
is ok "$(sqlite3 "$work/data/inventory.db" 'pragma integrity_check')"
echo "seed $seed: $round rollouts over $tenants tenants; the server was killed $server_kills times," \
	"the link $cuts times"
summary
