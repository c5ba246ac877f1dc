#!/bin/bash
# Build everything and run every test, on Debian 12. As root it installs what is missing.
#
#   tests/run.sh [ctest option...]     e.g. tests/run.sh -L 'style|unit'
#
# Trees: build-dev (gcc), build-asan (clang), build-mysqlclient (Oracle's client library),
# build-release, build-fuzz, build-tsan; warnings are errors in all but the last, which
# compiles nothing that build-asan does not. One ctest, the last thing to run, runs the tests
# of all. Without root and without an unpacked MySQL (tests/mysql.sh) what needs it is skipped.
set -euo pipefail
cd "$(dirname "$0")/.."
. tests/packages.sh

packages_install
options=(-DMUSTER_WERROR=ON)
if command -v ccache >/dev/null; then
	options+=(-DCMAKE_C_COMPILER_LAUNCHER=ccache)
	export CCACHE_NOHASHDIR=1 # trees share what they compile alike
fi

build() { # PRESET TARGET [option...]
	local preset=$1 target=$2

	shift 2
	echo "=== $preset (after $SECONDS s)"
	cmake --preset "$preset" "${options[@]}" "$@" >/dev/null
	cmake --build "build-$preset" --parallel 2 --target "$target" -- --quiet
}

trees=()
build asan all
if client=$(tests/mysql.sh client); then
	PKG_CONFIG_PATH=$client build mysqlclient all
	trees+=(-DMUSTER_MYSQLCLIENT_BUILD="$PWD/build-mysqlclient")
elif [ "$(id -u)" -eq 0 ]; then
	exit 1
fi
build release all -DMUSTER_TESTS=OFF
build tsan threaded -DMUSTER_WERROR=OFF -DCMAKE_C_FLAGS=-w
build fuzz fuzz_all
trees+=(-DMUSTER_ASAN_BUILD="$PWD/build-asan" -DMUSTER_TSAN_BUILD="$PWD/build-tsan"
	-DMUSTER_FUZZ_BUILD="$PWD/build-fuzz")
build dev all "${trees[@]}"

# two more than there are processors: most of these tests wait for servers
echo "=== tests (after $SECONDS s)"
exec ctest --test-dir build-dev --parallel $(($(nproc) + 2)) --output-on-failure "$@"
