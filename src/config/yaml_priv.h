/* SPDX-License-Identifier: MIT */
/*
 * YAML into a tree. Refused while it streams by, since a configuration has no use for it: nesting below
 * LIMIT_CONFIG_DEPTH, several documents, duplicate keys, keys that are not scalars, NUL bytes, more nodes than
 * LIMIT_CONFIG_NODES.
 *
 * In a file, `*alias` is a copy of what has the anchor, and counts as if it were written out, so that no few lines
 * become a tree beyond the limits. `<<` adds the keys of mappings to those that a mapping has itself, wherever it
 * stands. In a variable's value, anchors, aliases and tags are refused.
 */
#ifndef BERTH_CONFIG_YAML_PRIV_H
#define BERTH_CONFIG_YAML_PRIV_H

#include "node_priv.h"

/*
 * The document in `bytes`; an empty one is a NODE_NULL. `where.source` names it in messages; lines are counted when
 * where.line is not 0; `key` begins the keys of messages. What is refused is in the report; where reading can go on
 * behind it, it does, and where it cannot, the result is NULL.
 */
struct node *yaml_read(struct arena *arena, struct span bytes, struct config_where where, const char *key,
		       struct config_report *report);

#endif
