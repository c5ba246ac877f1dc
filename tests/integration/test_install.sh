#!/bin/bash
# What "cmake --install" puts into a system, and that it works from there.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

root=$work/root
DESTDIR=$root ok cmake --install "$build" --prefix /usr

claim "programs, pages, unit, completions and the sample are there"
for file in usr/bin/muster usr/bin/musterd usr/share/man/man1/muster.1 \
	usr/share/man/man5/musterd.conf.5 usr/share/man/man8/musterd.8 \
	usr/lib/systemd/system/musterd.service usr/lib/systemd/system/musterd.socket \
	usr/lib/sysusers.d/muster.conf usr/lib/tmpfiles.d/muster.conf \
	usr/share/bash-completion/completions/muster usr/share/zsh/site-functions/_muster \
	usr/share/fish/vendor_completions.d/muster.fish; do
	[ -s "$root/$file" ] || fail "$file is missing or empty"
done
sample=$(find "$root" -path '*/etc/muster/musterd.conf')
[ -s "$sample" ] || fail "the sample configuration is not in etc/muster"

claim "the sample is a valid configuration and the one in the tree"
ok "$root/usr/bin/musterd" --config "$sample" --check
ok cmp "$sample" "$project/systemd/musterd.conf"

claim "a second install leaves the operator's configuration alone"
echo 'running = 7;' >"$sample"
DESTDIR=$root ok cmake --install "$build" --prefix /usr
is 'running = 7;' "$(cat "$sample")"

claim "the bash completion knows the commands"
ok bash -c ". '$root/usr/share/bash-completion/completions/muster' && complete -p muster"

claim "a configuration with a typing error is refused with file and line, exit 78"
printf 'running = 7;\nmax_runing = 3;\n' >"$sample"
fails 78 "$root/usr/bin/musterd" --config "$sample" --check
has "musterd.conf:2: \"max_runing\" is not a setting; did you mean \"running\"?" "$err"
fails 78 "$root/usr/bin/musterd" --config "$work/nowhere.conf"
has "nowhere.conf: No such file or directory" "$err"
