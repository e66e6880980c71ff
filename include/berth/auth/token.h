/* SPDX-License-Identifier: MIT */
/*
 * Tokens of a token service: Docker's registry token specification, and what GitLab adds to it.
 *
 * A token is believed when it is signed with a key of the keyring, by an algorithm that both the key and the operator
 * allow, names our issuer and service, and the time is right. The claims of the specification have exactly their type:
 * `iss`, `sub`, `jti` texts, `aud` a text or a list of them, `exp`, `nbf`, `iat` integers, `access` a list of at most
 * LIMIT_TOKEN_ACCESS entries; null is absent. So do the members of an entry's `meta` where that is an object, as GitLab's
 * is: it protects tags. `auth_type` and `user` (GitLab's texts) and `meta` of any other shape, and all other claims, belong
 * to other services and are ignored.
 *
 * Which key: the chain in `x5c`, else the header's `jwk`, else `kid`. A `jwk` is only ever a way to say which key:
 * its own x5c chain, or its fingerprint, must lead to a key of ours, and that key verifies, never the token's.
 */
#ifndef BERTH_AUTH_TOKEN_H
#define BERTH_AUTH_TOKEN_H

#include <stdbool.h>
#include <stdint.h>

#include "berth/auth/identity.h"
#include "berth/auth/jwa.h"
#include "berth/auth/keyring.h"
#include "berth/base/arena.h"
#include "berth/base/span.h"

#define TOKEN_LEEWAY 60         /* seconds that clocks may differ, as in distribution */
#define TOKEN_GRACE (24 * 3600) /* seconds after which an expired token is worth nothing, not even for its uploads */

struct token_rules {
	const char *issuer;
	const char *service;
	jwa_set algorithms; /* that the operator allows */
};

enum token_verdict {
	TOKEN_GOOD,
	TOKEN_EXPIRED,  /* good in all else, and expired no longer than TOKEN_GRACE ago */
	TOKEN_UNTIMELY, /* expired longer ago, or not good yet; nothing else was looked at */
	TOKEN_BAD,      /* with these keys it never was good and never will be */
	TOKEN_NO_MEMORY /* OpenSSL or libjwt got no memory to find out */
};

/*
 * Judges a token at the time `now` (seconds since 1970). If TOKEN_GOOD or TOKEN_EXPIRED, *out is filled, in `arena`, and
 * *expires is the first second at which it is no longer good.
 */
enum token_verdict token_check(struct identity *out, int64_t *expires, struct arena *arena, const struct keyring *keyring,
			       const struct token_rules *rules, struct span text, int64_t now);

#endif
