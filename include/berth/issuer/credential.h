/* SPDX-License-Identifier: MIT */
/*
 * The random tokens that users and clients keep: access tokens (berth_pat_...) and refresh tokens (berth_ref_...). Each is 256
 * bits of the kernel in base64url. A token is shown once. The database has its SHA-256, without a salt, because nobody can try
 * 2^256 values.
 */
#ifndef BERTH_ISSUER_CREDENTIAL_H
#define BERTH_ISSUER_CREDENTIAL_H

#include <stdbool.h>

#include "berth/base/arena.h"
#include "berth/base/span.h"

enum credential { CREDENTIAL_ACCESS, CREDENTIAL_REFRESH };

#define CREDENTIAL_BYTES 32
#define CREDENTIAL_HASH 32

/* Makes a token, in `arena`, which wipes it at its end. */
const char *credential_new(struct arena *arena, enum credential kind);

/* Returns whether the text has the form of that kind. */
bool credential_is(struct span text, enum credential kind);

/* Returns the SHA-256 of a token, by which the database knows it: CREDENTIAL_HASH bytes in `arena`. */
struct span credential_hash(struct arena *arena, struct span text);

/* Returns whether the text is a name that an account may have; the schema checks the same. */
bool account_name_valid(struct span name);

#endif
