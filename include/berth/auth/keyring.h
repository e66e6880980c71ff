/* SPDX-License-Identifier: MIT */
/*
 * The keys whose tokens are accepted, from `rootcertbundle` (PEM certificates) and `jwks` (auth/jwk.h).
 *
 * A key is found by the kid of its JWK. An asymmetric key is also found by its libtrust fingerprint and its RFC 7638
 * thumbprint. The bundle's certificates are the anchors of `x5c` chains, too. A keyring does not change and owns its keys.
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

/* Returns the number of keys. */
size_t keyring_count(const struct keyring *keyring);

/*
 * Returns the key of that name, or NULL. The kids of JWKs are searched first, then the fingerprints of certificates, then those
 * of JWKs. So an `alg` that a JWK gives a key does not narrow the same key of a certificate.
 */
const struct key *keyring_find(const struct keyring *keyring, struct span kid);

/*
 * Reads the key of the first certificate of `chain` (DER), into `arena`. Returns false unless the chain ends at a certificate of
 * the bundle, all certificates are valid now, CA flags, path length and KEYRING_DEPTH hold, and the first certificate may be
 * used for signatures.
 */
bool keyring_chain(const struct keyring *keyring, const struct span *chain, size_t count, struct arena *arena,
		   struct key *out);

#endif
