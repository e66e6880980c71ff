/* SPDX-License-Identifier: MIT */
/*
 * The keys whose tokens are believed: `rootcertbundle` (PEM certificates) and `jwks` (auth/jwk.h).
 *
 * A key is found by the kid of its JWK or, for any asymmetric one, by its libtrust fingerprint or RFC 7638 thumbprint.
 * The bundle's certificates are also the anchors of `x5c` chains. A keyring is read-only and owns all it holds.
 */
#ifndef BERTH_AUTH_KEYRING_H
#define BERTH_AUTH_KEYRING_H

#include <stdbool.h>
#include <stddef.h>

#include "berth/auth/key.h"
#include "berth/base/arena.h"
#include "berth/base/span.h"

#define KEYRING_DEPTH 5 /* certificates between the signer's and the anchor, at most */

struct keyring;

/*
 * Makes a keyring from the bytes of the files; the span of a file that is not configured has no ptr. Returns NULL, with one line
 * in `reason` that holds no key material, when a file is malformed or no usable key comes of them. If memory runs out, the
 * request goes the way of its arena (base/arena.h): a keyring that lacks a key is never returned.
 */
struct keyring *keyring_new(struct span bundle, struct span jwks, char *reason, size_t size);
void keyring_free(struct keyring *keyring); /* takes NULL */

size_t keyring_count(const struct keyring *keyring);

/*
 * The key of that name; NULL when there is none. A JWK's own kid counts first, then fingerprints of certificates, then
 * those of JWKs: a certificate's key is not narrowed by an `alg` that a JWK gives the same key.
 */
const struct key *keyring_find(const struct keyring *keyring, struct span kid);

/*
 * The key of the first certificate of `chain` (DER), if the chain ends at the bundle now: validity, CA flags, path
 * length and KEYRING_DEPTH hold, and the first may be used for signatures. The key lives in `arena`. False otherwise.
 */
bool keyring_chain(const struct keyring *keyring, const struct span *chain, size_t count, struct arena *arena,
		   struct key *out);

#endif
