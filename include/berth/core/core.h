/* SPDX-License-Identifier: MIT */
/*
 * The use cases' surroundings. Core is the only floor that holds storage and metadata together, and so the only one that knows
 * the order of what it does to both. This is the one place where the order is written down.
 *
 * Making. Bytes are durable before the row that names them is committed, and the row is committed before the reply.
 *
 * Deleting. What refers to something goes before it:
 *
 *     1. the link      repository_blob, manifest_blob: clients of the repository find the blob no more
 *     2. the mark      of the blob's row, by whoever finds under the digest's lock that nothing links the blob. A marked blob is
 *                      there for nobody, and its bytes are never believed
 *     3. the bytes     in the store
 *     4. the row       of the blob, last: bytes without a row would never be found again
 *
 * A request does step 1 only (blob_unlink, manifest_delete). Steps 2 to 4 belong to collection, which has not been built yet. The
 * schema holds the order between rows: a foreign key refuses to delete the row of a blob that is linked.
 *
 * An upload session is the other way round, because no client needs its bytes: its row goes first (upload_cancel). A crash in
 * between leaves bytes that no session has, which upload_purge finds in the store by their age.
 */
#ifndef BERTH_CORE_CORE_H
#define BERTH_CORE_CORE_H

#include <stdatomic.h>

#include "berth/base/arena.h"
#include "berth/base/error.h"
#include "berth/base/who.h"
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

/* One request's. The meta floor has the same arena, error and who. */
struct work {
	const struct core *core;
	struct arena *arena;
	struct error *error;
	const struct who *who; /* who asks: written down with what is changed, never consulted */
	struct meta meta;
};

/* Everything is borrowed. */
static inline struct work work_begin(const struct core *core, const struct who *who, struct arena *arena,
				     struct error *error)
{
	return (struct work){core, arena, error, who, {core->db, arena, error, who}};
}

/*
 * Ends what a request or a job left behind at the database: an open transaction or a held lock costs the connection. To be
 * called after each of them.
 */
void core_tidy(const struct core *core);

#endif
