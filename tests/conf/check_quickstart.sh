#!/bin/bash
# SPDX-License-Identifier: MIT
# The README's first command checks itself behind each web server, and with the token service. The runs share a build.
# The last line counts.
set -u
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
data=$(mktemp -d /tmp/bq.XXXXXX)
trap 'rm -rf "$data"' EXIT
chmod 755 "$data"
passed=0
failed=0

# check OPTION...
check() {
    local port
    port=$(PYTHONPATH=$top/tests/lib /usr/bin/python3 -B -c 'from processes import free_port; print(free_port())')
    echo "quickstart --check $*"
    if "$top/conf/quickstart.sh" --check --port "$port" --data "$data" "$@"; then
        passed=$((passed + 1))
    else
        echo "FAILED: quickstart --check $*"
        failed=$((failed + 1))
    fi
}

check --server nginx
check --server apache
check --server nginx --auth
echo "quickstart: $passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
