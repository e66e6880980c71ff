# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Sourced by what installs Debian's packages.

apt_install() {
    DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o DPkg::Lock::Timeout=300 install --no-install-recommends "$@"
}

# install_each PACKAGE...: apt-get installs nothing of a list in which one name is unknown. If the list fails, each package
# is installed by itself. Prints one line for each package that could not be installed; the status is 1 if there is one.
install_each() {
    local package status=0
    ! apt_install "$@" >&2 || return 0
    for package in "$@"; do
        if ! apt_install "$package" >&2; then
            echo "package $package cannot be installed"
            status=1
        fi
    done
    return $status
}

# install_packages LOG PACKAGE...: installs Debian packages; apt-get's output goes to LOG. Prints one line for each package
# that could not be installed, and returns 1 if there is one. Packages of servers start the server and make a database
# cluster; both are prevented.
install_packages() {
    local log=$1 policy=/usr/sbin/policy-rc.d cluster=/etc/postgresql-common/createcluster.d status=0
    shift
    if [ ! -e "$policy" ]; then
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod 755 "$policy"
    else
        policy=
    fi
    mkdir -p "$cluster"
    echo "create_main_cluster = false" >"$cluster/berth.conf"
    apt-get -qq update >>"$log" 2>&1 </dev/null || true
    install_each "$@" 2>>"$log" </dev/null || status=$?
    rm -f "$cluster/berth.conf" ${policy:+"$policy"}
    return $status
}
