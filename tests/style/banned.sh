#!/bin/bash
# What the compiler does not refuse: ways of writing that this project does not use.
. "$(dirname "$0")/lib.sh"

# expression (extended regular)             what to do instead
rules='
\b(strcpy|strcat|strtok|sprintf|vsprintf|strncpy|strncat|gets)\(~GString, g_strlcpy
\b(gmtime|localtime|ctime|asctime|strerror|atoi|atol|atoll)(_r)?\(~tick.h, g_strerror, g_ascii_string_to_*
\bgoto\b~SCOPED and an early return
\balloca\(~a local of fixed size, or GLib
\b(system|popen)\(~no shell
^typedef (struct|enum|union)\b~the tag alone
\b(usleep|nanosleep|sleep)\(~a timer of the loop, or a wait with a deadline
\bg_(warning|message|critical|print|printerr|log)\(~log.h
#[[:space:]]*pragma once~an include guard
\b(TODO|FIXME|XXX|HACK)\b~do it
\b(extern|static) "C"~C only
'
files=$(files 'daemon/*.[ch]' 'cli/*.[ch]' 'include/*.h' 'systemd/*.c' | grep -v '^include/banned.h$')

while IFS='~' read -r expression instead; do
	[ -n "$expression" ] || continue
	while IFS= read -r line; do
		report "$line  ($instead)"
	done < <(xargs grep -nHE "$expression" <<<"$files" | grep -vE ':[0-9]+:[[:space:]]*(/\*| \*)' || true)
done <<<"$rules"

# SQL for the inventory lives in schema/, except what store.c says about the file itself.
while IFS= read -r line; do
	report "$line  (SQL belongs into schema/queries)"
done < <(files 'daemon/store/store_*.c' 'daemon/sched/*.c' 'daemon/api/*.c' 'cli/*.c' |
	xargs grep -nHE '"[[:space:]]*(select|insert into|update|delete from|create table)\b' || true)

# A comment tells why; where it came from is in the log of the repository.
while IFS= read -r line; do
	report "$line  (no history, no machine's paths)"
done < <(files '*.[ch]' '*.sh' '*.cmake' '*.sql' '*.md' '*.in' '*CMakeLists.txt' | grep -v '^tests/style/banned.sh$' |
	xargs grep -nHE '/work/|/tmp/build-|\bissue #?[0-9]+|\bticket #?[0-9]+' || true)
finish "see the right-hand column"
