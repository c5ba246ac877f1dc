#!/bin/bash
# All C stands as clang-format puts it; text files end in one newline, without blanks at ends.
. "$(dirname "$0")/lib.sh"
need clang-format clang-format

while IFS= read -r line; do
	report "$line"
done < <(files '*.c' '*.h' | xargs clang-format --dry-run -Werror 2>&1 | grep -E 'error:' | head -n 40)
while IFS= read -r line; do
	report "$line: blank at the end of the line"
done < <(files '*.c' '*.h' '*.sh' '*.cmake' '*.sql' '*CMakeLists.txt' '*.in' README.md |
	xargs grep -nHE '[[:blank:]]+$' | cut -d: -f1,2)
finish "clang-format -i \$(git ls-files '*.c' '*.h')"
