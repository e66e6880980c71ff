/* SPDX-License-Identifier: MIT */
/*
 * The `scope` parameter of a token request (distribution, "Token Scope Documentation"):
 *
 *     scope  := type [ "(" class ")" ] ":" name ":" action *( "," action )      repository:team/app:pull,push
 *     type, class := 1*[a-z0-9]       action := "*" or *[a-z]
 *
 * The name reaches to the last colon, so that a host with a port may stand in it; what it is good for is decided
 * elsewhere. Parsing is strict in form and bounded in size, and knows four actions: others are no error and nothing.
 */
#ifndef BERTH_ISSUER_SCOPE_H
#define BERTH_ISSUER_SCOPE_H

#include <stdbool.h>
#include <stddef.h>

#include "berth/base/arena.h"
#include "berth/base/error.h"
#include "berth/base/span.h"
#include "berth/base/strbuf.h"

#define SCOPE_LIST_MAX 500 /* entries of one request; more than fit into a token */
#define SCOPE_WORD_MAX 32  /* bytes of a type, a class, an action */

/* In the order in which they are written. */
enum scope_action { SCOPE_PULL = 1, SCOPE_PUSH = 2, SCOPE_DELETE = 4, SCOPE_ANY = 8 };

struct scope {
	struct span type;
	struct span class; /* "" for none */
	struct span name;
	unsigned actions; /* of enum scope_action */
};

struct scope_list {
	struct scope *items;
	size_t count;
};

void scope_list_init(struct scope_list *list, struct arena *arena);

/*
 * Adds the scopes of one parameter, which stand apart by spaces; those with the type, class and name of one that is there
 * become part of it. E_SCOPE_INVALID. The spans are the parameter's.
 */
bool scope_list_add(struct scope_list *list, struct span parameter, struct error *error);

/* "pull,push": the actions in their order. */
void scope_write_actions(struct strbuf *out, unsigned actions);

/* The scope as it is asked for. */
void scope_write(struct strbuf *out, const struct scope *scope);

/* Calls fn with the name of each action of the set, in their order. */
typedef void scope_action_fn(void *context, const char *action);
void scope_each_action(unsigned actions, scope_action_fn *fn, void *context);

#endif
