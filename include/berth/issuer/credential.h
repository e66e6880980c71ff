/* SPDX-License-Identifier: MIT */
/*
 * The random tokens that people and clients keep: access tokens (berth_pat_...) and refresh tokens (berth_ref_...), 256
 * bits from the kernel in base64url. They are shown once; the database has their SHA-256, which needs no salt as
 * nobody can try all of them.
 */
#ifndef BERTH_ISSUER_CREDENTIAL_H
#define BERTH_ISSUER_CREDENTIAL_H

#include <stdbool.h>

#include "berth/base/arena.h"
#include "berth/base/span.h"

enum credential { CREDENTIAL_ACCESS, CREDENTIAL_REFRESH };

#define CREDENTIAL_BYTES 32
#define CREDENTIAL_HASH 32

/* A new one, in an arena that is wiped of it. */
const char *credential_new(struct arena *arena, enum credential kind);

/* Has the text the form of that kind? */
bool credential_is(struct span text, enum credential kind);

/* What the database knows it by: CREDENTIAL_HASH bytes in `arena`. */
struct span credential_hash(struct arena *arena, struct span text);

/* Grammar of an account's name; the schema's too. */
bool account_name_valid(struct span name);

#endif
