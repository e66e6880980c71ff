/* SPDX-License-Identifier: MIT */
/* Keys, certificates and tokens made for a test. */
#ifndef BERTH_TESTS_UNIT_AUTH_LAB_H
#define BERTH_TESTS_UNIT_AUTH_LAB_H

#include <time.h>

#include <openssl/x509.h>

#include "berth/auth/key.h"

/* A new private key: "RSA" (2048 bits), "P-256", "P-384", "P-521" or "ED25519". */
struct key lab_key(struct arena *arena, const char *kind);

/* The same key as the public half knows it. */
struct key lab_public(struct arena *arena, const struct key *key);

struct lab_certificate {
	const char *subject;
	const char *issuer;
	const struct key *key;    /* that it is about */
	const struct key *signer; /* of its issuer */
	bool authority;
	int from_days; /* validity, from now */
	int to_days;
	const char *usage; /* keyUsage as openssl.cnf has it; NULL for none */
};

X509 *lab_certificate(struct arena *arena, const struct lab_certificate *wanted);
const char *lab_certificate_pem(struct arena *arena, X509 *certificate);
struct span lab_certificate_der(struct arena *arena, X509 *certificate);

/* A token with a header of one's own, by a P-256 key. */
const char *lab_sign(struct arena *arena, const struct key *key, enum jwa algorithm, const char *header,
		     const char *payload);

const char *lab_private_pem(struct arena *arena, const struct key *key);

#endif
