/* SPDX-License-Identifier: MIT */
/*
 * Accounts (users and robots) and their access tokens, as administration changes and lists them. Names are not checked
 * here: the schema refuses wrong ones, and `enum meta_change` says how a change ended.
 *
 * Lists are tables of texts. A time is like 2026-01-31T23:59:59Z.
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

bool meta_account_add(const struct meta *meta, const struct meta_account_new *account, enum meta_change *out);

/* NULL leaves as it is; else "true" or "false", and a hash. Another password ends what was issued for the old one. */
struct meta_account_change {
	const char *password;
	const char *admin;
	const char *disabled;
};

bool meta_account_change(const struct meta *meta, const char *name, const struct meta_account_change *change,
			 enum meta_change *out);
bool meta_account_remove(const struct meta *meta, const char *name, enum meta_change *out);

/* *robot only when *found. */
bool meta_account_find(const struct meta *meta, const char *name, bool *found, bool *robot);

/* Lists name, kind, admin, disabled, created, last_used; `name` NULL: of all accounts. */
bool meta_account_list(const struct meta *meta, const char *name, struct meta_table *out);

struct meta_access_token_new {
	const char *account;
	const char *name;
	struct span hash; /* SHA-256 of the token */
	enum meta_role role;
	const char *project; /* path; NULL: all of the account's */
	int64_t seconds;     /* that it holds */
};

/* *expires is a text. META_CHANGE_UNKNOWN: no such account or project. */
bool meta_access_token_add(const struct meta *meta, const struct meta_access_token_new *token, enum meta_change *out,
			   struct span *expires);

/* META_ROLE_NONE and 0 leave as it is. */
bool meta_access_token_change(const struct meta *meta, const char *account, const char *name, enum meta_role role,
			      int64_t seconds, enum meta_change *out);
bool meta_access_token_remove(const struct meta *meta, const char *account, const char *name, enum meta_change *out);

/* Lists user, name, role, project, created, expires, expired, last_used; NULL: all. */
bool meta_access_token_list(const struct meta *meta, const char *account, const char *name, struct meta_table *out);

/* Lists user, id, created, last_used, address, client, token (the access token), expires, chain_ends; NULL: all. */
bool meta_refresh_list(const struct meta *meta, const char *account, struct meta_table *out);

/* Removes one refresh token of the account, or all of them (`id` 0), and notes that in the audit. */
bool meta_refresh_revoke(const struct meta *meta, const char *account, int64_t id, enum meta_change *out);

#endif
