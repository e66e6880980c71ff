/* SPDX-License-Identifier: MIT */
/* Uploads. Each function keeps the order: the bytes are durable, then the row is saved, then the client gets its answer. */
#include "berth/core/upload.h"

#include "berth/base/log.h"
#include "berth/base/uuid.h"
#include "berth/meta/blob.h"
#include "berth/meta/change.h"
#include "berth/meta/repository.h"
#include "berth/meta/upload.h"

#define BUSY_RETRY_AFTER_S 1

static bool upload_unknown(const struct work *work)
{
	return error_set(work->error, E_BLOB_UPLOAD_UNKNOWN);
}

static struct span exported(const struct work *work, const struct hasher *hasher)
{
	unsigned char *state = arena_alloc(work->arena, HASHER_STATE_MAX);

	return (struct span){(const char *)state, hasher_export(hasher, state)};
}

static struct meta_upload upload_row(const struct work *work, const struct upload *upload)
{
	return (struct meta_upload){
		.repository = upload->repository,
		.offset = upload->stored.offset,
		.hash_state = exported(work, &upload->hasher),
		.store_state = upload->stored.state,
		.sealed = upload->durability == UPLOAD_SEALED,
		.digest = upload->digest,
	};
}

static void fresh(struct upload *out, enum digest_algorithm algorithm)
{
	*out = (struct upload){.durability = UPLOAD_UNSAVED};
	uuid_new(out->stored.id);
	uuid_new(out->stored.generation);
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
	row = upload_row(work, out);
	row.starter = starter;
	return meta_upload_create(&work->meta, out->stored.id, &row);
}

bool upload_status(const struct work *work, struct span path, struct span id, uint64_t *offset)
{
	bool found;

	if (!uuid_valid(id))
		return upload_unknown(work);
	return meta_upload_find(&work->meta, path, id, &found, offset) && (found || upload_unknown(work));
}

/* ---- opening and closing ---- */

struct opened {
	struct db *db;
	struct meta_opening opening;
	bool settled; /* no other request may still be adding bytes, so none adds any after this one has closed */
};

static void close_opened(void *object)
{
	const struct opened *opened = object;

	meta_upload_close(opened->db, &opened->opening, opened->settled);
}

static struct meta_opening opening_of(const struct upload *upload)
{
	struct meta_opening opening;

	memcpy(opening.id, upload->stored.id, sizeof opening.id);
	memcpy(opening.generation, upload->stored.generation, sizeof opening.generation);
	return opening;
}

/* Takes the row and its lock. The lock is released when the arena is cleared. */
static bool take_row(const struct work *work, struct span path, const struct upload *upload, bool writes,
		     struct opened **opened, struct meta_upload *row)
{
	enum meta_opened outcome;

	*opened = arena_alloc(work->arena, sizeof **opened);
	**opened = (struct opened){.db = work->core->db, .opening = opening_of(upload)};
	if (!meta_upload_open(&work->meta, path, &(*opened)->opening, writes, &outcome, row))
		return false;
	switch (outcome) {
	case META_UPLOAD_OPENED: arena_defer(work->arena, close_opened, *opened); return true;
	case META_UPLOAD_UNKNOWN: return upload_unknown(work);
	case META_UPLOAD_BUSY: break;
	}
	return error_busy(work->error, BUSY_RETRY_AFTER_S, "another request is using this upload");
}

/* Fails with E_BLOB_UPLOAD_UNKNOWN also when another request has opened the session since. */
static bool save_row(const struct work *work, const struct upload *upload, bool writing)
{
	const struct meta_opening opening = opening_of(upload);
	struct meta_upload row = upload_row(work, upload);
	bool found;

	row.writing = writing;
	return meta_upload_save(&work->meta, &opening, &row, &found) && (found || upload_unknown(work));
}

/*
 * An earlier request may still be adding bytes: its worker died, or lost its database connection without noticing. After this
 * call no row names the bytes that it adds.
 */
