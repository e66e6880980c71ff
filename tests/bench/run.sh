#!/bin/sh
# SPDX-License-Identifier: MIT
# Measures Berth beside docker-registry in one run. Builds a release of this tree unless BERTH_BUILD names one.
# usage: tests/bench/run.sh [--json FILE] [--svg FILE] [--quick] [--check] [--only KEY,KEY] [--build DIR]
#        tests/bench/run.sh --s3 [--rounds N] [--megabytes N] [--check]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)

missing=
for program in wrk:wrk ab:apache2-utils docker-registry:docker-registry nginx:nginx spawn-fcgi:spawn-fcgi; do
    if ! command -v "${program%%:*}" >/dev/null && [ ! -x "/usr/sbin/${program%%:*}" ]; then
        missing="$missing ${program##*:}"
    fi
done
if [ -n "$missing" ]; then
    echo "bench: missing packages, install them with: apt-get install$missing" >&2
    exit 3
fi

needs_build=yes
for word in "$@"; do
    case $word in
    --build | --build=* | --without-berth | --help | -h) needs_build=no ;;
    esac
done
if [ "$needs_build" = yes ] && [ -z "${BERTH_BUILD:-}" ]; then
    BERTH_BUILD=$root/build-release
    export BERTH_BUILD
    [ -x "$root/configure" ] || "$root/autogen.sh" >/dev/null
    mkdir -p "$BERTH_BUILD"
    cd "$BERTH_BUILD"
    [ -f Makefile ] || "$root/configure" --silent
    make -s -j"$(nproc)" all
fi
case " $* " in
*" --s3 "*) exec /usr/bin/python3 "$here/on_s3.py" "$@" ;;
esac
exec /usr/bin/python3 "$here/main.py" "$@"
