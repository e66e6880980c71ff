/* SPDX-License-Identifier: MIT */
/*
 * Who is asking, and what they may do: the result of authentication, whatever the scheme.
 */
#ifndef BERTH_AUTH_IDENTITY_H
#define BERTH_AUTH_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "berth/base/arena.h"
#include "berth/base/span.h"

#define IDENTITY_FINGERPRINT 32 /* bytes of a SHA-256 */

/* One thing that a request needs: `repository:<name>:pull`, `registry:catalog:*`. */
struct access {
	const char *type;
	struct span name;
	const char *action;
};

struct texts {
	const char *const *items;
	size_t count;
};

/* What GitLab says of a project beside the actions (`meta` of an access entry). Ids are 0 where it says nothing. */
struct grant_meta {
	const char *project_path; /* "" */
	int64_t project_id;
	int64_t namespace_id;
	struct texts deny_push; /* tag_deny_access_patterns */
	struct texts deny_delete;
	struct texts immutable; /* tag_immutable_patterns */
};

/* One entry of a token's access list. Names are literal: no pattern of theirs is expanded. */
struct grant {
	const char *type;
	const char *name;
	struct texts actions; /* `*` is all of them */
	struct grant_meta meta;
};

struct identity {
	const char *user;       /* "" for somebody unnamed */
	const char *auth_type;  /* GitLab's word for how the user signed in, "" elsewhere */
	const char *user_claim; /* GitLab's nested token about the user, unread: for events only. "" elsewhere */
	bool everything;        /* may do everything: none, silly, htpasswd */
	const struct grant *grants;
	size_t grant_count;
	/* Of a token: its SHA-256, by which an upload session knows who started it. */
	bool has_fingerprint;
	unsigned char fingerprint[IDENTITY_FINGERPRINT];
};

/* May this be done? Exact names and actions, or a grant of `*`. */
bool identity_allows(const struct identity *identity, const struct access *access);

/* A copy that lives in `arena`. */
void identity_copy(struct identity *out, struct arena *arena, const struct identity *identity);

/* The repositories that may be pulled from, by name; meaningless for `everything`. */
const struct span *identity_readable(const struct identity *identity, struct arena *arena, size_t *count);

#endif
