#!/bin/bash
# SPDX-License-Identifier: MIT
# Every test of the project: installs what is missing, builds with sanitizers out of tree, runs all stages.
# The last line is `N passed, N failed, N skipped`; the exit status is that of the whole run. This script installs packages;
# runner/ does the rest. runner/stages.py has the table of jobs.
set -u -o pipefail
umask 022

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source=conf/packages.sh
. "$top/conf/packages.sh"
python=/usr/bin/python3
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# run WORD...: replaces this process by the runner, with the words of the command line.
run() {
    rm -f "$log"
    if [ ! -x "$python" ]; then
        echo "tests/run.sh: nothing can be tested without $python" >&2
        exit 1
    fi
    exec "$python" -B "$top/tests/runner/main.py" "$@"
}

# What the tests need besides a build: a command or a file, and its package.
needed() {
    cat <<'LIST'
/usr/include/check.h check
spawn-fcgi spawn-fcgi
nginx nginx-light
apache2 apache2
/usr/lib/apache2/modules/mod_xsendfile.so libapache2-mod-xsendfile
/usr/lib/postgresql/*/bin/initdb postgresql
/usr/lib/python3/dist-packages/pytest python3-pytest
/usr/lib/python3/dist-packages/yaml python3-yaml
/usr/lib/python3/dist-packages/cryptography python3-cryptography
docker-registry docker-registry
/usr/bin/python3 python3
openssl openssl
curl curl
git git
clang clang
clang-format clang-format
shellcheck shellcheck
skopeo skopeo
podman podman
buildah buildah
zstd zstd
systemd-analyze systemd
debootstrap debootstrap
groff groff-base
node nodejs
npm npm
/usr/lib/python3/dist-packages/boto3 python3-boto3
/usr/lib/python3/dist-packages/swift/proxy/server.py python3-swift
/usr/lib/python3/dist-packages/crcmod python3-crcmod
/usr/lib/python3.*/ensurepip/__init__.py python3-venv
LIST
}

# If go is too old to build the programs of the tests, it downloads a newer go, see tools.sh.
needed_go() {
    [ -x /usr/local/go/bin/go ] || echo go golang-go
}

# The package of clang's runtime is named after clang's version, which is known once clang is installed.
needed_clang_runtime() {
    local major
    major=$(clang -dumpversion 2>/dev/null | cut -d. -f1)
    [ -z "$major" ] || echo "/usr/lib/llvm-$major/lib/clang/*/lib/linux/libclang_rt.fuzzer-*.a libclang-rt-$major-dev"
}

missing_packages() {
    { build_needs && needed && needed_go && needed_clang_runtime; } | packages_not_present
}

# Installs until no package is missing, or until a round changes nothing: one package may decide the name of another.
install_missing() {
    local packages before=
    [ "$(id -u)" -ne 0 ] || packages_clean
    packages=$(missing_packages)
    if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
        while [ -n "$packages" ] && [ "$packages" != "$before" ]; do
            echo "== installing $packages"
            # shellcheck disable=SC2086 # a list
            install_packages "$log" $packages || true
            before=$packages
            packages=$(missing_packages)
        done
    fi
    [ -z "$packages" ] || echo "== missing packages: $packages"
    [ -z "$packages" ] || [ ! -s "$log" ] || tail -n 20 "$log"
}

case " $* " in
*" --help "* | *" -h "* | *" --list "* | *" --no-install "*) run "$@" ;;
esac
# Wrong usage is reported before anything is installed.
[ ! -x "$python" ] || "$python" -B "$top/tests/runner/main.py" --check "$@" || exit
install_missing
run "$@"
