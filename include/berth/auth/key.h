/* SPDX-License-Identifier: MIT */
/*
 * One key: what signs or verifies tokens, the algorithms it may be used with, and the names it goes by.
 *
 *     private: key_from_pem(&key, &arena, pem, KEY_PRIVATE, &reason), then jws_sign (auth/jws.h)
 *     public:  key_from_pem(..., KEY_PUBLIC ...), key_from_certificate, jwk_parse (auth/jwk.h), or a whole auth/keyring.h
 *
 * RSA from 2048 bits (RFC 7518 section 3.3) to KEY_RSA_MAX, EC on P-256, P-384 and P-521 with the one algorithm of the
 * curve, Ed25519. HMAC secrets come from a JWK only. A key lives as long as the arena it was made in.
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
	jwa_set algorithms;     /* that it may be used with; a JWK's `alg` leaves one */
	bool can_sign;          /* the private part is here */
	const char *kid;        /* the name that its JWK gave it, else "" */
	const char *libtrust;   /* kid as Docker's libtrust makes it: GitLab, docker_auth, registry 2.x; "" for a secret */
	const char *thumbprint; /* kid by RFC 7638: registry v3; "" for a secret */
	const char *pem;        /* the public key as PEM, "" for a secret */
};

/*
 * The first key of its part in `pem`: `PRIVATE KEY`, `RSA PRIVATE KEY`, `EC PRIVATE KEY`; or `PUBLIC KEY`. Encrypted
 * ones are refused, nothing asks for a passphrase. False with a *reason for people, which never holds key material.
 */
bool key_from_pem(struct key *out, struct arena *arena, struct span pem, enum key_part part, const char **reason);

/* The key that a certificate is about; the certificate is borrowed and nothing else of it is looked at. */
bool key_from_certificate(struct key *out, struct arena *arena, X509 *certificate, const char **reason);

/* Takes `pkey` over, also on failure: checks kind and size, fills the rest. */
bool key_wrap(struct key *out, struct arena *arena, EVP_PKEY *pkey, enum key_part part, const char **reason);

/* The algorithm to sign with where nobody chose: RS256, ES256/384/512 by curve, EdDSA, the secret's. */
enum jwa key_default_algorithm(const struct key *key);

/* The public key's required JWK members in lexical order without blanks: what RFC 7638 hashes, and a JWK by itself. */
const char *key_jwk(struct arena *arena, const struct key *key);

/*
 * The key's libtrust kid from any public key: SHA-256 over the DER SubjectPublicKeyInfo, the first 240 bits in
 * base32, groups of four with colons (github.com/docker/libtrust, util.go).
 */
const char *key_libtrust_kid(struct arena *arena, const EVP_PKEY *pkey);

#endif
