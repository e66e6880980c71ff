/* SPDX-License-Identifier: MIT */
/*
 * Keys as JSON (RFC 7517, members of RFC 7518 section 6 and RFC 8037).
 *
 * kty RSA, EC, OKP (Ed25519) and oct. An oct key must name its algorithm, one of HS256/384/512, have a kid, and be as
 * long as that hash: an HMAC secret is one because its file says so, never because a token does. `alg`, where given,
 * leaves only that algorithm and must fit the key. `use` other than "sig" and `key_ops` without "verify" are refused.
 * Private members of asymmetric keys are not read.
 */
#ifndef BERTH_AUTH_JWK_H
#define BERTH_AUTH_JWK_H

#include <stdbool.h>
#include <stddef.h>

#include "berth/auth/key.h"

#define JWK_SET_MAX 100 /* keys of one set */

struct json_object;

/* One JWK. False with a *reason that names no key material. */
bool jwk_read(struct key *out, struct arena *arena, struct json_object *object, const char **reason);
bool jwk_parse(struct key *out, struct arena *arena, struct span json, const char **reason);

/*
 * A JWK set, `{"keys":[...]}`, or a single JWK. Keys that the set may hold but tokens cannot use (`use` "enc", other
 * curves and types; RFC 7517 section 5) are left out and counted in *skipped.
 */
bool jwk_parse_set(const struct key **out, size_t *count, size_t *skipped, struct arena *arena, struct span json,
		   const char **reason);

#endif
