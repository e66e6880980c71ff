#!/bin/bash
# SPDX-License-Identifier: MIT
# Builds one tree of objects: build.sh FOLDER TARGET [OPTION of configure...]; TARGET is all, or check with the tests' programs.
set -u
umask 022
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
folder=$1
target=$2
shift 2

# What configure looks at: the installed libraries, the compiler, the options.
surroundings() {
    dpkg-query -W -f '${Package} ${Version} ${db:Status-Status}\n' '*-dev' check 2>/dev/null || pkg-config --list-all
    ${CC:-gcc} --version | head -n 1
    echo "$top/configure $*"
}

# configure_if_needed [OPTION...]: configures the current folder if it is not configured, or if what configure looks at has
# changed since. Objects that an older library or compiler made are removed.
configure_if_needed() {
    surroundings "$@" >surroundings.new
    if [ -f Makefile ] && cmp -s surroundings surroundings.new; then
        return 0
    fi
    "$top/configure" --quiet "$@" || return 1
    [ ! -f surroundings ] || make --silent clean >/dev/null || return 1
    mv surroundings.new surroundings
}

[ -x "$top/configure" ] && [ -f "$top/Makefile.in" ] || "$top/autogen.sh" || exit 1
mkdir -p "$folder" && cd "$folder" && configure_if_needed "$@" || exit 1
make --silent -j"$(nproc)" || exit 1
[ "$target" = all ] || make --silent -j"$(nproc)" "$target" TESTS=
