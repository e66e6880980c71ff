/* SPDX-License-Identifier: MIT */
/* The caller of a request and what the caller may do: the result of authentication, whatever the scheme. */
#ifndef BERTH_AUTH_PRINCIPAL_H
#define BERTH_AUTH_PRINCIPAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "berth/base/arena.h"
#include "berth/base/span.h"

#define PRINCIPAL_FINGERPRINT 32 /* bytes of a SHA-256 */

/* One permission that a request needs: `repository:<name>:pull`, `registry:catalog:*`. */
struct access {
	const char *type;
	struct span name;
	const char *action;
};

struct texts {
	const char *const *items;
	size_t count;
};

/* GitLab's `meta` of an access entry: the project, and rules about tags. Ids are 0 where the token does not give them. */
struct grant_meta {
	const char *project_path; /* "" */
	int64_t project_id;
	int64_t namespace_id;
	struct texts deny_push; /* tag_deny_access_patterns */
	struct texts deny_delete;
	struct texts immutable; /* tag_immutable_patterns */
};

/* One entry of a token's access list. A name is literal: patterns in it are not expanded. */
struct grant {
	const char *type;
	const char *name;
	struct texts actions; /* `*` means every action */
	struct grant_meta meta;
};

struct principal {
	const char *user;       /* "": the caller has no name */
	const char *auth_type;  /* GitLab's word for how the user signed in; "" in other tokens */
	const char *user_claim; /* GitLab's nested token about the user, unread, for events; "" in other tokens */
	bool everything;        /* the caller may do everything: schemes none, silly, htpasswd */
	const struct grant *grants;
	size_t grant_count;
	/* The SHA-256 of the token. An upload session keeps that of the token that started it. */
	bool has_fingerprint;
	unsigned char fingerprint[PRINCIPAL_FINGERPRINT];
};

/* Returns whether a grant has the type, the name and the action, or the type, the name and `*`. */
bool principal_allows(const struct principal *principal, const struct access *access);

/* Copies a principal into `arena`. */
void principal_copy(struct principal *out, struct arena *arena, const struct principal *principal);

/* Returns the names of the repositories that may be pulled from, in `arena`. Not for a principal with `everything`. */
const struct span *principal_readable(const struct principal *principal, struct arena *arena, size_t *count);

#endif
