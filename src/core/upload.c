/* SPDX-License-Identifier: MIT */
/* Uploads. The order in each function is the promise: bytes durable, then the row, then the reply. */
#include "berth/core/upload.h"

#include "berth/base/log.h"
#include "berth/base/uuid.h"
#include "berth/meta/blob.h"
#include "berth/meta/repository.h"
#include "berth/meta/upload.h"

static bool unknown(const struct work *work)
{
	return error_set(work->error, E_BLOB_UPLOAD_UNKNOWN);
}

static struct span exported(const struct work *work, const struct hasher *hasher)
{
	unsigned char *state = arena_alloc(work->arena, HASHER_STATE_MAX);

	return (struct span){(const char *)state, hasher_export(hasher, state)};
}

static struct meta_upload row_of(const struct work *work, const struct upload *upload)
{
	return (struct meta_upload){
		.repository = upload->repository,
		.offset = upload->stored.offset,
		.hash_state = exported(work, &upload->hasher),
		.store_state = upload->stored.state,
	};
}

static void fresh(struct upload *out, enum digest_algorithm algorithm)
{
	*out = (struct upload){.repository = 0};
	uuid_new(out->stored.id);
	hasher_init(&out->hasher, algorithm);
}

bool upload_started_by(const struct work *work, struct span path, struct span id, struct span starter, int64_t age,
		       bool *started)
{
	*started = false;
	return !uuid_valid(id) || meta_upload_started_by(&work->meta, path, id, starter, age, started);
}

bool upload_start(const struct work *work, struct span path, enum digest_algorithm algorithm, struct span starter,
		  struct upload *out)
{
	struct meta_upload row;

	fresh(out, algorithm);
	if (!meta_repository_make(&work->meta, path, &out->repository))
		return false;
	row = row_of(work, out);
	row.starter = starter;
	return meta_upload_create(&work->meta, out->stored.id, &row);
}

bool upload_status(const struct work *work, struct span path, struct span id, uint64_t *offset)
{
	struct meta_upload row;
	bool found;

	if (!uuid_valid(id))
		return unknown(work);
	if (!meta_upload_find(&work->meta, path, id, &found, &row))
		return false;
	*offset = found ? row.offset : 0;
	return found || unknown(work);
}

struct held_lock {
	struct db *db;
	char id[UUID_TEXT_MAX];
};

static void unlock(void *object)
{
	const struct held_lock *lock = object;

	meta_upload_unlock(lock->db, lock->id);
}

static bool lock(const struct work *work, const char *id)
{
	struct held_lock *held = arena_alloc(work->arena, sizeof *held);

	if (!meta_upload_lock(&work->meta, id))
		return false;
	held->db = work->core->db;
	memcpy(held->id, id, sizeof held->id);
	arena_defer(work->arena, unlock, held);
	return true;
}

bool upload_open(const struct work *work, struct span path, struct span id, struct upload *out)
{
	struct meta_upload row;
	bool found;

	*out = (struct upload){.repository = 0};
	if (!uuid_valid(id))
		return unknown(work);
	memcpy(out->stored.id, id.ptr, id.len);
	if (!lock(work, out->stored.id) || !meta_upload_find(&work->meta, path, id, &found, &row))
		return false;
	if (!found)
		return unknown(work);
	out->repository = row.repository;
	out->stored.offset = row.offset;
	out->stored.state = row.store_state;
	if (hasher_import(&out->hasher, row.hash_state.ptr, row.hash_state.len))
		return true;
	log_error("upload %s: its hash state is of no known form", out->stored.id);
	return error_set(work->error, E_BLOB_UPLOAD_INVALID);
}

/* Of bytes that no row knows of: whoever tries again sends them again, and what the store has of them would be nobody's. */
static bool drop_unsaved(const struct work *work, const struct upload *upload)
{
	if (upload->stored.offset > 0)
		store_abort(work->core->store, &upload->stored);
	return false;
}

/* The chunk's bytes are in the store, durably; the session's row does not know it yet. */
static bool take_in(const struct work *work, struct upload *upload, struct upload_chunk *chunk)
{
	uint64_t before = upload->stored.offset;

	uint64_t added;

	if (chunk->has_first && chunk->first != before)
		return error_setf(work->error, E_RANGE_INVALID, "the upload stands at %llu", (unsigned long long)before);
	chunk->source.whole = !chunk->has_first;
	if (!chunk->empty &&
	    !store_append(work->core->store, &upload->stored, &chunk->source, &upload->hasher, work->arena, work->error))
		return false;
	added = upload->stored.offset - before;
	if (!chunk->has_length || added == chunk->length)
		return true;
	if (before == 0)
		(void)drop_unsaved(work, upload);
	return error_setf(work->error, E_SIZE_INVALID, "%llu bytes came, %llu were announced", (unsigned long long)added,
			  (unsigned long long)chunk->length);
}

bool upload_append(const struct work *work, struct upload *upload, struct upload_chunk *chunk)
{
	struct meta_upload row;
	bool found;

	if (!take_in(work, upload, chunk))
		return false;
	if (chunk->empty)
		return true;
	row = row_of(work, upload);
	if (!meta_upload_save(&work->meta, upload->stored.id, &row, &found))
		return false;
	return found || unknown(work);
}

bool upload_cancel(const struct work *work, const struct upload *upload)
{
	bool found;

	/* the row first: a crash in between leaves bytes that nobody asks for, never a session without them */
	if (!meta_upload_delete(&work->meta, upload->stored.id, &found))
		return false;
	store_abort(work->core->store, &upload->stored);
	return found || unknown(work);
}

