/* SPDX-License-Identifier: MIT */
/*
 * The signature algorithms of tokens (RFC 7518 section 3.1, RFC 8037 section 3.1), as names and as sets. `none` is not one.
 *
 * Each key has the set of algorithms that it may be used with. The sets of RSA, EC and HMAC keys do not overlap, so that a token
 * cannot make Berth take a public key for a shared secret.
 */
#ifndef BERTH_AUTH_JWA_H
#define BERTH_AUTH_JWA_H

#include <stdbool.h>
#include <stddef.h>

#include "berth/base/span.h"

enum jwa {
	JWA_RS256,
	JWA_RS384,
	JWA_RS512,
	JWA_PS256,
	JWA_PS384,
	JWA_PS512,
	JWA_ES256,
	JWA_ES384,
	JWA_ES512,
	JWA_EDDSA,
	JWA_HS256,
	JWA_HS384,
	JWA_HS512,
	JWA_COUNT
};

/* A set of algorithms, as bits. */
typedef unsigned jwa_set;

#define JWA_BIT(algorithm) (1u << (algorithm))
#define JWA_RSA                                                                                                   \
	(JWA_BIT(JWA_RS256) | JWA_BIT(JWA_RS384) | JWA_BIT(JWA_RS512) | JWA_BIT(JWA_PS256) | JWA_BIT(JWA_PS384) | \
	 JWA_BIT(JWA_PS512))
#define JWA_HMAC (JWA_BIT(JWA_HS256) | JWA_BIT(JWA_HS384) | JWA_BIT(JWA_HS512))
#define JWA_ALL (JWA_BIT(JWA_COUNT) - 1)

static inline bool jwa_has(jwa_set set, enum jwa algorithm)
{
	return (set & JWA_BIT(algorithm)) != 0;
}

/* Reads a name: `RS256`, `EdDSA` ... The case counts. Returns false for any other name. */
bool jwa_parse(enum jwa *out, struct span name);

/* Returns the name. */
const char *jwa_name(enum jwa algorithm);

/* Returns OpenSSL's name of the hash, "SHA2-256" ...; NULL for EdDSA, which names none. */
const char *jwa_hash(enum jwa algorithm);

/* Returns the bytes of that hash, which is the least length of an HMAC key (RFC 7518 section 3.2). 0 for EdDSA. */
size_t jwa_hash_length(enum jwa algorithm);

#endif
