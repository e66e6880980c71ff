#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs the Go, Node and Python programs of the tests, in pinned versions, into the tests' cache. Names the missing ones.
# usage: tools.sh [NAME...]   prints the folder of the programs; exits with 1 if a program could not be installed
set -u

cache=${BERTH_TEST_CACHE:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/berth-tests}
bin=$cache/bin
go_needed=1.24
toolchain=golang.org/toolchain@v0.0.1-go1.25.3.$(uname -s | tr '[:upper:]' '[:lower:]')

modules='
conformance github.com/opencontainers/distribution-spec/conformance@v0.0.0-20260831232431-97274622c111
crane       github.com/google/go-containerregistry/cmd/crane@v0.22.1
oras        oras.land/oras/cmd/oras@v1.3.6
regctl      github.com/regclient/regclient/cmd/regctl@v0.11.7
'

# each in a folder of its own; name==version is Python's
packages='
azurite azurite@3.35.0
google-cloud-storage google-cloud-storage==3.17.1
oss2        oss2==2.19.1
'

is_new_enough() {
    version=$("$1" env GOVERSION 2>/dev/null | sed 's/^go//')
    printf '%s\n%s\n' "$go_needed" "$version" | sort -V -C
}

# The go of a distribution may be too old to build these programs. A newer go is available as a Go module, and go verifies
# its checksum like that of any module. The files of a module have no execute permission; chmod adds it.
newer_go() {
    module=$toolchain-$("$1" env GOARCH) || return
    folder=$("$1" mod download -json "$module" 2>/dev/null | sed -n 's/^[[:space:]]*"Dir": "\(.*\)",$/\1/p')
    [ -n "$folder" ] || return
    find "$folder/bin" "$folder/pkg/tool" -type f -exec chmod 755 {} + && echo "$folder/bin/go"
}

# A go that is new enough: in PATH, in the folder of go's installer, or downloaded by an older go.
find_go() {
    for go in "$(command -v go)" /usr/local/go/bin/go; do
        if [ -x "$go" ] && is_new_enough "$go"; then
            echo "$go"
            return
        fi
    done
    go=$(command -v go) && newer_go "$go"
}

# Builds one program, unless its pinned version is installed.
install_one() {
    name=$1
    module=$2
    if [ -x "$bin/$name" ] && [ "$(cat "$bin/$name.version" 2>/dev/null)" = "$module" ]; then
        return 0
    fi
    if [ -z "$go" ]; then
        echo "tools: $name is missing, and there is no go $go_needed or newer to build it" >&2
        return 1
    fi
    echo "tools: building $name" >&2
    if ! (cd "$cache" && GOBIN="$bin" GOFLAGS=-buildvcs=false "$go" install "$module" >&2); then
        echo "tools: $name could not be built" >&2
        return 1
    fi
    echo "$module" > "$bin/$name.version"
}

install_with_npm() {
    npm install --silent --no-audit --no-fund --prefix "$1" "$2"
}

install_with_pip() {
    /usr/bin/python3 -m venv "$1" && "$1/bin/python" -m pip install --quiet --disable-pip-version-check "$2"
}

# Installs one package and its dependencies, unless its pinned version is installed.
install_package() {
    name=$1
    package=$2
    if [ "$(cat "$cache/$name/version" 2>/dev/null)" = "$package" ]; then
        return 0
    fi
    case $package in
    *==*) manager=pip ;;
    *) manager=npm ;;
    esac
    if [ "$manager" = npm ] && ! command -v npm >/dev/null; then
        echo "tools: $name is missing, and there is no npm to install it" >&2
        return 1
    fi
    echo "tools: installing $name" >&2
    rm -rf "${cache:?}/$name"
    mkdir -p "$cache/$name"
    if ! "install_with_$manager" "$cache/$name" "$package" >&2; then
        echo "tools: $name could not be installed" >&2
        return 1
    fi
    echo "$package" > "$cache/$name/version"
}

mkdir -p "$bin" || exit 1
exec 9>"$cache/lock" && flock 9 # several jobs of one run may install the same program
go=$(find_go)
wanted=${*:-$(echo "$modules$packages" | cut -d' ' -f1)}
status=0
for name in $wanted; do
    module=$(echo "$modules" | sed -n "s/^$name  *//p")
    package=$(echo "$packages" | sed -n "s/^$name  *//p")
    if [ -n "$package" ]; then
        install_package "$name" "$package" || status=1
    else
        install_one "$name" "$module" || status=1
    fi
done
echo "$bin"
exit $status
