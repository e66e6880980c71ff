#!/bin/bash
# SPDX-License-Identifier: MIT
# Measures Berth and docker-registry in one run. If neither BERTH_BUILD nor --build names a build, builds a release of this tree.
# If root runs the script, it installs missing packages, also those that the build needs.
# usage: tests/bench/run.sh [--json FILE] [--svg FILE] [--quick] [--check] [--only KEY,KEY] [--build DIR] [--peer NAME=PROGRAM]...
#        tests/bench/run.sh --s3 [--rounds N] [--megabytes N] [--check]
set -eu -o pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
# shellcheck source=conf/packages.sh
. "$root/conf/packages.sh"

needs_build=yes
for word in "$@"; do
    case $word in
    --build | --build=* | --without-berth | --help | -h) needs_build=no ;;
    esac
done
[ -z "${BERTH_BUILD:-}" ] || needs_build=no

needed() {
    [ "$needs_build" = no ] || build_needs
    cat <<'LIST'
gcc gcc
/usr/include/fcgiapp.h libfcgi-dev
wrk wrk
ab apache2-utils
docker-registry docker-registry
nginx nginx-light
spawn-fcgi spawn-fcgi
openssl openssl
/usr/lib/postgresql/*/bin/initdb postgresql
/usr/bin/python3 python3
/usr/lib/python3/dist-packages/cryptography python3-cryptography
LIST
    case " $* " in
    *" --s3 "*) echo "/usr/lib/python3/dist-packages/swift/proxy/server.py python3-swift" ;;
    esac
}

missing=$(needed "$@" | packages_not_present)
if [ -n "$missing" ] && [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    echo "bench: installing $missing" >&2
    log=$(mktemp)
    # shellcheck disable=SC2086 # a list
    install_packages "$log" $missing >&2 || cat "$log" >&2
    rm -f "$log"
    missing=$(needed "$@" | packages_not_present)
fi
if [ -n "$missing" ]; then
    echo "bench: missing packages, install them with: apt-get install $missing" >&2
    exit 3
fi

if [ "$needs_build" = yes ]; then
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
