/* SPDX-License-Identifier: MIT */
/* The bound on hashing passwords: the class of a source, and the pool's semaphore. */
#include "berth/fcgi/throttle.h"

#include "berth/fcgi/prefork.h"

#define WAIT_MS 3000 /* a password takes some 50 ms */
#define RETRY_S 1    /* Retry-After of a caller that the semaphore refuses */

static struct semaphore_limits limits; /* of the worker's pool */

struct source {
	uint64_t pair;     /* name and address: what may be known */
	uint64_t competes; /* the pair when it is known, otherwise the address: has one attempt at a time, and the debt */
	bool known;
};

static struct source source_of(struct sources *sources, const struct throttle_caller *caller)
{
	struct source source = {.pair = sources_id(sources, caller->name, caller->address)};

	source.known = caller->known || sources_known(sources, source.pair);
	source.competes = source.known ? source.pair : sources_id(sources, SPAN_LIT(""), caller->address);
	return source;
}

/* A source in debt gets the next lower class. */
static enum semaphore_class throttle_class(bool known, int64_t debt)
{
	if (debt > SOURCES_DEBT_CLEAN)
		return known ? SEMAPHORE_CLEAN : SEMAPHORE_SUSPECT;
	return known ? SEMAPHORE_KNOWN : SEMAPHORE_CLEAN;
}

static unsigned pool_acquire(void *context, const struct throttle_caller *caller)
{
	struct prefork_shared *shared = context;
	struct source source = source_of(&shared->sources, caller);
	int64_t debt = sources_debt(&shared->sources, source.competes);

	if (debt > SOURCES_DEBT_FREE) {
		sources_suspect(&shared->sources);
		return (unsigned)(debt - SOURCES_DEBT_FREE);
	}
	if (!sources_suspected(&shared->sources))
		return 0;
	if (semaphore_acquire(&shared->semaphore, &limits, throttle_class(source.known, debt), source.competes))
		return 0;
	sources_turned_away(&shared->sources, source.competes);
	return RETRY_S;
}

static void pool_release(void *context)
{
	struct prefork_shared *shared = context;

	semaphore_release(&shared->semaphore);
}

static void pool_report(void *context, const struct throttle_caller *caller, bool good)
{
	struct prefork_shared *shared = context;
	struct source source = source_of(&shared->sources, caller);

	if (good)
		sources_succeeded(&shared->sources, source.pair);
	else
		sources_failed(&shared->sources, source.competes);
}

static unsigned at_least_one(unsigned count)
{
	return count ? count : 1;
}

const struct throttle *fcgi_throttle(unsigned at_once)
{
	static struct throttle throttle;
	struct prefork_shared *shared = prefork_shared();
	unsigned workers = atomic_load(&shared->workers);

	limits.at_once = limits.kept = at_least_one(at_once ? at_once : workers / 4);
	limits.waiting = at_least_one(workers / 8);
	limits.waiting_known = workers / 8;
	limits.wait_ms = WAIT_MS;
	throttle = (struct throttle){pool_acquire, pool_release, pool_report, shared};
	return &throttle;
}
