/* SPDX-License-Identifier: MIT */
/*
 * The use cases' surroundings. Core is the only floor that holds storage and metadata together, and so the only one
 * that knows their order: bytes are durable before their row is committed, and a row goes before its bytes.
 */
#ifndef BERTH_CORE_CORE_H
#define BERTH_CORE_CORE_H

#include <stdatomic.h>

#include "berth/base/arena.h"
#include "berth/base/error.h"
#include "berth/db/db.h"
#include "berth/meta/meta.h"
#include "berth/store/store.h"

struct locators;
struct manifest_cache;
struct manifest_policy;
struct room;

/* One worker's. */
struct core {
	struct db *db;
	struct store *store;
	const struct locators *locators;      /* where clients find blobs; NULL: where the store says */
	struct manifest_cache *cache;         /* NULL: none */
	const struct manifest_policy *policy; /* what may be pushed */
	const struct room *room;              /* for request bodies; NULL: no bound */
	_Atomic uint64_t *generation;         /* shared by the node's workers: grows when a manifest was deleted */
};

/* One request's. */
struct work {
	const struct core *core;
	struct arena *arena;
	struct error *error;
	struct meta meta; /* the same arena and error, for the meta floor */
};

static inline struct work work_begin(const struct core *core, struct arena *arena, struct error *error)
{
	return (struct work){core, arena, error, {core->db, arena, error}};
}

/*
 * Ends what a request or a job left behind at the database: an open transaction or a held lock costs the connection. To be
 * called after each of them.
 */
void core_tidy(const struct core *core);

#endif
