/* SPDX-License-Identifier: MIT */
/* Upload sessions: where an upload stands, so that any node can go on with it. */
#ifndef BERTH_META_UPLOAD_H
#define BERTH_META_UPLOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "berth/base/span.h"
#include "berth/meta/meta.h"

struct meta_upload {
	int64_t repository;
	uint64_t offset;
	struct span hash_state;
	struct span store_state;
	struct span starter; /* of create only: the SHA-256 of the token that started it; empty for none */
};

bool meta_upload_create(const struct meta *meta, const char *id, const struct meta_upload *upload);

/* The session `id` of that very repository. The spans live as long as the arena. */
bool meta_upload_find(const struct meta *meta, struct span path, struct span id, bool *found, struct meta_upload *out);

/* *found false: the session is gone. */
bool meta_upload_save(const struct meta *meta, const char *id, const struct meta_upload *upload, bool *found);
bool meta_upload_delete(const struct meta *meta, const char *id, bool *found);

/*
 * Sessions that nobody wrote to for `age` seconds, by the database's clock: rows (id, path) in the order of ids, behind
 * the id `after`, at most `limit`.
 */
bool meta_upload_stale(const struct meta *meta, int64_t age, const char *after, int64_t limit, struct db_rows *out);

/*
 * Did this token (its SHA-256) start that session of that repository, not more than `age` seconds ago by the database's
 * clock?
 */
bool meta_upload_started_by(const struct meta *meta, struct span path, struct span id, struct span starter, int64_t age,
			    bool *started);

/* Is there a session of this id, in any repository? */
bool meta_upload_claimed(const struct meta *meta, const char *id, bool *claimed);

/*
 * The lock of a session: PostgreSQL's, so that it ends with the worker that held it, whatever ended the worker. Waits
 * for the lock_timeout, then 429. Held until meta_upload_unlock; the connection is not replaced meanwhile.
 */
bool meta_upload_lock(const struct meta *meta, const char *id);
void meta_upload_unlock(struct db *db, const char *id);

#endif
