/* SPDX-License-Identifier: MIT */
/* The numbers of the statements in include/berth/meta/statements.def, and the table itself. */
#ifndef BERTH_META_STATEMENTS_H
#define BERTH_META_STATEMENTS_H

#include "berth/db/db.h"

enum statement {
#define STMT(name, arity, text) STMT_##name,
#include "berth/meta/statements.def"
#undef STMT
	STMT_COUNT
};

extern const struct db_statement meta_statements[STMT_COUNT];

/* The channel on which a deleted manifest is announced to every worker of every node. */
#define META_CHANNEL "berth_manifest"

#endif
