/* SPDX-License-Identifier: MIT */
/*
 * Authentication and authorisation as the API sees them: one question for every scheme.
 *
 * The route table says what a request needs. The scheme says whether the caller may have it and, if not, which challenge to
 * send (WWW-Authenticate). The schemes are auth/silly.h, auth/htpasswd_scheme.h and auth/token_scheme.h. A struct auth of NULL
 * is the scheme `none`: every caller may do everything.
 */
#ifndef BERTH_AUTH_AUTH_H
#define BERTH_AUTH_AUTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "berth/auth/principal.h"
#include "berth/auth/throttle.h"
#include "berth/base/arena.h"
#include "berth/base/span.h"

struct auth_question {
	struct span authorization;   /* the Authorization header, its lines joined with commas; ptr NULL: absent */
	const char *origin;          /* scheme://host of the request, for a realm on that host; NULL: not to be trusted */
	const struct access *needed; /* the caller must have all of these */
	size_t needed_count;
	size_t wished_count;             /* of those behind the needed ones in the list: only a challenge asks for them */
	int64_t now;                     /* seconds since 1970, by which tokens expire */
	const char *address;             /* of the client, as address_source makes it */
	const struct throttle *throttle; /* for a scheme that hashes passwords; NULL: no bound */
};

enum auth_verdict {
	AUTH_ALLOWED,
	AUTH_LAPSED, /* would be allowed if the token had not expired, less than TOKEN_GRACE ago */
	AUTH_REFUSED,
	AUTH_BUSY, /* the password was not checked: too many are being checked */
};

struct auth_answer {
	struct principal
		principal;     /* with AUTH_ALLOWED and AUTH_LAPSED; lives until the next question or the arena's end */
	const char *challenge; /* WWW-Authenticate, with AUTH_LAPSED and AUTH_REFUSED */
	unsigned retry_after;  /* seconds, with AUTH_BUSY */
};

struct auth;

/* The functions of a scheme. */
struct auth_class {
	const char *name;
	enum auth_verdict (*ask)(struct auth *auth, const struct auth_question *question, struct arena *arena,
				 struct auth_answer *out);
	void (*free)(struct auth *auth);
};

/* The head of each scheme's own struct. Each worker has one: a question may read files again, and keeps results. */
struct auth {
	const struct auth_class *class;
};

/* Answers a question. Sets *out anew. Memory comes from `arena`. */
enum auth_verdict auth_ask(struct auth *auth, const struct auth_question *question, struct arena *arena,
			   struct auth_answer *out);
void auth_free(struct auth *auth); /* takes NULL */

#endif
