/* SPDX-License-Identifier: MIT */
/* The columns of the route tables that say who may use a route: what authorisation asks for, and what may switch it off. */
#ifndef BERTH_API_RULE_H
#define BERTH_API_RULE_H

/* What the caller must be allowed to do. Authorisation reads this and nothing else. */
enum api_action {
	ACTION_NONE,     /* nothing: the route is open to everybody */
	ACTION_ANY,      /* nothing in particular, but with good credentials */
	ACTION_PULL,     /* repository:{name}:pull */
	ACTION_PUSH,     /* repository:{name}:pull and push */
	ACTION_MOUNT,    /* as ACTION_PUSH; a challenge asks for pull on the query's `from`, too, which is not required */
	ACTION_CONTINUE, /* as ACTION_PUSH; an expired token may go on with the upload session that it started */
	ACTION_DELETE,   /* repository:{name}:delete */
	ACTION_CATALOG   /* registry:catalog:* */
};

/* What the operator may have switched off. */
enum api_guard {
	GUARD_NONE,
	GUARD_WRITE, /* refused in read-only mode */
	GUARD_DELETE /* refused in read-only mode, and unless deletion is enabled */
};

struct api_rule {
	enum api_action action;
	enum api_guard guard;
};

#endif
