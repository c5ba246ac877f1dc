#!/bin/bash
# What goes wrong around musterd itself: a full disk, a socket that is taken, a second
# daemon, typing errors in the configuration, a reload.
. "$(dirname "$0")/lib.sh"

db_start
daemon_start
enrol
make_tenants 6
rel=$work/rel
migration "$rel" 0001_a.sql 'create table one (id int primary key);'

refuses() { # STATUS FILE PART…: musterd does not start, and says why
	local want=$1 file=$2 part

	shift 2
	fails "$want" timeout 60 "$build/musterd" --config "$file"
	for part; do
		has "$part" "$err"
	done
}

claim "a second daemon on the same data folder is refused, and the first goes on"
sed "s|$sock|$work/other.sock|" "$conf" >"$work/second.conf"
refuses 1 "$work/second.conf" "$work/data" "  -> systemctl status musterd"
ok m tenant list
is 6 "$(j length tenant list)"

claim "a socket that is taken is refused"
sed "s|$work/data|$work/data2|" "$conf" >"$work/second.conf"
refuses 1 "$work/second.conf" "$sock" "  -> systemctl status musterd"
sed "s|$work/data|$work/data2|; s|$sock|$work/nowhere/sock|" "$conf" >"$work/second.conf"
refuses 1 "$work/second.conf" "$work/nowhere/sock" "  -> ls -ld $work/nowhere"
sed "s|$work/data|$conf/data|" "$conf" >"$work/second.conf"
refuses 1 "$work/second.conf" "data_dir" "  -> ls -ld $conf/data"
ok m tenant list

claim "a socket that a killed daemon left behind is not in the way"
daemon_kill
[ -S "$sock" ] || fail "nothing was left behind: the test proves nothing"
daemon_start

claim "without a daemon every command says so, with exit 6"
daemon_stop
fails 6 m tenant list
has "systemctl start musterd" "$err"
has "$sock" "$err"
fails 6 m rollout start "$rel"
has "systemctl start musterd" "$err"
has "$sock" "$err"
daemon_start

claim "typing errors in the configuration are refused with file and line, exit 78"
while IFS='|' read -r line part; do
	printf 'socket = "%s/bad.sock";\n%s\n' "$work" "$line" >"$work/bad.conf"
	refuses 78 "$work/bad.conf" "bad.conf:2" "$part" "  -> musterd --check --config $work/bad.conf"
	fails 78 "$build/musterd" --config "$work/bad.conf" --check
done <<'END'
data_dri = "/tmp/x";|did you mean "data_dir"
running = "many";|running
running = 0;|from 1 to
budget = "lots";|budget
data_dir = "relative";|data_dir
running = (3;|syntax error
END
refuses 78 "$work/nowhere.conf" "nowhere.conf" "  -> musterd --check --config $work/nowhere.conf"
ok "$build/musterd" --config "$conf" --check
fails 64 "$build/musterd" --confg "$conf"

claim "SIGHUP takes what can be taken, and says what cannot"
configure 'running = 7;' 'log_level = "debug";'
sed -i 's|socket = .*|socket = "/tmp/elsewhere.sock";|' "$conf"
kill -HUP "$daemon_pid"
poll 10 grep -q 'settings read again' "$daemon_log"
has "setting changed key=running from=32 to=7" "$(cat "$daemon_log")"
has "setting needs a restart key=socket" "$(cat "$daemon_log")"
ok m tenant list
claim "a reload of a broken file changes nothing"
echo 'running = ;' >"$conf"
kill -HUP "$daemon_pid"
poll 10 grep -q 'reload refused' "$daemon_log"
ok m tenant list
configure

claim "a copy of the inventory can be taken while the daemon runs"
ok "$build/musterd" --config "$conf" --backup "$work/copy.db"
is 6 "$(sqlite3 "$work/copy.db" 'select count(*) from tenant')"

if [ "$(id -u)" -eq 0 ]; then
	claim "a full disk is said, nothing is lost, and there is a way on when there is room again"
	daemon_stop
	mkdir "$work/small"
	if mount -t tmpfs -o size=2M tmpfs "$work/small"; then
		clean() {
			umount -l "$work/small"
		}
		cp -a "$work/data/." "$work/small/"
		sed -i "s|$work/data\"|$work/small\"|" "$conf"
		daemon_start
		head -c 4M /dev/zero >"$work/small/ballast" 2>/dev/null || true
		fails_or_not=0
		for n in $(seq 40); do
			m tenant label -l '*' "note=$(head -c 400 /dev/zero | tr '\0' "$((n % 10))")" \
				>"$work/out" 2>"$work/err" || fails_or_not=$?
			[ "$fails_or_not" -eq 0 ] || break
		done
		err=$(cat "$work/err")
		[ "$fails_or_not" -ne 0 ] || fail "the disk did not get full"
		helps "full"
		ok m tenant list
		run timeout 60 "$build/muster" --socket "$sock" doctor # says something, and soon
		[ "$status" -ne 124 ] || fail "doctor waits for the disk, and does not say so"
		run m rollout start "$rel" --name full -o json
		rm "$work/small/ballast"
		if [ "$status" -ne 0 ]; then
			ok m rollout start "$rel" --name full -o json
		fi
		wait_rollout full 'done'
		is 6 "$(sql "select count(*) from information_schema.tables where table_name = 'one'")"
		ok m tenant label -l '*' note=
		daemon_stop
		is ok "$(sqlite3 "$work/small/inventory.db" 'pragma integrity_check')"
		head -c 4M /dev/zero >"$work/small/ballast" 2>/dev/null || true
		refuses 1 "$conf" "free space" "  -> df -h $work/small"
	else
		echo "no right to mount: the full disk is not tried"
	fi
fi
