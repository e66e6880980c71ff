/* SPDX-License-Identifier: MIT */
/*
 * What signing in asks of the database, and what it leaves there: accounts with their password's hash, access and
 * refresh tokens by their hash, counted failures, grants, refusals. Hashes are 32 bytes of SHA-256.
 */
#ifndef BERTH_META_LOGIN_H
#define BERTH_META_LOGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "berth/base/span.h"
#include "berth/meta/meta.h"
#include "berth/meta/role.h"

/* What failures are counted for; META_KEY_PAIR is that of an account's name and an address together. */
enum meta_login_key { META_KEY_PAIR, META_KEY_ADDRESS, META_KEY_ACCOUNT, META_KEYS };

struct meta_login_query {
	struct span name;
	const char *address;
	struct span keys[META_KEYS];
};

/* What was counted under one key. */
struct meta_failures {
	int64_t count; /* 0: nothing */
	int64_t age;   /* milliseconds since the last one */
};

struct meta_account {
	bool found;
	int64_t id;
	bool robot, admin;
	bool blocked; /* disabled, or the token that was shown has expired */
	struct span name;
	struct span password;   /* its hash; ptr NULL: none */
	int64_t access_token;   /* the id of the one shown, or of the one that the refresh token was given for; 0: none */
	enum meta_role ceiling; /* the access token's role */
	int64_t project;        /* the only one that the access token is for; 0: all */
	int64_t chain_ends;     /* of the refresh token that was shown, in seconds since 1970; 0: none was */
	bool due; /* the use is to be noted: meta_login_succeeded, meta_access_token_used, meta_refresh_used */
};

/* What is known of a sign-in before its password is checked. */
struct meta_login {
	struct meta_failures failures[META_KEYS];
	bool known; /* the account has signed in from the address within 30 days */
	/* kind and cost of some account's password, picked by the name; ptr NULL: no account has one */
	struct span setting;
};

/*
 * Finds the account of a name, and what is known of its sign-ins from the address. ->ceiling becomes META_ROLE_MAINTAINER. One
 * statement.
 *
 * The setting lets the check of an unknown name take the time of a known one. It comes from the account that follows the name on
 * a ring of hashes: one name always gets the same setting, and many names get the settings that are in use, as often.
 */
bool meta_login_find(const struct meta *meta, const struct meta_login_query *query, struct meta_account *out,
		     struct meta_login *login);

/* Counts a failure for each key. A count whose last failure is older than `forget` seconds begins anew. */
bool meta_login_failed(const struct meta *meta, const struct span *keys, size_t count, int64_t forget);

/* Forgets the failures of the pair, remembers the address for the account, and writes down the time of its use. */
bool meta_login_succeeded(const struct meta *meta, int64_t account, const char *address, struct span pair);

/* Finds the account `name` by the hash of an access token of it. out->found false: the account has no such token. */
bool meta_access_token_find(const struct meta *meta, struct span hash, struct span name, struct meta_account *out);

/* Writes down the time of the use of an access token. */
bool meta_access_token_used(const struct meta *meta, int64_t token);

/* Finds an account by the hash of a refresh token that it was given for the service. */
bool meta_refresh_find(const struct meta *meta, struct span hash, const char *service, struct meta_account *out);

/* A refresh token to be. Times in seconds. */
struct meta_refresh_new {
	struct span hash;
	const struct meta_account *account; /* whose it is; the chain that it continues */
	const char *service;
	const char *address; /* that it is given to */
	const char *client;  /* what the client calls itself; valid UTF-8 */
	int64_t expiry;      /* it holds so long, but not beyond its chain's end */
	int64_t lifetime;    /* of a new chain */
	int64_t most;        /* of one account: those longest unused go, so that this one is the last */
};

/*
 * Adds a refresh token. *added false: the account is gone, or has another password than when it was found, so that what it
 * showed counts no more.
 */
bool meta_refresh_add(const struct meta *meta, const struct meta_refresh_new *token, bool *added);

/* Writes down the time of the use of a refresh token. */
bool meta_refresh_used(const struct meta *meta, struct span hash);

/* Of one repository: the project that it belongs to. */
struct meta_grant {
	int64_t project; /* 0: none, and the rest is not set */
	struct span path;
	enum meta_visibility visibility;
	bool registry;       /* enabled in the project */
	enum meta_role role; /* of the account */
};

/*
 * Finds the grant of each name (a repository's, or ""), in their order, for an account; 0: for a caller without one. *site: the
 * registry is enabled at all.
 */
bool meta_grants_find(const struct meta *meta, int64_t account, const struct span *names, size_t count, bool *site,
		      struct meta_grant *out);

/*
 * Counts refusals in the audit: `count` pairs of action and project (""), for an account and the address of meta->who. The
 * account is the one that was named, "" when it does not exist: who could not sign in has no name in meta->who. An hour that has
 * 2000 rows already gets new rows without address and project, so that no client fills the table.
 */
bool meta_refusals_note(const struct meta *meta, struct span account, const struct span *actions,
			const struct span *projects, size_t count);

/* Removes expired tokens, forgotten failures, and refusals older than 90 days. */
bool meta_issuer_purge(const struct meta *meta);

#endif
