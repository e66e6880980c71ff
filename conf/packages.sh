# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Sourced by what installs Debian's packages.

# install_packages LOG PACKAGE...: packages of servers start them and make clusters of their own; both are held off meanwhile.
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
    {
        apt-get -qq update
        DEBIAN_FRONTEND=noninteractive apt-get -qq -y install --no-install-recommends "$@"
    } >"$log" 2>&1 </dev/null || status=$?
    rm -f "$cluster/berth.conf" ${policy:+"$policy"}
    return $status
}
