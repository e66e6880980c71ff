#!/bin/bash
# SPDX-License-Identifier: MIT
# Prints the schema that the migrations yield, from a scratch cluster; `--check` compares it with sql/schema.sql.
# usage: dump_schema.sh [--check]
set -eu -o pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
tools=$(find /usr/lib/postgresql -name initdb -printf '%h\n' | sort -V | tail -n 1)
place=$(mktemp -d)
run=()
if [ "$(id -u)" -eq 0 ]; then
    chown nobody "$place"
    run=(setpriv --reuid=nobody --clear-groups --)
fi

finish() {
    "${run[@]}" "$tools/pg_ctl" -D "$place/data" -m immediate stop >/dev/null 2>&1 || true
    rm -rf "$place"
}
trap finish EXIT

cd "$place"
"${run[@]}" "$tools/initdb" -D "$place/data" -U berth -A trust --no-sync >/dev/null
"${run[@]}" "$tools/pg_ctl" -D "$place/data" -w -l "$place/log" \
    -o "-c listen_addresses= -c fsync=off -k $place" start >/dev/null
for file in "$top"/sql/[0-9]*.sql; do
    psql -q -v ON_ERROR_STOP=1 --single-transaction -h "$place" -U berth postgres -f "$file"
done

# without what differs from one release of pg_dump to the next
schema() {
    printf -- '-- SPDX-License-Identifier: MIT\n-- What the migrations yield, by tests/db/dump_schema.sh; not edited by hand.\n'
    pg_dump --schema-only --no-owner --no-privileges -h "$place" -U berth postgres |
        sed -e '/^--/d' -e '/^SET /d' -e '/^SELECT pg_catalog.set_config/d' -e '/^\\/d' | cat -s
}

if [ "${1-}" = --check ]; then
    schema | diff -u "$top/sql/schema.sql" -
else
    schema
fi
