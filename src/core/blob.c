/* SPDX-License-Identifier: MIT */
/* Blobs of a repository. */
#include "berth/core/blob.h"

#include "berth/base/log.h"
#include "berth/meta/blob.h"
#include "berth/meta/change.h"
#include "berth/meta/repository.h"
#include "berth/store/locator.h"

static bool blob_unknown(const struct work *work, const struct digest *digest)
{
	char text[DIGEST_TEXT_MAX];

	return error_setf(work->error, E_BLOB_UNKNOWN, "%s", digest_text(digest, text));
}

bool blob_size(const struct work *work, struct span path, const struct digest *digest, uint64_t *size)
{
	bool found;

	if (!meta_blob_find(&work->meta, path, digest, &found, size))
		return false;
	return found || blob_unknown(work, digest);
}

bool blob_locate(const struct work *work, const struct digest *digest, const struct store_client *client,
		 struct store_location *location)
{
	return locators_find(work->core->locators, work->core->store, digest, client, location, work->arena, work->error);
}

bool blob_check(const struct work *work, const struct digest *digest, uint64_t size)
{
	char text[DIGEST_TEXT_MAX];
	uint64_t stored;
	bool found;

	if (!store_stat(work->core->store, digest, &found, &stored, work->arena, work->error))
		return false;
	if (found && stored == size)
		return true;
	log_error("storage: blob %s: %s", digest_text(digest, text), found ? "another size than its row says" : "missing");
	return blob_unknown(work, digest);
}

bool blob_read(const struct work *work, const struct digest *digest, uint64_t offset, uint64_t length, store_sink_fn *sink,
	       void *context)
{
	return store_read(work->core->store, digest, offset, length, sink, context, work->arena, work->error);
}

/* What a change of one link needs. */
struct blob_step {
	const struct work *work;
	struct span path;
	const struct digest *digest;
};

static bool unlink_rows(const struct meta *meta, void *context)
{
	const struct blob_step *step = context;
	enum meta_deleted outcome;

	if (!meta_blob_unlink(meta, step->path, step->digest, &outcome))
		return false;
	switch (outcome) {
	case META_DELETED: return true;
	case META_DELETE_UNKNOWN: return blob_unknown(step->work, step->digest);
	case META_DELETE_REFERENCED: break;
	}
	return error_set(meta->error, E_BLOB_REFERENCED);
}

bool blob_unlink(const struct work *work, struct span path, const struct digest *digest)
{
	struct blob_step step = {work, path, digest};

	return meta_change_run(&work->meta, unlink_rows, &step);
}

static bool link_rows(const struct meta *meta, void *context)
{
	const struct blob_step *step = context;
	int64_t repository;

	return meta_repository_make(meta, step->path, &repository) && meta_blob_link(meta, repository, step->digest);
}

bool blob_mount(const struct work *work, struct span path, const struct digest *digest, const struct blob_mount *mount,
		bool *mounted)
{
	struct blob_step step = {work, path, digest};
	uint64_t size;
	bool ok;

	ok = mount->from.len ? meta_blob_find(&work->meta, mount->from, digest, mounted, &size)
			     : meta_blob_mountable(&work->meta, digest, mount->readable, mount->readable_count, mounted);
	if (!ok || !*mounted)
		return ok;
	return meta_change_run(&work->meta, link_rows, &step);
}
