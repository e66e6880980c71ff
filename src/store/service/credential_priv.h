/* SPDX-License-Identifier: MIT */
/*
 * A credential that runs out: a token, or keys of a session. It is fetched at the first use, and again some minutes before its
 * end. While a new one cannot be had, the old one is used to its end, and the fetch is repeated every half minute.
 *
 * The owner keeps the credential itself, beside a struct credential; this module decides when it is fetched.
 */
#ifndef BERTH_STORE_SERVICE_CREDENTIAL_PRIV_H
#define BERTH_STORE_SERVICE_CREDENTIAL_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "berth/base/arena.h"
#include "berth/base/error.h"

/* One fetch. */
struct credential_fetch {
	struct arena *memory;  /* for the credential: what is in it lives until the fetch after the next one */
	struct arena *scratch; /* of the caller's request */
	int64_t ends;          /* out: seconds since the epoch; 0: never */
	const char *why;       /* out: why there is no credential, one line without secrets */
	bool is_final; /* out: trying again does not help, an operator must act: E_UNKNOWN instead of E_UNAVAILABLE */
};

/* Replaces the owner's credential. False: `why` is set, and the owner's credential is as it was. */
typedef bool credential_fetch_fn(void *owner, struct credential_fetch *fetch);

struct credential {
	const char *name; /* of the driver, for the log */
	credential_fetch_fn *fetch;
	void *owner;
	unsigned pause; /* seconds between two fetches while there is no credential; 0: each use fetches */

	struct arena memories[2]; /* in turn, so that the credential in use outlives a fetch that fails */
	unsigned current;
	bool is_held;
	int64_t ends; /* 0: never */
	int64_t fetch_at;
	bool is_final; /* of the last fetch that failed */
};

/* Nothing is fetched yet. `name` and `owner` are borrowed. */
void credential_init(struct credential *credential, const char *name, credential_fetch_fn *fetch, void *owner,
		     unsigned pause);

/* Wipes both memories. */
void credential_release(struct credential *credential);

/*
 * Makes sure that the owner has a credential that holds now. False: the error is E_UNAVAILABLE or E_UNKNOWN, and the reason is
 * logged, once for each fetch.
 */
bool credential_have(struct credential *credential, struct arena *scratch, struct error *error);

/* Takes the credential for useless: the service has refused it. The next use fetches another one. */
void credential_forget(struct credential *credential);

#endif
