#!/bin/bash
# routing.sh [mariadb|mysql] [TENANTS] [CHANGES]
# What an application waits for that asks in which mode its client is, and how long after a
# change of mode the stream has said it.
. "$(dirname "$0")/lib.sh"
kind=${1:-mariadb}
tenants=${2:-2000}
changes=${3:-100}

percentiles() { # LABEL: of milliseconds, one a line
	sort -n | awk -v label="$1" '{ v[NR] = $1 } END {
		printf "%s: median %.2f ms, p99 %.2f ms, max %.2f ms\n", label,
			v[int((NR + 1) / 2)], v[int(NR * 0.99 + 0.5)], v[NR] }'
}

# curl says how long each of many requests over one connection took
asked() { # PATH TIMES
	local urls

	urls=$(seq "$2" | sed "s|.*|url = \"http://muster$1\"\noutput = /dev/null|")
	curl -s --unix-socket "$work/sock" -w '%{time_starttransfer}\n' -K <(echo "$urls") |
		tail -n +2 | awk '{ print $1 * 1000 }'
}

stamped() { # each change that the stream says: when, whom, mode
	while read -r line; do
		[[ $line != "data: {"* ]] || echo "$EPOCHREALTIME ${line#data: }"
	done
}

bench_build
bench_server "$kind"
echo "$kind $(sql -e 'select version()'), $tenants tenants, $(nproc) cores"
bench_databases 1 "$changes" 1
bench_daemon
muster server add db1 --socket "$socket" >/dev/null
{
	echo name,server,schema
	seq -f %05g "$tenants" | sed 's/.*/c&,db1,c&/'
} >"$work/tenants.csv"
muster tenant import "$work/tenants.csv" >/dev/null
asked /v1/tenants/c00001/mode 1000 | percentiles "GET /v1/tenants/N/mode"
asked /v1/routing 100 | percentiles "GET /v1/routing, all of them"

curl -sN --unix-socket "$work/sock" -H 'Accept: text/event-stream' http://muster/v1/routing |
	stamped >"$work/seen" &
for n in $(seq -f c%05g "$changes"); do
	muster readonly on "$n" --ttl 1h --reason bench --method hook --accept-holes >/dev/null
done
until [ "$(grep -c '"mode":"ro"' "$work/seen")" -ge "$changes" ]; do
	read -rt 0.05 <> <(:) || true
done
muster events --since 0 -o json |
	jq -r '.[] | select(.state == "ro") | (.at | capture("^(?<s>.*)\\.(?<f>[0-9]+)Z$")) as $t
		| "\(.object[7:]) \(($t.s + "Z" | fromdateiso8601) + ("0." + $t.f | tonumber))"' |
	sort >"$work/changed"
grep '"mode":"ro"' "$work/seen" | sed 's/^\([0-9.]*\) .*"tenant":"\([^"]*\)".*/\2 \1/' |
	sort | join "$work/changed" - | awk '{ print ($3 - $2) * 1000 }' |
	percentiles "a change is in the stream after"
