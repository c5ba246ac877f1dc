#!/bin/bash
# The unit stays closed: systemd-analyze security says 2.0 or better, and knows every line of it.
# unit.sh BUILD.
. "$(dirname "$0")/lib.sh"
need systemd-analyze systemd

share=${1:?unit.sh BUILD}/share
level=$(systemd-analyze security --offline=true "$share/musterd.service" |
	sed -nE 's/.*exposure level for .*: ([0-9.]+) .*/\1/p')
awk -v level="$level" 'BEGIN { exit !(level != "" && level <= 2.0) }' ||
	report "musterd.service: exposure is ${level:-unknown}, must be 2.0 or less"

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cp "$share/musterd.service" systemd/musterd.socket "$copy"
while IFS= read -r line; do
	report "$line"
done < <(systemd-analyze verify "$copy/musterd.service" "$copy/musterd.socket" 2>&1 |
	grep -E 'musterd\.' | grep -vE "is not executable|Command 'man " || true)

stop=$(sed -nE 's/^TimeoutStopSec=([0-9]+)s$/\1/p' "$share/musterd.service")
ours=$(sed -nE 's/^#stop_timeout = "([0-9]+)s";$/\1/p' systemd/musterd.conf)
[ "${stop:-0}" -gt "${ours:-0}" ] && [ "${ours:-0}" -gt 0 ] ||
	report "TimeoutStopSec=$stop is not longer than stop_timeout = $ours"
finish "systemd-analyze security --offline=true $share/musterd.service"
