/* SPDX-License-Identifier: MIT */
/*
 * The `scope` parameter of a token request (distribution, "Token Scope Documentation"):
 *
 *     scope  := type [ "(" class ")" ] ":" name ":" action *( "," action )      repository:team/app:pull,push
 *     type, class := 1*[a-z0-9]       action := "*" or *[a-z]
 *
 * The name reaches to the last colon, so that it may begin with a host and a port. Whether the name is one of a repository is
 * decided elsewhere. The size is bounded. Actions other than the four of enum scope_action are ignored.
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

/* Actions, in the order in which they are written. */
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

/* Makes an empty list, in `arena`. */
void scope_list_init(struct scope_list *list, struct arena *arena);

/*
 * Adds the scopes of one parameter, separated by spaces. If the list has a scope of the same type, class and name, that scope
 * gets the actions. E_SCOPE_INVALID. The list borrows the bytes of the parameter.
 */
bool scope_list_add(struct scope_list *list, struct span parameter, struct error *error);

/* Appends the actions in their order: "pull,push". */
void scope_write_actions(struct strbuf *out, unsigned actions);

/* Appends the scope in the form of the parameter. */
void scope_write(struct strbuf *out, const struct scope *scope);

/* Calls fn with the name of each action of the set, in their order. */
typedef void scope_action_fn(void *context, const char *action);
void scope_each_action(unsigned actions, scope_action_fn *fn, void *context);

#endif
