/* SPDX-License-Identifier: MIT */
/*
 * Tokens of a token service: Docker's registry token specification, and what GitLab adds to it.
 *
 * A token is good if
 *   - a key of the keyring signed it, with an algorithm that the key and the operator allow;
 *   - it names our issuer and our service, and its time is right;
 *   - the claims of the specification have their types: `iss`, `sub`, `jti` texts, `aud` a text or a list of texts, `exp`, `nbf`,
 *     `iat` integers, `access` a list of at most LIMIT_TOKEN_ACCESS entries. null counts as absent;
 *   - the members of an entry's `meta`, where that is an object as GitLab's, have their types: they protect tags.
 * Other claims are ignored. So are `auth_type`, `user` and `meta` if they do not have the shape of GitLab's.
 *
 * The key is found by the certificates of `x5c`, else by the header's `jwk`, else by `kid`. A `jwk` only says which key: its x5c
 * chain or its fingerprint must lead to a key of the keyring, and the keyring's key verifies.
 */
#ifndef BERTH_AUTH_TOKEN_H
#define BERTH_AUTH_TOKEN_H

#include <stdbool.h>
#include <stdint.h>

#include "berth/auth/principal.h"
#include "berth/auth/jwa.h"
#include "berth/auth/keyring.h"
#include "berth/base/arena.h"
#include "berth/base/span.h"

#define TOKEN_LEEWAY 60         /* seconds that clocks may differ, as in distribution */
#define TOKEN_GRACE (24 * 3600) /* seconds for which an expired token may still finish the uploads that it started */

struct token_rules {
	const char *issuer;
	const char *service;
	jwa_set algorithms; /* that the operator allows */
};

enum token_verdict {
	TOKEN_GOOD,
	TOKEN_EXPIRED,  /* would be good, but expired less than TOKEN_GRACE ago */
	TOKEN_UNTIMELY, /* expired longer ago, or not valid yet; the signature was not checked */
	TOKEN_BAD,      /* never good with these keys, at any time */
	TOKEN_NO_MEMORY /* OpenSSL or libjwt got no memory to find out */
};

/*
 * Judges a token at the time `now` (seconds since 1970). With TOKEN_GOOD and TOKEN_EXPIRED, *out is filled, in `arena`, and
 * *expires is the first second at which the token is no longer good.
 */
enum token_verdict token_check(struct principal *out, int64_t *expires, struct arena *arena, const struct keyring *keyring,
			       const struct token_rules *rules, struct span text, int64_t now);

#endif
