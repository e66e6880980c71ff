/* SPDX-License-Identifier: MIT */
/* The tree of a configuration. */
#include "node_priv.h"

struct node *node_new(struct arena *arena, enum node_kind kind, struct config_where where)
{
	struct node *node = arena_alloc(arena, sizeof *node);

	node->kind = kind;
	node->where = where;
	return node;
}

void node_append(struct node *parent, const char *key, struct node *child)
{
	child->key = key;
	if (parent->last)
		parent->last->next = child;
	else
		parent->first = child;
	parent->last = child;
	parent->count++;
}

struct node *node_get(const struct node *map, struct span key)
{
	for (struct node *child = map->first; child; child = child->next)
		if (span_is(key, child->key))
			return child;
	return NULL;
}

struct node *node_at(const struct node *list, size_t index)
{
	struct node *child = list->first;

	while (child && index-- > 0)
		child = child->next;
	return child;
}

void node_replace(struct node *node, const struct node *value)
{
	const char *key = node->key;
	struct node *next = node->next;

	*node = *value;
	node->key = key;
	node->next = next;
}

const char *node_kind_name(enum node_kind kind)
{
	static const char *const names[] = {[NODE_NULL] = "nothing",
					    [NODE_SCALAR] = "a single value",
					    [NODE_LIST] = "a list",
					    [NODE_MAP] = "a mapping"};

	return names[kind];
}

bool node_says_disabled(const struct node *item)
{
	const struct node *child = item->kind == NODE_MAP ? node_get(item, SPAN_LIT("disabled")) : NULL;

	return child && child->kind == NODE_SCALAR && span_is_nocase(span_of(child->text), "true");
}