static bool digest_matches(const struct work *work, const struct upload *upload, const struct digest *said, bool *matches)
{
	struct hasher copy = upload->hasher;
	struct digest actual;

	if (said->algorithm == copy.algorithm)
		hasher_final(&copy, &actual);
	else if (!store_digest_upload(work->core->store, &upload->stored, said->algorithm, &actual, work->error))
		return false;
	*matches = digest_equal(&actual, said);
	return true;
}

static bool refuse_digest(const struct work *work, const struct digest *said)
{
	char text[DIGEST_TEXT_MAX];

	return error_setf(work->error, E_DIGEST_INVALID, "the content's digest is not %s", digest_text(said, text));
}

struct commit {
	const struct work *work;
	struct span path; /* of the repository, when its row may be missing */
	struct upload *upload;
	const struct digest *digest;
};

static bool commit_rows(struct db *db, void *context, struct error *error)
{
	const struct commit *commit = context;
	const struct meta *meta = &commit->work->meta;
	bool found;

	(void)db, (void)error;
	if (commit->path.len && !meta_repository_make(meta, commit->path, &commit->upload->repository))
		return false;
	if (!meta_blob_insert(meta, commit->digest, commit->upload->stored.offset) ||
	    !meta_blob_link(meta, commit->upload->repository, commit->digest))
		return false;
	return commit->path.len || meta_upload_delete(meta, commit->upload->stored.id, &found);
}

/* path empty: the session's row names the repository and goes with the commit. `saved`: it knows of the bytes. */
static bool commit_blob(const struct work *work, struct span path, struct upload *upload, const struct digest *digest,
			bool saved)
{
	struct commit commit = {work, path, upload, digest};

	if (!store_finish(work->core->store, &upload->stored, digest, work->error))
		return saved ? false : drop_unsaved(work, upload);
	return db_transaction(work->core->db, commit_rows, &commit, work->error);
}

struct both {
	struct hasher session, said;
};

static bool feed_both(void *context, const void *bytes, size_t len)
{
	struct both *both = context;

	hasher_update(&both->session, bytes, len);
	hasher_update(&both->said, bytes, len);
	return true;
}

/* By the session's algorithm it can be told of the blob `said` whether the session's bytes are what it is made of. */
static bool has_become(const struct work *work, const struct upload *upload, const struct digest *said, bool *yes)
{
	struct hasher copy = upload->hasher;
	struct digest ours, session, actual;
	struct both both;
	uint64_t size;
	bool found;

	*yes = false;
	if (!store_stat(work->core->store, said, &found, &size, work->error))
		return false;
	if (!found || size != upload->stored.offset)
		return true;
	hasher_init(&both.session, copy.algorithm);
	hasher_init(&both.said, said->algorithm);
	if (!store_read(work->core->store, said, 0, size, feed_both, &both, work->error))
		return false;
	hasher_final(&copy, &ours);
	hasher_final(&both.session, &session);
	hasher_final(&both.said, &actual);
	*yes = digest_equal(&session, &ours) && digest_equal(&actual, said);
	return true;
}

/*
 * A closing chunk came once before, and its request failed after the bytes were taken, or even moved to the blob's
 * place: nothing is left to add.
 */
static bool complete_already(const struct work *work, const struct upload *upload, const struct digest *digest, bool *yes)
{
	struct hasher copy = upload->hasher;
	struct digest actual;

	*yes = false;
	if (upload->stored.offset == 0)
		return true;
	if (digest->algorithm != copy.algorithm)
		return has_become(work, upload, digest, yes);
	hasher_final(&copy, &actual);
	*yes = digest_equal(&actual, digest);
	return true;
}

/*
 * The closing chunk of a session that has acknowledged bytes is saved before the file moves to its place: a failure
 * in between must leave a row that knows of the bytes that are no longer in the upload.
 */
static bool take_in_last(const struct work *work, struct upload *upload, struct upload_chunk *chunk)
{
	return upload->stored.offset == 0 ? take_in(work, upload, chunk) : upload_append(work, upload, chunk);
}

bool upload_finish(const struct work *work, struct upload *upload, struct upload_chunk *chunk, const struct digest *digest)
{
	bool saved = upload->stored.offset > 0, complete, matches;

	if (!complete_already(work, upload, digest, &complete))
		return false;
	if (complete)
		return commit_blob(work, (struct span){"", 0}, upload, digest, saved);
	if (!take_in_last(work, upload, chunk))
		return false;
	if (!digest_matches(work, upload, digest, &matches))
		return saved ? false : drop_unsaved(work, upload);
	if (matches)
		return commit_blob(work, (struct span){"", 0}, upload, digest, saved);
	(void)upload_cancel(work, upload);
	return refuse_digest(work, digest);
}

bool upload_whole(const struct work *work, struct span path, struct upload_chunk *chunk, const struct digest *digest,
		  bool *made)
{
	struct upload upload;
	bool matches;

	fresh(&upload, digest->algorithm);
	*made = false;
	if (!take_in(work, &upload, chunk))
		return false;
	if (!digest_matches(work, &upload, digest, &matches))
		return drop_unsaved(work, &upload);
	if (!matches) {
		store_abort(work->core->store, &upload.stored);
		return upload.stored.offset == 0 || refuse_digest(work, digest);
	}
	*made = commit_blob(work, path, &upload, digest, false);
	return *made;
}
