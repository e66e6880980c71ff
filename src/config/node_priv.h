/* SPDX-License-Identifier: MIT */
/*
 * A configuration before its settings are looked at: mappings, lists and scalars, each with the place it came from.
 * The file makes the tree, the environment changes it, apply.c reads it.
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

struct node *node_new(struct arena *arena, enum node_kind kind, struct config_where where);

/* `child` becomes the last of `parent`; `key` is NULL in a list, and borrowed. */
void node_append(struct node *parent, const char *key, struct node *child);

/* The child of a mapping; NULL when there is none. */
struct node *node_get(const struct node *map, struct span key);

/* The child of a list; NULL beyond its end. */
struct node *node_at(const struct node *list, size_t index);

/* Whether a list's item is a mapping that is switched off: `disabled: true`. */
bool node_says_disabled(const struct node *item);

/* Gives `node` what `value` holds and says; its key and its place among its siblings stay. */
void node_replace(struct node *node, const struct node *value);

/* What a node of this kind is called in a message. */
const char *node_kind_name(enum node_kind kind);

#endif
