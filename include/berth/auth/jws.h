/* SPDX-License-Identifier: MIT */
/*
 * Signed JSON in the compact form (RFC 7515 section 7.1): reading and verifying. Signing is auth/jws_sign.h.
 *
 * A JWS is read only if it has three parts of strict base64url, a header and a payload that are strict JSON objects
 * (base/json_read.h), an algorithm of auth/jwa.h, and no `crit`.
 *
 * Two libraries verify. The key says which algorithms it may be used with before either library sees the token, because
 * libjwt 1.10 would let the token choose. OpenSSL verifies first, with the key as it was read once. A signature that OpenSSL
 * takes is verified by libjwt too, where libjwt knows the algorithm (it lacks PS* and EdDSA), and both must agree. libjwt comes
 * second because it parses the key for each token: 376 us for RSA where OpenSSL takes 22 us. A forged token costs 22 us.
 */
#ifndef BERTH_AUTH_JWS_H
#define BERTH_AUTH_JWS_H

#include <stdbool.h>

#include "berth/auth/jwa.h"
#include "berth/auth/key.h"
#include "berth/base/arena.h"
#include "berth/base/span.h"

#define JWS_CHAIN_MAX 10 /* certificates in an x5c header; chains are two or three long */

struct json;

struct jws {
	const char *text;        /* the whole JWS, NUL-terminated */
	struct span signed_part; /* header and payload as they came, with the dot between */
	struct span payload;     /* decoded */
	struct span signature;   /* decoded */
	enum jwa algorithm;      /* that the header names */
	struct span kid;         /* of the header, "" when absent */
	const struct json *jwk;  /* the header's `jwk` object, or NULL: says which key to look for, is never that key */
	struct span chain[JWS_CHAIN_MAX]; /* the header's `x5c` as DER, the signer's first */
	size_t chain_count;
	const struct json *claims; /* the payload */
};

/* Reads a JWS. Everything in *out lives in `arena`. Returns false for any other text, and for more than LIMIT_TOKEN bytes. */
bool jws_read(struct jws *out, struct arena *arena, struct span text);

/* Returns whether `key` made the signature, with an algorithm that the key may be used with. */
bool jws_verify(const struct jws *jws, const struct key *key);

#endif
