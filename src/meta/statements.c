/* SPDX-License-Identifier: MIT */
/* The statement table. */
#include "berth/meta/statements.h"

const struct db_statement meta_statements[STMT_COUNT] = {
#define STMT(name, arity, text) [STMT_##name] = {#name, arity, text},
#include "berth/meta/statements.def"
#undef STMT
};
