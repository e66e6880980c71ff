#!/bin/sh
# SPDX-License-Identifier: MIT
# Makes folders like `mkdir -p`: the Makefile's MKDIR_P, which runs before each group of files is installed.
#
# When root installs, each folder on the way must be root's, and so must each symbolic link. Otherwise another account could put
# a link in the place of a folder, and root would write where the link leads. Folders of the build tree have relative paths, and
# are not looked at: whoever owns the build tree decides what root installs anyway.
set -eu

refuse() {
    echo "install: $1; to install there all the same: make install MKDIR_P='mkdir -p'" >&2
    exit 1
}

# check PATH: every part of the absolute path that exists, as far as its links lead
check() {
    seen="" rest=$1 links=0
    while [ -n "$rest" ]; do
        part=${rest%%/*}
        case $rest in */*) rest=${rest#*/} ;; *) rest="" ;; esac
        case $part in
        "" | .) continue ;;
        ..) seen=${seen%/*} && continue ;;
        esac
        seen=$seen/$part
        owner=$(stat -c %u -- "$seen" 2>/dev/null) || return 0
        [ "$owner" = 0 ] || refuse "$seen belongs to $(stat -c %U -- "$seen"), who could put a link in the place of a file"
        if [ -L "$seen" ]; then
            links=$((links + 1))
            [ "$links" -le 40 ] || refuse "$seen is one of too many symbolic links"
            target=$(readlink -- "$seen")
            rest=$target/$rest
            case $target in /*) seen="" ;; *) seen=${seen%/*} ;; esac
        elif [ -d "$seen" ]; then
            # a sticky folder such as /tmp: others cannot replace the next part, which is root's
            case $(stat -c %A -- "$seen") in
            ????????w[!tT]) refuse "$seen may be written by every account" ;;
            esac
        fi
    done
}

if [ "$(id -u)" = 0 ]; then
    for folder in "$@"; do
        case $folder in
        /*) check "$folder" ;;
        *) [ -z "${DESTDIR:-}" ] || case $folder in "$DESTDIR"*) check "$PWD/$folder" ;; esac ;;
        esac
    done
fi
exec mkdir -p -- "$@"
