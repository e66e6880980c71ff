/* SPDX-License-Identifier: MIT */
/*
 * Signed JSON in the compact form (RFC 7515 section 7.1): reading, verifying, signing.
 *
 * Reading trusts nothing: three parts of strict base64url, header and payload strict JSON objects (base/json_scan.h),
 * an algorithm of auth/jwa.h, no `crit`. Verifying asks the key which algorithms it may be used with before any library
 * sees the token: libjwt 1.10 would let the token choose.
 *
 * OpenSSL verifies with the key as it was read once. What passes, libjwt decodes as well where it knows the algorithm (not
 * PS* and EdDSA), and both must agree. In this order, for libjwt parses the key anew each time: 376 us for an RSA token
 * where OpenSSL takes 22, and whoever sends forged tokens should pay more than we do.
 */
#ifndef BERTH_AUTH_JWS_H
#define BERTH_AUTH_JWS_H

#include <stdbool.h>

#include "berth/auth/jwa.h"
#include "berth/auth/key.h"
#include "berth/base/arena.h"
#include "berth/base/span.h"

#define JWS_CHAIN_MAX 10 /* certificates in an x5c header; chains are two or three long */

struct json_object;

struct jws {
	const char *text;                 /* the whole, NUL-terminated */
	struct span signed_part;          /* header and payload as they came, with the dot */
	struct span payload;              /* decoded */
	struct span signature;            /* decoded */
	enum jwa algorithm;               /* that the header names */
	struct span kid;                  /* of the header, "" when absent */
	struct json_object *jwk;          /* the header's `jwk` object, or NULL: only ever a hint which key to look for */
	struct span chain[JWS_CHAIN_MAX]; /* the header's `x5c` as DER, the signer's first */
	size_t chain_count;
	struct json_object *claims; /* the payload */
};

/* False for anything else. Text of more than LIMIT_TOKEN bytes is refused unread. */
bool jws_read(struct jws *out, struct arena *arena, struct span text);

/* Is the signature `key`'s, with an algorithm that the key may be used with? */
bool jws_verify(const struct jws *jws, const struct key *key);

/*
 * `payload` (JSON) signed: {"typ":"JWT","alg":...,"kid":...} and all three parts as text. `kid` is one of the key's
 * names, or NULL to leave it out. Returns NULL when the key cannot sign with `algorithm` or OpenSSL fails. If OpenSSL gets no
 * memory, the arena is exhausted.
 */
const char *jws_sign(struct arena *arena, const struct key *key, enum jwa algorithm, const char *kid, struct span payload);

/* `text`, which is header and payload in their base64url with the dot between, whatever they say, and its signature. */
const char *jws_sign_text(struct arena *arena, const struct key *key, enum jwa algorithm, const char *text);

#endif
