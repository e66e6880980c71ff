/* SPDX-License-Identifier: MIT */
/*
 * The context of the token service. The issuer is a floor of use cases, as core is: it combines accounts (meta) and signatures
 * (auth), and knows nothing of blobs.
 *
 * Random tokens cannot be guessed: a wrong one is neither counted nor held up. Wrong passwords are (issuer/backoff.h).
 */
#ifndef BERTH_ISSUER_ISSUER_H
#define BERTH_ISSUER_ISSUER_H

#include <stdbool.h>
#include <stdint.h>

#include "berth/auth/key.h"
#include "berth/auth/throttle.h"
#include "berth/base/arena.h"
#include "berth/base/error.h"
#include "berth/db/db.h"
#include "berth/issuer/backoff.h"
#include "berth/meta/meta.h"

/* Times in seconds. Strings are borrowed. */
struct issuer_settings {
	const char *issuer;  /* claim `iss` */
	const char *service; /* claim `aud`; the only service that tokens are issued for */
	int64_t expiry;
	int64_t refresh_expiry;   /* of one refresh token */
	int64_t refresh_lifetime; /* of a chain of them, each given for the one before */
	int64_t refresh_most;     /* refresh tokens of an account */
	bool anonymous;           /* a caller without credentials may have what is public */
	struct backoff backoff;
	const struct key *key; /* signs; NULL in commands that only administer */
};

/* One worker's. */
struct issuer {
	const struct issuer_settings *settings;
	const struct throttle *throttle; /* at hashing passwords; NULL: no bound */
	struct db *db;
};

/* One request's. */
struct issuing {
	const struct issuer *issuer;
	struct arena *arena;
	struct error *error;
	const struct who *who; /* WHO_NOBODY until the caller has signed in */
	struct meta meta;      /* the same arena, error and who */
	const char *client;    /* what the client calls itself; "" until it has said so */
};

/* Everything is borrowed. */
static inline struct issuing issuing_begin(const struct issuer *issuer, const struct who *who, struct arena *arena,
					   struct error *error)
{
	return (struct issuing){issuer, arena, error, who, {issuer->db, arena, error, who}, ""};
}

#endif
