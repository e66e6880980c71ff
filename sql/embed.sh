#!/bin/sh
# SPDX-License-Identifier: MIT
# Writes the numbered migrations as a C table, so that the programs carry the schema they were built for.
# Usage: embed.sh NNNN_name.sql ... > migrations.c
set -eu
cat <<'HEAD'
/* Made by sql/embed.sh from the numbered files beside it. */
#include "berth/meta/schema.h"

const struct db_migration meta_migrations[] = {
HEAD
version=0
for file in "$@"; do
    version=$((version + 1))
    name=$(basename "$file" .sql)
    case $name in
    "$(printf '%04d' "$version")"_*) ;;
    *)
        echo "embed.sh: $file: expected number $(printf '%04d' "$version")" >&2
        exit 1
        ;;
    esac
    printf '\t{.version = %d, .name = "%s", .text =\n' "$version" "$name"
    sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/\t "/' -e 's/$/\\n"/' "$file"
    printf '\t ,\n'
    # a line "-- after: STATEMENT" of the file
    after=$(sed -n 's/^-- after: //p' "$file")
    [ -z "$after" ] || printf '\t .after = "%s",\n' "$after"
    printf '\t},\n'
done
cat <<'TAIL'
};

const size_t meta_migrations_count = sizeof meta_migrations / sizeof *meta_migrations;
TAIL
