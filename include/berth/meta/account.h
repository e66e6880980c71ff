/* SPDX-License-Identifier: MIT */
/*
 * Accounts (users and robots) and their tokens, as administration changes and lists them.
 *
 * Changes belong into meta_change_admin (meta/change.h). The schema refuses wrong names; `enum meta_change` says how a change
 * ended. Lists are tables of texts; a time is like 2026-01-31T23:59:59Z.
 */
#ifndef BERTH_META_ACCOUNT_H
#define BERTH_META_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "berth/meta/meta.h"
#include "berth/meta/role.h"
#include "berth/meta/table.h"

struct meta_account_new {
	const char *name;
	const char *password; /* its hash; NULL: none */
	bool robot;
	bool admin;
};

/* Adds an account. META_CHANGE_EXISTS, META_CHANGE_REFUSED. */
bool meta_account_add(const struct meta *meta, const struct meta_account_new *account, enum meta_change *out);

/* What NULL is stays as it is. */
struct meta_account_change {
	const char *password; /* its hash */
	const char *admin;    /* "true" or "false" */
	const char *disabled; /* "true" or "false" */
};

/* Changes an account. Another password removes the account's refresh tokens, in a second statement. */
bool meta_account_change(const struct meta *meta, const char *name, const struct meta_account_change *change,
			 enum meta_change *out);

/* Removes an account with its tokens and memberships. */
bool meta_account_remove(const struct meta *meta, const char *name, enum meta_change *out);

/* Finds an account by name. *robot is set only when *found is. */
bool meta_account_find(const struct meta *meta, const char *name, bool *found, bool *robot);

/* Lists name, kind, admin, disabled, created, last_used; `name` NULL: of all accounts. */
bool meta_account_list(const struct meta *meta, const char *name, struct meta_table *out);

struct meta_access_token_new {
	const char *account;
	const char *name;
	struct span hash; /* SHA-256 of the token */
	enum meta_role role;
	const char *project; /* path; NULL: all of the account's */
	int64_t seconds;     /* until it ends */
};

/* Adds an access token; *expires is the time at which it ends, as text. META_CHANGE_UNKNOWN: no such account or project. */
bool meta_access_token_add(const struct meta *meta, const struct meta_access_token_new *token, enum meta_change *out,
			   struct span *expires);

/* Changes role and end (`seconds` from now) of an access token. META_ROLE_NONE and 0 leave either as it is. */
bool meta_access_token_change(const struct meta *meta, const char *account, const char *name, enum meta_role role,
			      int64_t seconds, enum meta_change *out);

/* Removes an access token, with the refresh tokens that were given for it. */
bool meta_access_token_remove(const struct meta *meta, const char *account, const char *name, enum meta_change *out);

/* Lists user, name, role, project, created, expires, expired, last_used; NULL: all. */
bool meta_access_token_list(const struct meta *meta, const char *account, const char *name, struct meta_table *out);

/* Lists user, id, created, last_used, address, client, token (the access token), expires, chain_ends; NULL: all. */
bool meta_refresh_list(const struct meta *meta, const char *account, struct meta_table *out);

/* Removes one refresh token of the account, or all (`id` 0), and writes that to the audit. */
bool meta_refresh_revoke(const struct meta *meta, const char *account, int64_t id, enum meta_change *out);

#endif
