#!/bin/bash
# soak.sh MINUTES: test_random.sh with one seed after the other. The seed of a run that fails is
# printed by it.
set -euo pipefail

minutes=${1:?soak.sh MINUTES}
end=$((SECONDS + minutes * 60))
runs=0
while [ "$SECONDS" -lt "$end" ]; do
	left=$((end - SECONDS))
	bash "$(dirname "$0")/test_random.sh" "$((left < 120 ? left : 120))"
	runs=$((runs + 1))
done
echo "$runs runs in $minutes minutes"
