# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Sourced by the scripts that install Debian packages.
#
# The packages of servers start these servers, and PostgreSQL's makes a cluster. Two files prevent both during an
# installation: policy-rc.d and a setting of postgresql-common. A signal ends apt-get first, then the files are removed. After
# a `kill -9` they stay behind; the policy then allows everything, and the next run removes both.

packages_lock=/etc/apt # a folder is locked like a file, and nothing is left behind
packages_policy=/usr/sbin/policy-rc.d
packages_cluster=/etc/postgresql-common/createcluster.d/berth.conf
packages_mark="# berth: temporary file of conf/packages.sh"

# install_packages LOG PACKAGE...: installs Debian packages without starting a server; apt-get's output goes to LOG. Prints one
# line for each package that could not be installed, and returns 1 if there is one. A signal ends the calling script as
# elsewhere, after apt-get has stopped and the two files are removed. Not for a subshell or a pipe, which gets no signal.
install_packages() {
    local log=$1 lock status=0 traps signal apt='' caught=''
    shift
    exec {lock}<"$packages_lock"
    if ! flock -w 600 "$lock"; then
        echo "another script of Berth has been installing packages for 10 minutes (flock of $packages_lock)" >&2
        exec {lock}>&-
        return 1
    fi
    traps=$(trap -p INT TERM HUP QUIT PIPE)
    for signal in INT TERM HUP QUIT PIPE; do
        # shellcheck disable=SC2064 # the name of this signal
        trap "packages_stop $signal" "$signal"
    done
    packages_forget
    packages_hold_off
    packages_apt update || true
    packages_each "$@" || status=1
    packages_forget
    exec {lock}>&-
    trap - INT TERM HUP QUIT PIPE
    eval "$traps"
    [ -z "$caught" ] || kill -s "$caught" "$$"
    return $status
}

# packages_clean: removes what an earlier run that was killed has left behind, unless another script installs right now.
packages_clean() {
    local lock
    [ -d "$packages_lock" ] || return 0
    exec {lock}<"$packages_lock"
    ! flock -n "$lock" || packages_forget
    exec {lock}>&-
}

packages_install() {
    packages_apt -y -o DPkg::Lock::Timeout=300 install --no-install-recommends "$@"
}

# packages_each PACKAGE...: apt-get installs nothing of a list in which one name is unknown. If the list fails, each package
# is installed by itself.
packages_each() {
    local package status=0
    ! packages_install "$@" || return 0
    for package in "$@"; do
        [ -z "$caught" ] || return 1
        if ! packages_install "$package"; then
            echo "package $package cannot be installed"
            status=1
        fi
    done
    return $status
}

# Runs apt-get in a session of its own: Ctrl-C reaches the script only, which asks apt-get to stop between two packages.
packages_apt() {
    local status=0
    [ -z "$caught" ] || return 1
    DEBIAN_FRONTEND=noninteractive setsid env --default-signal=INT,QUIT apt-get -qq "$@" >>"$log" 2>&1 </dev/null &
    apt=$!
    while :; do
        wait "$apt" && status=0 || status=$?
        kill -0 "$apt" 2>/dev/null || break
    done
    apt=
    return $status
}

# The handler of signals during an installation.
packages_stop() {
    caught=$1
    [ -z "$apt" ] || kill -INT "$apt" 2>/dev/null || true
    echo "stopping apt-get after the packages that it is installing" >&2
}

packages_hold_off() {
    local folder=${packages_cluster%/*} made=''
    if [ ! -e "$packages_policy" ] && [ ! -L "$packages_policy" ]; then
        cat >"$packages_policy" <<TEXT
#!/bin/sh
$packages_mark
# No service starts while packages are installed. Without an installation everything is allowed.
flock --shared --nonblock $packages_lock true || exit 101
TEXT
        chmod 755 "$packages_policy"
    fi
    [ -d "${folder%/*}" ] || made=${folder%/*}
    [ -d "$folder" ] || made="$folder $made"
    mkdir -p "$folder"
    printf '%s\n# folders made: %s\ncreate_main_cluster = false\n' "$packages_mark" "$made" >"$packages_cluster"
}

# Removes both files, and the folders that were made for them. A policy without the mark is the administrator's.
packages_forget() {
    local made
    ! grep -qsxF "$packages_mark" "$packages_policy" || rm -f "$packages_policy"
    if [ -e "$packages_cluster" ]; then
        made=$(sed -n 's/^# folders made: //p' "$packages_cluster")
        rm -f "$packages_cluster"
        # shellcheck disable=SC2086 # a list
        [ -z "$made" ] || rmdir $made 2>/dev/null || true
    fi
}

# is_present WHAT: whether a program of this name is installed, or a file that matches WHAT if it starts with a slash.
is_present() {
    case $1 in
    /*) compgen -G "$1" >/dev/null ;;
    *) PATH=$PATH:/usr/sbin:/sbin command -v "$1" >/dev/null ;;
    esac
}

# packages_not_present: reads lines of WHAT and PACKAGE, and prints the packages whose WHAT is not present, in one line.
packages_not_present() {
    local what package
    while read -r what package; do
        is_present "$what" || echo "$package"
    done | sort -u | tr '\n' ' '
}

# build_needs: what a build of this tree needs, as lines for packages_not_present.
build_needs() {
    cat <<'LIST'
autoreconf autoconf
automake automake
gcc gcc
make make
pkg-config pkg-config
/usr/include/fcgiapp.h libfcgi-dev
/usr/include/openssl/evp.h libssl-dev
/usr/include/json-c/json.h libjson-c-dev
/usr/include/yaml.h libyaml-dev
/usr/include/postgresql/libpq-fe.h libpq-dev
/usr/include/pcre2.h libpcre2-dev
/usr/include/*/curl/curl.h libcurl4-openssl-dev
/usr/include/libxml2/libxml/parser.h libxml2-dev
/usr/include/jwt.h libjwt-dev
/usr/include/crypt.h libcrypt-dev
LIST
}
