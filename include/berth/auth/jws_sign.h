/* SPDX-License-Identifier: MIT */
/* Signing JSON in the compact form (RFC 7515 section 7.1). OpenSSL signs: libjwt would parse the private key each time. */
#ifndef BERTH_AUTH_JWS_SIGN_H
#define BERTH_AUTH_JWS_SIGN_H

#include "berth/auth/jwa.h"
#include "berth/auth/key.h"
#include "berth/base/arena.h"
#include "berth/base/span.h"

/*
 * Signs `payload` (JSON) and returns the JWS, in `arena`. The header is {"typ":"JWT","alg":...,"kid":...}. `kid` is one of
 * the key's names; NULL leaves it out. Returns NULL when the key cannot sign with `algorithm` or OpenSSL fails. If OpenSSL gets
 * no memory, the arena is exhausted.
 */
const char *jws_sign(struct arena *arena, const struct key *key, enum jwa algorithm, const char *kid, struct span payload);

/*
 * Signs `text`, which is a header and a payload in base64url with a dot between, unread. Returns `text` with a dot and the
 * signature, or NULL, as jws_sign does.
 */
const char *jws_sign_text(struct arena *arena, const struct key *key, enum jwa algorithm, const char *text);

#endif
