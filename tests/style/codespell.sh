#!/bin/bash
# Words are spelt as codespell knows them.
. "$(dirname "$0")/lib.sh"
need codespell codespell

while IFS= read -r line; do
	report "$line"
done < <(files | grep -vE '^tests/(fuzz/.*corpus|golden|cases)/|\.dict$' |
	xargs codespell --ignore-words tests/style/words.txt 2>&1)
finish "mend the word, or add it to tests/style/words.txt"
