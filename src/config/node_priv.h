/* SPDX-License-Identifier: MIT */
/*
 * The tree of a configuration: mappings, lists and scalars, each with the place where it was given. yaml.c makes the tree
 * of the file, env.c changes it by variables, apply.c reads it.
 */
#ifndef BERTH_CONFIG_NODE_PRIV_H
#define BERTH_CONFIG_NODE_PRIV_H

#include <stdbool.h>
#include <stddef.h>

#include "berth/base/arena.h"
#include "berth/base/span.h"
#include "berth/config/report.h"

enum node_kind { NODE_NULL, NODE_SCALAR, NODE_LIST, NODE_MAP };

struct node {
	enum node_kind kind;
	struct config_where where; /* of its key, when it has one */
	const char *key;           /* NULL unless a mapping holds it */
	const char *text;          /* of a scalar */
	struct node *first, *last; /* of a list or mapping */
	struct node *next;
	size_t count;
};

/* Returns a new node without children or text, in `arena`. */
struct node *node_new(struct arena *arena, enum node_kind kind, struct config_where where);

/* Adds `child` behind the last child of `parent`. `key` is borrowed; NULL in a list. */
void node_append(struct node *parent, const char *key, struct node *child);

/* Returns the child of a mapping with this key; NULL when there is none. */
struct node *node_get(const struct node *map, struct span key);

/* Returns the child of a list at this index; NULL beyond the end. */
struct node *node_at(const struct node *list, size_t index);

/* Returns whether an item of a list is a mapping with `disabled: true`. */
bool node_says_disabled(const struct node *item);

/* Replaces kind, text and children of `node` by those of `value`. Key and siblings stay. */
void node_replace(struct node *node, const struct node *value);

/* Returns the name of this kind in messages: "a list" and so on. */
const char *node_kind_name(enum node_kind kind);

#endif
