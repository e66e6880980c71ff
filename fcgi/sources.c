/* SPDX-License-Identifier: MIT */
/* Tables of a fixed size in shared memory: known sources, and the debts of those that fail. */
#include "berth/fcgi/sources.h"

#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "berth/base/digest.h"

#define KNOWN_SECONDS ((int64_t)30 * 86400)

static int64_t clock_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return now.tv_sec;
}

bool sources_init(struct sources *sources)
{
	return getrandom(sources->key, sizeof sources->key, 0) == (ssize_t)sizeof sources->key;
}

/* The source never leaves the node, so that the key may simply stand first. */
uint64_t sources_id(const struct sources *sources, struct span name, const char *address)
{
	struct hasher hasher;
	struct digest digest;
	uint64_t id;

	hasher_init(&hasher, DIGEST_SHA256);
	hasher_update(&hasher, sources->key, sizeof sources->key);
	hasher_update(&hasher, address, strlen(address) + 1); /* with its NUL: no address and name read like another pair */
	hasher_update(&hasher, name.ptr, name.len);
	hasher_final(&hasher, &digest);
	memcpy(&id, digest.bytes, sizeof id);
	return id ? id : 1;
}

static struct source_entry *set_of(struct source_table *table, uint64_t source)
{
	return table->entries[source % SOURCES_SETS];
}

static struct source_entry *find(struct source_table *table, uint64_t source)
{
	struct source_entry *set = set_of(table, source);

	for (size_t i = 0; i < SOURCES_WAYS; i++)
		if (atomic_load(&set[i].source) == source)
			return &set[i];
	return NULL;
}

/* The seconds for which the source is still remembered. */
static int64_t left(struct source_table *table, uint64_t source, int64_t now)
{
	struct source_entry *entry = find(table, source);
	int64_t until = entry ? atomic_load(&entry->until) : 0;

	return until > now ? until - now : 0;
}

static void remember(struct source_table *table, uint64_t source, int64_t until)
{
	struct source_entry *set = set_of(table, source), *entry = find(table, source);

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
	remember(&sources->known, source, clock_s() + KNOWN_SECONDS);
	if (find(&sources->debts, source))
		remember(&sources->debts, source, 0);
}

bool sources_known(struct sources *sources, uint64_t source)
{
	return left(&sources->known, source, clock_s()) > 0;
}

/* Two failures at once may count as one: a source tries one password at a time, and a guesser goes on. */
void sources_failed(struct sources *sources, uint64_t source)
{
	int64_t now = clock_s(), debt = left(&sources->debts, source, now) + SOURCES_PENALTY;
	int64_t most = SOURCES_DEBT_FREE + SOURCES_PENALTY;

	remember(&sources->debts, source, now + (debt < most ? debt : most));
	sources_suspect(sources);
}

void sources_turned_away(struct sources *sources, uint64_t source)
{
	int64_t now = clock_s(), debt = left(&sources->debts, source, now) + 1;

	if (debt <= SOURCES_DEBT_HAMMERING)
		remember(&sources->debts, source, now + debt);
}

void sources_suspect(struct sources *sources)
{
	int64_t now = clock_s(), until = atomic_load(&sources->suspicion);

	until = (until > now ? until : now) + 1;
	atomic_store(&sources->suspicion, until < now + SOURCES_SUSPICION_MAX ? until : now + SOURCES_SUSPICION_MAX);
}

int64_t sources_debt(struct sources *sources, uint64_t source)
{
	return left(&sources->debts, source, clock_s());
}

bool sources_suspected(const struct sources *sources)
{
	return atomic_load(&sources->suspicion) - clock_s() >= SOURCES_SUSPICION;
}
