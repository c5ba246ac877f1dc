#!/bin/bash
# The HTTP interface itself, as a program other than muster sees it.
. "$(dirname "$0")/lib.sh"

db_start
daemon_start
enrol
make_tenants 30
rel=$work/rel
migration "$rel" 0001_a.sql 'create table one (id int primary key);'
header() { # NAME PATH [curl option…]
	local name=$1 path=$2

	shift 2
	curl -sS --max-time 60 --unix-socket "$sock" -o /dev/null -D - "$@" "http://muster$path" |
		tr -d '\r' | sed -n "s/^$name: //Ip"
}

claim "health is answered, with the protocol in a header"
api GET /healthz
is "200 ok 1" "$http $(jq -r '"\(.status) \(.protocol)"' <<<"$out")"
is 1 "$(header Muster-Protocol /healthz)"
has json "$(header Content-Type /healthz)"

claim "another protocol is refused in words"
out=$(curl -sS --unix-socket "$sock" -H 'Muster-Protocol: 99' http://muster/v1/tenants)
has 99 "$(jq -r .message <<<"$out")"

claim "what does not exist, or is not JSON, or has a field nobody knows, is refused in words"
api GET /v1/nothing
is 404 "$http"
[ -n "$(jq -r .message <<<"$out")" ] || fail "no message in $out"
api DELETE /v1/tenants
is 405 "$http"
api POST /v1/servers '{'
is 400 "$http"
has JSON "$(jq -r .message <<<"$out")"
api POST /v1/servers '{"name": "x", "colour": "red"}'
is 400 "$http"
has colour "$(jq -r .message <<<"$out")"
api POST /v1/servers '{"name": 7}'
is 400 "$http"
has name "$(jq -r .message <<<"$out")"
api GET /v1/tenants/nobody
is 404 "$http"
has nobody "$(jq -r .message <<<"$out")"
has "muster " "$(jq -r .hint <<<"$out")"
api GET '/v1/tenants?colour=red'
is 400 "$http"

claim "lists are paged, each tenant once"
after='' names=''
for _ in 1 2 3 4 5; do
	api GET "/v1/tenants?limit=7${after:+&after=$after}"
	is 200 "$http"
	names+=" $(jq -r '.items[].name' <<<"$out" | paste -sd' ')"
	after=$(jq -r '.next // empty' <<<"$out")
	[ -n "$after" ] || break
done
is "$(m tenant list -o name | paste -sd' ')" "${names# }"
api GET '/v1/tenants?limit=0'
is 400 "$http"
api GET '/v1/tenants?limit=100000'
is 400 "$http"

claim "a key makes a repeated start the same rollout"
ok m release create "$rel" --name one
api POST /v1/rollouts '{"release": "one", "key": "k-1", "gate": "human", "waves": "1, rest"}'
is "200" "${http/201/200}"
id=$(jq -r .id <<<"$out")
api POST /v1/rollouts '{"release": "one", "key": "k-1", "gate": "human", "waves": "1, rest"}'
is "$id" "$(jq -r .id <<<"$out")"
is 1 "$(j length rollout list)"
ok m wait "$id" --for gated --timeout 60s

claim "a change can name the revision that it means"
api GET "/v1/rollouts/$id"
revision=$(jq .revision <<<"$out")
api PATCH "/v1/rollouts/$id" "{\"set\": [\"running=3\"], \"revision\": $((revision + 7))}"
is 409 "$http"
api PATCH "/v1/rollouts/$id" "{\"set\": [\"running=3\"], \"revision\": $revision}"
is "200 3" "$http $(jq .running_limit <<<"$out")"

claim "the stream tells what happens, and can be taken up again where it broke off"
stream() { # SINCE FILE
	curl -sSN --max-time 60 --unix-socket "$sock" -H 'Accept: text/event-stream' \
		"http://muster/v1/events?since=$1" >"$2"
}
m events --since 0 -o json >"$work/all"
middle=$(jq '.[length / 2 | floor].id' "$work/all")
background stream "$middle" "$work/stream"
poll 10 grep -q '^id:' "$work/stream"
ok m rollout promote "$id" --wait
heard() {
	sed -n 's/^data: *//p' "$work/stream" | jq -s -e --arg r "$id" \
		'any(.[]; .kind == "rollout" and .object == $r and .state == "done")'
}
poll 20 heard
pkill -P "$background" || true # nobody writes there any more; the last line may be half of one
wait "$background" || true
sed -n 's/^data: *//p' "$work/stream" | jq -R 'fromjson? | .id' >"$work/heard"
m events --since "$middle" -o json | jq -r '.[].id' >"$work/since"
head -n "$(wc -l <"$work/heard")" "$work/since" >"$work/kept"
is "" "$(diff "$work/heard" "$work/kept" || true)"
is "$((middle + 1))" "$(head -n 1 "$work/heard")"

claim "metrics are OpenMetrics text"
api GET /metrics
is 200 "$http"
has '# TYPE muster_' "$out"
has '# EOF' "$out"

claim "the caller's user decides what may be done"
other=$(getent passwd nobody | cut -d: -f1)
if [ "$(id -u)" -eq 0 ] && [ -n "$other" ] && command -v setpriv >/dev/null; then
	as_nobody() {
		setpriv --reuid=nobody --regid=nogroup --clear-groups "$build/muster" --socket "$sock" "$@"
	}
	chmod 755 "$work"
	chmod 666 "$sock"
	ok as_nobody tenant list
	fails 77 as_nobody rollout abort "$id"
	has nobody "$err"
	fails 77 as_nobody server remove main
	configure 'viewers = [ "root" ];'
	kill -HUP "$daemon_pid"
	may_not_look() {
		! as_nobody tenant list
	}
	poll 10 may_not_look
	fails 77 as_nobody tenant list
	configure 'operators = [ "nobody" ];'
	kill -HUP "$daemon_pid"
	may_hold() {
		as_nobody tenant hold client_001 --reason 'from afar'
	}
	poll 10 may_hold
	is "nobody $(id -u nobody)" "$(m events --since 0 -o json | jq -r '[.[] | select(.text != null and (.text | contains("from afar")))][0] | "\(.actor) \(.uid)"')"
	fails 77 as_nobody server remove main
fi

claim "many callers at once get their answers"
for n in 1 2 3 4 5 6 7 8; do
	background curl -sf --max-time 60 --unix-socket "$sock" -o "$work/many.$n" \
		"http://muster/v1/tenants?limit=1000"
done
wait "${jobs_started[@]: -8}"
is 8 "$(cat "$work"/many.* | jq -s '[.[] | select(.items | length == 30)] | length')"

claim "a request that is too large, or never ends, harms nobody"
printf 'POST /v1/servers HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n' >"$work/large"
timeout 5 curl -s --unix-socket "$sock" --data-binary @"$work/large" \
	-H 'Content-Length: 99999999999' http://muster/v1/servers >/dev/null 2>&1 || true
head -c 100000 /dev/urandom >"$work/rubbish"
timeout 5 curl -s --unix-socket "$sock" --data-binary @"$work/rubbish" http://muster/v1/servers >/dev/null 2>&1 || true
ok m tenant list
daemon_stop
