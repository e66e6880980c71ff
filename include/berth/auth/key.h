/* SPDX-License-Identifier: MIT */
/*
 * One key that signs or verifies tokens, the algorithms that it may be used with, and its names.
 *
 *     private: key_from_pem(&key, &arena, pem, KEY_PRIVATE, &reason), then jws_sign (auth/jws_sign.h)
 *     public:  key_from_pem(..., KEY_PUBLIC ...), key_from_certificate, jwk_parse (auth/jwk.h), or a whole auth/keyring.h
 *
 * A key is RSA with KEY_RSA_MIN (RFC 7518 section 3.3) to KEY_RSA_MAX bits, EC on P-256, P-384 or P-521 with the one algorithm
 * of the curve, or Ed25519. An HMAC secret comes from a JWK only. A key lives as long as the arena in which it was made.
 */
#ifndef BERTH_AUTH_KEY_H
#define BERTH_AUTH_KEY_H

#include <stdbool.h>

#include <openssl/types.h>

#include "berth/auth/jwa.h"
#include "berth/base/arena.h"
#include "berth/base/secret.h"
#include "berth/base/span.h"

#define KEY_RSA_MIN 2048
#define KEY_RSA_MAX 8192 /* bits; verifying with more takes milliseconds */

#define KEY_LIBTRUST_LENGTH 59   /* 48 base32 digits in groups of four, parted by colons */
#define KEY_THUMBPRINT_LENGTH 43 /* base64url of a SHA-256 */

enum key_part { KEY_PUBLIC, KEY_PRIVATE };

struct key {
	EVP_PKEY *pkey;         /* NULL for an HMAC secret */
	struct span secret;     /* the HMAC secret, else empty; wiped with the arena */
	jwa_set algorithms;     /* that the key may be used with; a JWK's `alg` leaves one */
	bool can_sign;          /* the private part is here */
	const char *kid;        /* the name that its JWK gave it, else "" */
	const char *libtrust;   /* kid as Docker's libtrust makes it: GitLab, docker_auth, registry 2.x; "" for a secret */
	const char *thumbprint; /* kid by RFC 7638: registry v3; "" for a secret */
	const char *pem;        /* the public key as PEM, "" for a secret */
};

/*
 * Reads the first key of that part in `pem`: `PRIVATE KEY`, `RSA PRIVATE KEY`, `EC PRIVATE KEY`; or `PUBLIC KEY`. An encrypted
 * key is refused. Returns false with a *reason that holds no key material.
 */
bool key_from_pem(struct key *out, struct arena *arena, struct span pem, enum key_part part, const char **reason);

/* Reads the public key of a certificate, which is borrowed. Validity, chain and extensions are not checked. */
bool key_from_certificate(struct key *out, struct arena *arena, X509 *certificate, const char **reason);

/* Checks kind and size of `pkey` and fills the rest. The arena frees `pkey`, also after a failure. */
bool key_wrap(struct key *out, struct arena *arena, EVP_PKEY *pkey, enum key_part part, const char **reason);

/* Returns the algorithm to sign with if none is configured: RS256, ES256/384/512 by curve, EdDSA, the secret's. */
enum jwa key_default_algorithm(const struct key *key);

/* Returns the public key as a JWK of its required members, in lexical order without blanks: what RFC 7638 hashes. */
const char *key_jwk(struct arena *arena, const struct key *key);

/*
 * Returns the libtrust kid of a public key: SHA-256 over the DER SubjectPublicKeyInfo, the first 240 bits in base32, in groups
 * of four with colons between (github.com/docker/libtrust, util.go).
 */
const char *key_libtrust_kid(struct arena *arena, const EVP_PKEY *pkey);

#endif
