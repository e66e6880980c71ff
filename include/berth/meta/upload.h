/* SPDX-License-Identifier: MIT */
/*
 * Upload sessions: how far an upload has come, so that any node can continue it. src/README.md, "Upload sessions", says what
 * locks, generations and seals are for.
 */
#ifndef BERTH_META_UPLOAD_H
#define BERTH_META_UPLOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "berth/base/digest.h"
#include "berth/base/span.h"
#include "berth/base/uuid.h"
#include "berth/meta/meta.h"

struct meta_upload {
	int64_t repository;
	uint64_t offset;
	struct span hash_state;
	struct span store_state;
	struct span starter;  /* of create only: the SHA-256 of the token that started it; empty for none */
	bool writing;         /* of open: an earlier request may still add bytes; of save: this one may */
	bool sealed;          /* all bytes are there, and their digest is: */
	struct digest digest; /* when sealed */
};

/* Which request has a session open. Each opening has a new generation. */
struct meta_opening {
	char id[UUID_TEXT_MAX];         /* of the session */
	char generation[UUID_TEXT_MAX]; /* of the opening */
};

enum meta_opened { META_UPLOAD_OPENED, META_UPLOAD_UNKNOWN, META_UPLOAD_BUSY };

/* Makes a session, with offset 0. */
bool meta_upload_create(const struct meta *meta, const char *id, const struct meta_upload *upload);

/* Finds the offset of a session of that repository. *found false: the repository has no such session. */
bool meta_upload_find(const struct meta *meta, struct span path, struct span id, bool *found, uint64_t *offset);

/*
 * Takes the lock of a session and makes `opening` its generation, in one statement. `writes`: the request is going to add bytes.
 *
 * The lock is an advisory lock of PostgreSQL, which ends with meta_upload_close or with the connection. It only spares requests
 * that would fail. The generation keeps their bytes apart: meta_upload_save and meta_upload_delete change nothing under an old one.
 * Few requests wait for a lock, at most for the lock_timeout; the others get META_UPLOAD_BUSY at once.
 */
bool meta_upload_open(const struct meta *meta, struct span path, const struct meta_opening *opening, bool writes,
		      enum meta_opened *outcome, struct meta_upload *out);

/* Saves, or deletes, a session. *found false: it is gone, or another request has opened it since, and nothing is changed. */
bool meta_upload_save(const struct meta *meta, const struct meta_opening *opening, const struct meta_upload *upload,
		      bool *found);
bool meta_upload_delete(const struct meta *meta, const struct meta_opening *opening, bool *found);

/* Gives the lock back, with memory of its own. `settled`: neither this request nor an earlier one adds bytes any more. */
void meta_upload_close(struct db *db, const struct meta_opening *opening, bool settled);

/* A session and the path of its repository. The spans live as long as the arena. */
struct meta_stale_upload {
	struct span id, path;
};

/* Finds the first session behind the id `after` that no request has written to for `age` seconds, by the database's clock. */
bool meta_upload_stale(const struct meta *meta, int64_t age, const char *after, bool *found, struct meta_stale_upload *out);

/* Tells whether this token (its SHA-256) started that session, at most `age` seconds ago by the database's clock. */
bool meta_upload_started_by(const struct meta *meta, struct span path, struct span id, struct span starter, int64_t age,
			    bool *started);

/* Tells whether there is a session of this id, in any repository. */
bool meta_upload_claimed(const struct meta *meta, const char *id, bool *claimed);

#endif
