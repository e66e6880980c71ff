/* SPDX-License-Identifier: MIT */
/*
 * Keys as JSON (RFC 7517, members of RFC 7518 section 6 and RFC 8037).
 *
 * Read are the types RSA, EC, OKP (Ed25519) and oct. Private members of asymmetric keys are not read.
 *   - `alg` must fit the key, and leaves the key only that algorithm.
 *   - An oct key must have an `alg` (HS256, HS384, HS512), a `kid`, and at least the bytes of that hash. So the key's file
 *     decides that a key is an HMAC secret, not a token.
 *   - A key with a `use` other than "sig", or with `key_ops` that lack "verify", is refused.
 */
#ifndef BERTH_AUTH_JWK_H
#define BERTH_AUTH_JWK_H

#include <stdbool.h>
#include <stddef.h>

#include "berth/auth/key.h"

#define JWK_SET_MAX 100 /* keys of one set */

struct json;

/* Reads one JWK, from a tree or from text. Returns false with a *reason that holds no key material. */
bool jwk_read(struct key *out, struct arena *arena, const struct json *object, const char **reason);
bool jwk_parse(struct key *out, struct arena *arena, struct span json, const char **reason);

/*
 * Reads a JWK set, `{"keys":[...]}`, or a single JWK, into `arena`. Keys that a set may hold but that cannot verify tokens (`use`
 * "enc", other curves and types; RFC 7517 section 5) are left out and counted in *skipped. Returns false with a *reason when
 * another key is malformed or two keys have one kid.
 */
bool jwk_parse_set(const struct key **out, size_t *count, size_t *skipped, struct arena *arena, struct span json,
		   const char **reason);

#endif
