/* SPDX-License-Identifier: MIT */
/*
 * Reads YAML into a tree. These are errors: nesting below LIMIT_CONFIG_DEPTH, more nodes than LIMIT_CONFIG_NODES, several
 * documents, duplicate keys, keys that are not scalars, NUL bytes.
 *
 * In a file, `*alias` is a copy of the node with the anchor. The copy counts towards the limits as if it were written out,
 * so that a few lines cannot become a large tree. `<<` adds the keys of other mappings to a mapping, wherever it stands. In
 * a variable's value, anchors, aliases and tags are errors.
 */
#ifndef BERTH_CONFIG_YAML_PRIV_H
#define BERTH_CONFIG_YAML_PRIV_H

#include "node_priv.h"

/*
 * Returns the document in `bytes`, in `arena`; an empty document is a NODE_NULL. `where.source` names it in messages, with
 * a line when where.line is not 0. `key` stands in front of the keys in messages. Errors are in the report. The result is
 * NULL when reading could not go on behind an error.
 */
struct node *yaml_read(struct arena *arena, struct span bytes, struct config_where where, const char *key,
		       struct config_report *report);

#endif
