/* SPDX-License-Identifier: MIT */
/*
 * Authentication as the API sees it: one question for every scheme.
 *
 * What a request needs comes from the route table; the scheme says whether its caller may do that and, when not, how
 * to ask (WWW-Authenticate). The schemes are auth/silly.h, auth/htpasswd_scheme.h and auth/token_scheme.h; a NULL
 * struct auth is `none`, under which everybody may do everything.
 */
#ifndef BERTH_AUTH_AUTH_H
#define BERTH_AUTH_AUTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "berth/auth/identity.h"
#include "berth/auth/throttle.h"
#include "berth/base/arena.h"
#include "berth/base/span.h"

struct auth_question {
	struct span authorization;   /* the header, all lines of it joined with commas; ptr NULL: absent */
	const char *origin;          /* scheme://host of the request, for a realm on it; NULL: none to be trusted */
	const struct access *needed; /* all of it */
	size_t needed_count;
	size_t wished_count;             /* behind the needed ones: a challenge asks for them too */
	int64_t now;                     /* seconds since 1970, by which tokens expire */
	const char *address;             /* of the peer, as address_source makes it */
	const struct throttle *throttle; /* for a scheme that hashes passwords; NULL: no bound */
};

enum auth_verdict {
	AUTH_ALLOWED,
	AUTH_LAPSED, /* would be allowed, but for a token that has expired lately */
	AUTH_REFUSED,
	AUTH_BUSY, /* the password was not looked at: come back later */
};

struct auth_answer {
	struct identity identity; /* of whoever is allowed or lapsed; lives until the next question or the arena's end */
	const char *challenge;    /* WWW-Authenticate, of whoever is lapsed or refused */
	unsigned retry_after;     /* seconds, with AUTH_BUSY */
};

struct auth;

/* What a scheme is. */
struct auth_class {
	const char *name;
	enum auth_verdict (*ask)(struct auth *auth, const struct auth_question *question, struct arena *arena,
				 struct auth_answer *out);
	void (*free)(struct auth *auth);
};

/* The head of each scheme's own struct. One worker's: asking may read files again and keeps results. */
struct auth {
	const struct auth_class *class;
};

enum auth_verdict auth_ask(struct auth *auth, const struct auth_question *question, struct arena *arena,
			   struct auth_answer *out);
void auth_free(struct auth *auth); /* takes NULL */

#endif