static bool take_over(const struct work *work, struct upload *upload, bool writes)
{
	const struct store_upload before = upload->stored;

	if (!store_take_over(work->core->store, &upload->stored, work->arena, work->error) ||
	    !save_row(work, upload, writes))
		return false;
	if (!span_equal(before.state, upload->stored.state))
		store_abort(work->core->store, &before, work->arena);
	return true;
}

bool upload_open(const struct work *work, struct span path, struct span id, enum upload_intent intent, struct upload *out)
{
	struct opened *opened;
	struct meta_upload row;

	*out = (struct upload){.durability = UPLOAD_UNSAVED};
	if (!uuid_valid(id))
		return upload_unknown(work);
	memcpy(out->stored.id, id.ptr, id.len);
	uuid_new(out->stored.generation);
	if (!take_row(work, path, out, intent == UPLOAD_ADD, &opened, &row))
		return false;
	out->repository = row.repository;
	out->stored.offset = row.offset;
	out->stored.state = row.store_state;
	out->stored.sealed = row.sealed;
	out->digest = row.digest;
	if (row.offset > 0)
		out->durability = row.sealed ? UPLOAD_SEALED : UPLOAD_SAVED;
	if (!hasher_import(&out->hasher, row.hash_state.ptr, row.hash_state.len)) {
		log_error("upload %s: its hash state is of no known form", out->stored.id);
		return error_set(work->error, E_BLOB_UPLOAD_INVALID);
	}
	if (row.writing && intent != UPLOAD_DROP && !take_over(work, out, intent == UPLOAD_ADD))
		return false;
	opened->settled = !row.writing || intent != UPLOAD_DROP;
	return true;
}

/* ---- adding bytes ---- */

/* After a failure: removes bytes that no row names, which the client has to send again. Returns false. */
static bool drop_unsaved(const struct work *work, const struct upload *upload)
{
	if (upload->durability == UPLOAD_UNSAVED)
		store_abort(work->core->store, &upload->stored, work->arena);
	return false;
}

/* Makes the chunk's bytes durable in the store. The session's row is not saved yet. */
static bool store_chunk(const struct work *work, struct upload *upload, struct upload_chunk *chunk)
{
	uint64_t before = upload->stored.offset, added;

	if (chunk->has_first && chunk->first != before)
		return error_setf(work->error, E_RANGE_INVALID, "expected offset %llu", (unsigned long long)before);
	chunk->source.whole = !chunk->has_first;
	if (!chunk->empty &&
	    !store_append(work->core->store, &upload->stored, &chunk->source, &upload->hasher, work->arena, work->error))
		return false;
	added = upload->stored.offset - before;
	if (!chunk->has_length || added == chunk->length)
		return true;
	(void)drop_unsaved(work, upload);
	return error_setf(work->error, E_SIZE_INVALID, "%llu bytes came, %llu were announced", (unsigned long long)added,
			  (unsigned long long)chunk->length);
}

bool upload_append(const struct work *work, struct upload *upload, struct upload_chunk *chunk)
{
	if (upload->durability == UPLOAD_SEALED && !chunk->empty)
		return error_setf(work->error, E_RANGE_INVALID, "the upload is complete");
	return store_chunk(work, upload, chunk) && (chunk->empty || save_row(work, upload, false));
}

/* ---- cancelling ---- */

bool upload_cancel(const struct work *work, const struct upload *upload)
{
	const struct meta_opening opening = opening_of(upload);
	bool found;

	/* the row goes first: a crash in between leaves bytes for the sweep, never a session without its bytes */
	if (!meta_upload_delete(&work->meta, &opening, &found))
		return false;
	if (!found) /* another request has opened the session since: the bytes are that request's */
		return upload_unknown(work);
	store_abort(work->core->store, &upload->stored, work->arena);
	return true;
}

