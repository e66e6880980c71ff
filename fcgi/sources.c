/* SPDX-License-Identifier: MIT */
/* Two tables of a fixed size: sources that have signed in, and the debts of sources that failed. */
#include "berth/fcgi/sources.h"

#include <string.h>
#include <sys/random.h>

#include "berth/base/clock.h"
#include "berth/base/digest.h"

#define KNOWN_SECONDS ((int64_t)30 * 86400)

bool sources_init(struct sources *sources)
{
	return getrandom(sources->key, sizeof sources->key, 0) == (ssize_t)sizeof sources->key;
}

/* The number never leaves the node, so a hash over key and message is enough; no HMAC is needed. */
uint64_t sources_id(const struct sources *sources, struct span name, const char *address)
{
	struct hasher hasher;
	struct digest digest;
	uint64_t id;

	hasher_init(&hasher, DIGEST_SHA256);
	hasher_update(&hasher, sources->key, sizeof sources->key);
	hasher_update(&hasher, address, strlen(address) + 1); /* with its NUL, which separates address and name */
	hasher_update(&hasher, name.ptr, name.len);
	hasher_final(&hasher, &digest);
	memcpy(&id, digest.bytes, sizeof id);
	return id ? id : 1;
}

static struct source_entry *sources_set(struct source_table *table, uint64_t source)
{
	return table->entries[source % SOURCES_SETS];
}

static struct source_entry *sources_find(struct source_table *table, uint64_t source)
{
	struct source_entry *set = sources_set(table, source);

	for (size_t i = 0; i < SOURCES_WAYS; i++)
		if (atomic_load(&set[i].source) == source)
			return &set[i];
	return NULL;
}

/* Returns the seconds until the entry of the source ends. */
static int64_t sources_left(struct source_table *table, uint64_t source, int64_t now)
{
	struct source_entry *entry = sources_find(table, source);
	int64_t until = entry ? atomic_load(&entry->until) : 0;

	return until > now ? until - now : 0;
}

static void sources_remember(struct source_table *table, uint64_t source, int64_t until)
{
	struct source_entry *set = sources_set(table, source), *entry = sources_find(table, source);

	if (!entry) {
		entry = set;
		for (size_t i = 1; i < SOURCES_WAYS; i++)
			if (atomic_load(&set[i].until) < atomic_load(&entry->until))
				entry = &set[i];
		atomic_store(&entry->until, 0);
		atomic_store(&entry->source, source);
	}
	atomic_store(&entry->until, until);
}

void sources_succeeded(struct sources *sources, uint64_t source)
{
	sources_remember(&sources->known, source, clock_coarse_s() + KNOWN_SECONDS);
	if (sources_find(&sources->debts, source))
		sources_remember(&sources->debts, source, 0);
}

bool sources_known(struct sources *sources, uint64_t source)
{
	return sources_left(&sources->known, source, clock_coarse_s()) > 0;
}

/* Two failures in the same instant may count as one. That is harmless: a source has one attempt at a time. */
void sources_failed(struct sources *sources, uint64_t source)
{
	int64_t now = clock_coarse_s(), debt = sources_left(&sources->debts, source, now) + SOURCES_PENALTY;
	int64_t most = SOURCES_DEBT_FREE + SOURCES_PENALTY;

	sources_remember(&sources->debts, source, now + (debt < most ? debt : most));
	sources_suspect(sources);
}

void sources_turned_away(struct sources *sources, uint64_t source)
{
	int64_t now = clock_coarse_s(), debt = sources_left(&sources->debts, source, now) + 1;

	if (debt <= SOURCES_DEBT_HAMMERING)
		sources_remember(&sources->debts, source, now + debt);
}

void sources_suspect(struct sources *sources)
{
	int64_t now = clock_coarse_s(), until = atomic_load(&sources->suspicion);

	until = (until > now ? until : now) + 1;
	atomic_store(&sources->suspicion, until < now + SOURCES_SUSPICION_MAX ? until : now + SOURCES_SUSPICION_MAX);
}

int64_t sources_debt(struct sources *sources, uint64_t source)
{
	return sources_left(&sources->debts, source, clock_coarse_s());
}

bool sources_suspected(const struct sources *sources)
{
	return atomic_load(&sources->suspicion) - clock_coarse_s() >= SOURCES_SUSPICION;
}
