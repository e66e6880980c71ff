#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds the fuzz targets with clang and runs each for some seconds: tests/fuzz/run.sh [SECONDS] [TARGET...]
# The last line counts targets, the exit status says whether all held; what broke one is left as crash-* in its working folder, which is named.
# FUZZ_BUILD is the build folder (default: build-fuzz in the source tree); it keeps what the fuzzers learnt.
set -eu

seconds=${1:-20}
[ $# -eq 0 ] || shift
top=$(cd "$(dirname "$0")/../.." && pwd)
build=${FUZZ_BUILD:-$top/build-fuzz}
CC=${CC:-clang}

case $seconds in
'' | *[!0-9]*) echo "usage: $0 [SECONDS] [TARGET...]" >&2; exit 2 ;;
esac
if ! command -v "$CC" >/dev/null; then
	echo "SKIPPED: fuzz: $CC not found: install clang and its runtime library"
	echo "fuzz: 0 passed, 0 failed, 1 skipped"
	exit 0
fi

[ -x "$top/configure" ] || (cd "$top" && ./autogen.sh)
mkdir -p "$build"
cd "$build"
[ -f Makefile ] || "$top/configure" --quiet --enable-fuzzers CC="$CC"
make --silent -j"$(nproc)" fuzzers
python3 "$top/tests/fuzz/seeds.py" "$top/tests/tables" seeds

# Longest input: a little above the parser's own limit.
longest() {
	case $1 in
	fuzz_target) echo 9000 ;;
	fuzz_reference) echo 300 ;;
	*) echo 4096 ;;
	esac
}

dictionary() {
	case $1 in
	fuzz_json | fuzz_manifest) echo "-dict=$top/tests/fuzz/json.dict" ;;
	*) [ ! -f "$top/tests/fuzz/$1.dict" ] || echo "-dict=$top/tests/fuzz/$1.dict" ;;
	esac
}

run() {
	mkdir -p "work/$1" "seeds/$1"
	known=$top/tests/fuzz/corpus/$1
	[ -d "$known" ] || known=
	dictionary=$(dictionary "$1")
	"tests/fuzz/$1" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
		-max_len="$(longest "$1")" ${dictionary:+"$dictionary"} -artifact_prefix="work/$1/crash-" \
		"work/$1" "seeds/$1" ${known:+"$known"} >"work/$1.log" 2>&1
}

# Targets are named after their sources; none holds a blank.
[ $# -gt 0 ] || set -- "$top"/tests/fuzz/fuzz_*.c
failed=0
passed=0
for target in "$@"; do
	target=$(basename "$target" .c)
	if run "$target"; then
		passed=$((passed + 1))
		echo "ok $target: $(sed -n 's/^stat::number_of_executed_units: *//p' "work/$target.log") inputs"
	else
		failed=$((failed + 1))
		echo "FAILED $target, see $build/work/$target.log"
		tail -n 30 "work/$target.log"
	fi
done
echo "fuzz: $passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
