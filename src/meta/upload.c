/* SPDX-License-Identifier: MIT */
/* Upload sessions. */
#include "berth/meta/upload.h"

#include "berth/meta/statements.h"
#include "meta_priv.h"

bool meta_upload_create(const struct meta *meta, const char *id, const struct meta_upload *upload)
{
	return meta_do(meta, STMT_UPLOAD_CREATE,
		       DB_VALUES(db_text(id), db_i64(upload->repository), db_span(upload->hash_state),
				 db_span(upload->store_state), upload->starter.len ? db_span(upload->starter) : db_null()));
}

bool meta_upload_started_by(const struct meta *meta, struct span path, struct span id, struct span starter, int64_t age,
			    bool *started)
{
	return meta_any(meta, STMT_UPLOAD_STARTED_BY, DB_VALUES(db_span(path), db_span(id), db_span(starter), db_i64(age)),
			started);
}

bool meta_upload_find(const struct meta *meta, struct span path, struct span id, bool *found, uint64_t *offset)
{
	struct db_rows rows;

	if (!meta_run(meta, STMT_UPLOAD_FIND, DB_VALUES(db_span(path), db_span(id)), &rows))
		return false;
	*found = rows.count > 0;
	*offset = *found ? (uint64_t)db_column_i64(&rows, 0, 0) : 0;
	return true;
}

static struct db_value boolean(bool value)
{
	return db_text(value ? "true" : "false");
}

bool meta_upload_open(const struct meta *meta, struct span path, const struct meta_opening *opening, bool writes,
		      enum meta_opened *outcome, struct meta_upload *out)
{
	enum { LOCKED, REPOSITORY, OFFSET, HASH_STATE, STORE_STATE, WRITING, DIGEST };
	struct db_rows rows;

	if (!meta_run(meta, STMT_UPLOAD_OPEN,
		      DB_VALUES(db_span(path), db_text(opening->id), db_text(opening->generation), boolean(writes)),
		      &rows)) {
		db_hold(meta->db); /* a failure in the middle may leave the lock: db_tidy ends the connection, and the lock */
		return false;
	}
	*outcome = rows.count == 0 ? META_UPLOAD_UNKNOWN : META_UPLOAD_BUSY;
	if (rows.count == 0 || !db_column_i64(&rows, 0, LOCKED))
		return true;
	db_hold(meta->db);
	*outcome = META_UPLOAD_OPENED;
	*out = (struct meta_upload){
		.repository = db_column_i64(&rows, 0, REPOSITORY),
		.offset = (uint64_t)db_column_i64(&rows, 0, OFFSET),
		.hash_state = db_column(&rows, 0, HASH_STATE),
		.store_state = db_column(&rows, 0, STORE_STATE),
		.writing = db_column_i64(&rows, 0, WRITING) != 0,
		.sealed = !db_column_null(&rows, 0, DIGEST),
	};
	return !out->sealed || meta_column_digest(meta, &rows, 0, DIGEST, &out->digest);
}

bool meta_upload_save(const struct meta *meta, const struct meta_opening *opening, const struct meta_upload *upload,
		      bool *found)
{
	return meta_any(meta, STMT_UPLOAD_SAVE,
			DB_VALUES(db_text(opening->id), db_text(opening->generation), db_i64((int64_t)upload->offset),
				  db_span(upload->hash_state), db_span(upload->store_state), boolean(upload->writing),
				  upload->sealed ? meta_digest(meta, &upload->digest) : db_null()),
			found);
}

bool meta_upload_delete(const struct meta *meta, const struct meta_opening *opening, bool *found)
{
	return meta_any(meta, STMT_UPLOAD_DELETE, DB_VALUES(db_text(opening->id), db_text(opening->generation)), found);
}

bool meta_upload_stale(const struct meta *meta, int64_t age, const char *after, bool *found, struct meta_stale_upload *out)
{
	struct db_rows rows;

	if (!meta_run(meta, STMT_UPLOAD_STALE, DB_VALUES(db_i64(age), db_text(after), db_i64(1)), &rows))
		return false;
	*found = rows.count > 0;
	if (*found)
		*out = (struct meta_stale_upload){.id = db_column(&rows, 0, 0), .path = db_column(&rows, 0, 1)};
	return true;
}

bool meta_upload_claimed(const struct meta *meta, const char *id, bool *claimed)
{
	return meta_any(meta, STMT_UPLOAD_CLAIMED, DB_VALUES(db_text(id)), claimed);
}

/* With the connection goes the lock; what the session's row says still has to be said, on a new connection. */
static void close_session(struct db *db, const struct meta_opening *opening, bool settled, struct arena *arena)
{
	bool locked = db_is_held(db);
	struct error error;
	struct db_rows rows;

	error_init(&error, arena);
	if (db_run(db, STMT_UPLOAD_CLOSE,
		   DB_VALUES(db_text(opening->id), db_text(opening->generation), boolean(settled), boolean(locked)), &rows,
		   arena, &error) == DB_OK)
		db_release_hold(db); /* else db_tidy ends the connection, and the lock with it */
	else if (locked && settled && !db_is_held(db))
		close_session(db, opening, settled, arena);
}

void meta_upload_close(struct db *db, const struct meta_opening *opening, bool settled)
{
	struct arena arena;

	arena_init(&arena, (size_t)64 << 10);
	if (setjmp(arena.on_exhausted) == 0) {
		arena.armed = true;
		close_session(db, opening, settled, &arena);
	}
	arena_release(&arena);
}
