/* SPDX-License-Identifier: MIT */
/* When a credential is fetched. */
#include "credential_priv.h"

#include "berth/base/log.h"
#include "berth/http/client.h"

#define MEMORY ((size_t)1 << 20)
#define AHEAD 300     /* seconds before its end: a transfer under way must not outlive its credential */
#define AGAIN 30      /* seconds between two fetches while the old credential holds */
#define RETRY_AFTER 5 /* seconds, for the client */

void credential_init(struct credential *credential, const char *name, credential_fetch_fn *fetch, void *owner,
		     unsigned pause)
{
	*credential = (struct credential){.name = name, .fetch = fetch, .owner = owner, .pause = pause};
	arena_init(&credential->memories[0], MEMORY);
	arena_init(&credential->memories[1], MEMORY);
}

void credential_release(struct credential *credential)
{
	arena_release(&credential->memories[0]);
	arena_release(&credential->memories[1]);
}

/* A short life is used to its half. */
static int64_t time_to_fetch(int64_t now, int64_t ends)
{
	int64_t life = ends - now;

	return ends ? ends - (life > 2 * AHEAD ? AHEAD : life / 2) : INT64_MAX;
}

static bool holds(const struct credential *credential, int64_t now)
{
	return credential->is_held && (!credential->ends || now < credential->ends);
}

static void credential_keep(struct credential *credential, const struct credential_fetch *fetch, int64_t now)
{
	credential->current = 1 - credential->current;
	credential->is_held = true;
	credential->ends = fetch->ends;
	credential->fetch_at = time_to_fetch(now, fetch->ends);
}

static void put_off(struct credential *credential, const struct credential_fetch *fetch, int64_t now)
{
	credential->is_final = fetch->is_final;
	if (holds(credential, now)) {
		log_warn("storage: %s: the credential could not be renewed: %s; the old one holds for %lld s",
			 credential->name, fetch->why, (long long)(credential->ends - now));
		credential->fetch_at = now + AGAIN;
		return;
	}
	log_error("storage: %s: no credential: %s", credential->name, fetch->why);
	credential->is_held = false;
	credential->fetch_at = now + credential->pause;
}

bool credential_have(struct credential *credential, struct arena *scratch, struct error *error)
{
	int64_t now = http_client_now();
	struct credential_fetch fetch = {.memory = &credential->memories[1 - credential->current], .scratch = scratch};

	if (now >= credential->fetch_at) {
		arena_clear(fetch.memory);
		if (credential->fetch(credential->owner, &fetch))
			credential_keep(credential, &fetch, now);
		else
			put_off(credential, &fetch, now);
	}
	if (holds(credential, now))
		return true;
	return credential->is_final ? error_set(error, E_UNKNOWN) : error_unavailable(error, RETRY_AFTER);
}

void credential_forget(struct credential *credential)
{
	if (credential->is_held)
		credential->fetch_at = 0;
	credential->is_held = false;
}
