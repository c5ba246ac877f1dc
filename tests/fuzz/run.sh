#!/bin/bash
# run.sh BUILD TARGET SECONDS: fuzz one target from its seeds. What it learns stays in
# BUILD; an input that breaks it is left there and named.
set -euo pipefail

build=${1:?run.sh BUILD TARGET SECONDS}
target=${2:?}
seconds=${3:?}
here=$(cd "$(dirname "$0")" && pwd)
seeds=$here/corpus/${target#fuzz_}
learnt=$build/corpus/$target
options=(-max_total_time="$seconds" -timeout=5 -rss_limit_mb=1024 -max_len=65536
	-artifact_prefix="$learnt/../$target-")

mkdir -p "$learnt"
[ ! -f "$here/${target#fuzz_}.dict" ] || options+=(-dict="$here/${target#fuzz_}.dict")
[ ! -d "$seeds" ] || learnt="$learnt $seeds"
# shellcheck disable=SC2086
exec "$build/$target" "${options[@]}" $learnt