/* ---- the bytes become a blob ---- */

static bool digest_matches(const struct work *work, const struct upload *upload, const struct digest *said, bool *matches)
{
	struct hasher copy = upload->hasher;
	struct digest actual;

	if (said->algorithm == copy.algorithm)
		hasher_final(&copy, &actual);
	else if (!store_digest_upload(work->core->store, &upload->stored, said->algorithm, &actual, work->arena,
				      work->error))
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
	struct upload *upload;
	struct span path; /* of the repository; only commit_whole needs it */
};

static bool commit_blob(const struct commit *commit)
{
	const struct meta *meta = &commit->work->meta;
	const struct upload *upload = commit->upload;

	return meta_blob_insert(meta, &upload->digest, upload->stored.offset) &&
	       meta_blob_link(meta, upload->repository, &upload->digest);
}

/* Commits the blob and the end of its session. */
static bool commit_session(const struct meta *meta, void *context)
{
	const struct commit *commit = context;
	const struct meta_opening opening = opening_of(commit->upload);
	bool found;

	return commit_blob(commit) && meta_upload_delete(meta, &opening, &found) && (found || upload_unknown(commit->work));
}

/* Commits a blob that had no session, in a repository that may be new. */
static bool commit_whole(const struct meta *meta, void *context)
{
	const struct commit *commit = context;

	return meta_repository_make(meta, commit->path, &commit->upload->repository) && commit_blob(commit);
}

/* Makes the upload's bytes a blob. They are known to have the digest upload->digest. */
static bool make_blob(const struct commit *commit, meta_change_fn *body)
{
	const struct work *work = commit->work;
	struct upload *upload = commit->upload;

	if (!store_finish(work->core->store, &upload->stored, &upload->digest, work->arena, work->error) ||
	    !meta_change_run(&work->meta, body, (void *)commit))
		return drop_unsaved(work, upload);
	store_forget(work->core->store, &upload->stored, work->arena);
	return true;
}

/*
 * Saves the digest in the row before the bytes become a blob, so that a request that is repeated after a crash is recognized.
 * Bytes that no row names need no seal: the client sends them again.
 */
static bool seal(const struct work *work, struct upload *upload, const struct digest *digest)
{
	upload->digest = *digest;
	if (upload->durability == UPLOAD_UNSAVED)
		return true;
	upload->durability = UPLOAD_SEALED;
	return save_row(work, upload, false);
}

bool upload_finish(const struct work *work, struct upload *upload, struct upload_chunk *chunk, const struct digest *digest)
{
	const struct commit commit = {.work = work, .upload = upload};
	bool matches;

	if (upload->durability == UPLOAD_SEALED)
		return digest_equal(&upload->digest, digest) ? make_blob(&commit, commit_session)
							     : refuse_digest(work, digest);
	if (!store_chunk(work, upload, chunk))
		return false;
	if (!digest_matches(work, upload, digest, &matches))
		return drop_unsaved(work, upload);
	if (matches)
		return seal(work, upload, digest) && make_blob(&commit, commit_session);
	(void)upload_cancel(work, upload);
	return refuse_digest(work, digest);
}

bool upload_whole(const struct work *work, struct span path, struct upload_chunk *chunk, const struct digest *digest,
		  bool *made)
{
	struct upload upload;
	const struct commit commit = {work, &upload, path};
	bool matches;

	fresh(&upload, digest->algorithm);
	upload.digest = *digest;
	*made = false;
	if (!store_chunk(work, &upload, chunk))
		return false;
	if (!digest_matches(work, &upload, digest, &matches))
		return drop_unsaved(work, &upload);
	if (matches) {
		*made = make_blob(&commit, commit_whole);
		return *made;
	}
	(void)drop_unsaved(work, &upload);
	if (upload.stored.offset == 0) /* no bytes were sent: not a blob, and no error */
		return true;
	return refuse_digest(work, digest);
}
