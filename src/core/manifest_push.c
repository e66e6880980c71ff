/* SPDX-License-Identifier: MIT */
/* Pushing and deleting manifests. */
#include <stdlib.h>
#include <string.h>

#include "berth/core/manifest.h"
#include "berth/core/manifest_policy.h"
#include "berth/meta/blob.h"
#include "berth/meta/repository.h"
#include "berth/meta/tag.h"
#include "berth/oci/manifest.h"
#include "berth/oci/referrer.h"

/* What one descriptor asks of the repository. */
struct need {
	const struct descriptor *descriptor;
	bool required;
};

struct needs {
	struct need *items;
	size_t count;
};

struct push_step {
	const struct work *work;
	const struct manifest_push *push;
	const struct manifest *manifest;
	struct needs blobs;
	struct needs children;
	struct digest digest;
};

static void need(struct needs *needs, const struct descriptor *descriptor, bool required)
{
	needs->items[needs->count++] = (struct need){descriptor, required};
}

static void collect(struct push_step *step, struct arena *arena)
{
	const struct manifest *manifest = step->manifest;

	step->blobs.items = arena_array(arena, manifest->layer_count + 1, sizeof *step->blobs.items);
	step->children.items = arena_array(arena, manifest->manifest_count + 1, sizeof *step->children.items);
	if (manifest->config)
		need(&step->blobs, manifest->config, true);
	for (size_t i = 0; i < manifest->layer_count; i++)
		need(&step->blobs, &manifest->layers[i], manifest_policy_needs_layer(&manifest->layers[i]));
	for (size_t i = 0; i < manifest->manifest_count; i++)
		need(&step->children, &manifest->manifests[i],
		     manifest_policy_needs_child(step->work->core->policy, &manifest->manifests[i]));
}

static struct digest *digests_of(const struct needs *needs, struct arena *arena)
{
	struct digest *list = arena_array(arena, needs->count + 1, sizeof *list);

	for (size_t i = 0; i < needs->count; i++)
		list[i] = needs->items[i].descriptor->digest;
	return list;
}

/*
 * Judges the rows (digest, ..., size last) that the repository has for the needs, in the same order. Leaves in `held`
 * the digests that are there; adds one error for each that must be and is not.
 */
static size_t judge(const struct push_step *step, const struct needs *needs, const struct db_rows *rows, int size_column,
		    struct digest *held)
{
	char text[DIGEST_TEXT_MAX];
	size_t count = 0;

	for (size_t i = 0; i < needs->count; i++) {
		const struct descriptor *descriptor = needs->items[i].descriptor;
		bool there = !db_column_null(rows, (int)i, size_column);

		if (there && (uint64_t)db_column_i64(rows, (int)i, size_column) != descriptor->size)
			error_add(step->work->error, E_MANIFEST_INVALID,
				  arena_printf(step->work->arena, "%s: its size is not %llu",
					       digest_text(&descriptor->digest, text),
					       (unsigned long long)descriptor->size),
				  NULL);
		else if (there)
			held[count++] = descriptor->digest;
		else if (needs->items[i].required)
			error_add(step->work->error, E_MANIFEST_BLOB_UNKNOWN, digest_text(&descriptor->digest, text), NULL);
	}
	return count;
}

/* Fills in what is there to be referred to; false with an error for each thing that is missing. */
static bool check_references(const struct push_step *step, struct meta_manifest_new *row)
{
	const struct work *work = step->work;
	struct digest *blobs = digests_of(&step->blobs, work->arena);
	struct digest *children = digests_of(&step->children, work->arena);
	struct db_rows rows;

	if (step->blobs.count) {
		if (!meta_manifest_check_blobs(&work->meta, row->repository, blobs, step->blobs.count, &rows))
			return false;
		row->blob_count = judge(step, &step->blobs, &rows, 1, blobs);
		row->blobs = blobs;
	}
	if (step->children.count) {
		if (!meta_manifest_check_children(&work->meta, row->repository, children, step->children.count, &rows))
			return false;
		row->child_count = judge(step, &step->children, &rows, 2, children);
		row->children = children;
	}
	return !error_is_set(work->error);
}

static struct meta_manifest_new row_of(const struct push_step *step, int64_t repository)
{
	const struct manifest *manifest = step->manifest;
	struct meta_manifest_new row = {
		.repository = repository,
		.digest = step->digest,
		.media_type = manifest->media_type,
		.payload = step->push->payload,
		.subject = manifest->subject ? &manifest->subject->digest : NULL,
		.artifact_type = referrer_artifact_type(manifest),
	};

	if (manifest->subject)
		row.annotations = manifest->annotations;
	return row;
}

/* In the transaction that stores the manifest: whoever makes an immutable tag at the same time makes this one wait. */
static bool make_new_tags(const struct push_step *step, int64_t repository, int64_t manifest)
{
	const struct manifest_push *push = step->push;
	struct span taken;

	if (push->new_tag_count == 0)
		return true;
	if (!meta_tag_create(&step->work->meta, repository, manifest, push->new_tags, push->new_tag_count, &taken))
		return false;
	return taken.len == 0 || error_setf(step->work->error, E_IMMUTABLE_TAG, "%.*s", SPAN_ARG(taken));
}

static bool push_rows(struct db *db, void *context, struct error *error)
{
	const struct push_step *step = context;
	const struct meta *meta = &step->work->meta;
	struct meta_manifest_new row;
	int64_t repository, id;

	(void)db, (void)error;
	if (!meta_repository_make(meta, step->push->path, &repository))
		return false;
	row = row_of(step, repository);
	return check_references(step, &row) && meta_manifest_insert(meta, &row, &id) &&
	       (step->push->tag_count == 0 ||
		meta_tag_set(meta, repository, id, step->push->tags, step->push->tag_count)) &&
	       make_new_tags(step, repository, id) && meta_repository_pushed(meta, repository);
}

static bool digest_payload(const struct work *work, const struct manifest_push *push, struct digest *out)
{
	char text[DIGEST_TEXT_MAX];

	digest_of(out, push->by_digest ? push->digest.algorithm : DIGEST_SHA256, push->payload.ptr, push->payload.len);
	if (!push->by_digest || digest_equal(out, &push->digest))
		return true;
	return error_setf(work->error, E_DIGEST_INVALID, "the manifest's digest is %s", digest_text(out, text));
}

bool manifest_push(const struct work *work, const struct manifest_push *push, struct manifest_pushed *out)
{
	struct manifest manifest;
	struct push_step step = {.work = work, .push = push, .manifest = &manifest};

	if (!digest_payload(work, push, &step.digest) ||
	    !manifest_parse(&manifest, work->arena, push->payload, push->content_type, work->error) ||
	    !manifest_policy_check(work->core->policy, &manifest, push->payload.len, work->error))
		return false;
	collect(&step, work->arena);
	if (!db_transaction(work->core->db, push_rows, &step, work->error))
		return false;
	*out = (struct manifest_pushed){.digest = step.digest, .has_subject = manifest.subject != NULL};
	if (manifest.subject)
		out->subject = manifest.subject->digest;
	return true;
}

/* ---- deleting ---- */

struct delete_step {
	const struct work *work;
	struct span path;
	const struct digest *digest;
};

static bool delete_rows(struct db *db, void *context, struct error *error)
{
	const struct delete_step *step = context;
	enum meta_removed outcome;
	char text[DIGEST_TEXT_MAX];

	(void)db;
	if (!meta_manifest_delete(&step->work->meta, step->path, step->digest, &outcome))
		return false;
	switch (outcome) {
	case META_REMOVED: return true;
	case META_REMOVE_UNKNOWN:
		return error_setf(error, E_MANIFEST_UNKNOWN, "unknown digest=%s", digest_text(step->digest, text));
	case META_REMOVE_REFERENCED: break;
	}
	return error_set(error, E_MANIFEST_REFERENCED);
}

bool manifest_delete(const struct work *work, struct span path, const struct digest *digest)
{
	struct delete_step step = {work, path, digest};

	if (!db_transaction(work->core->db, delete_rows, &step, work->error))
		return false;
	/* before the reply: whoever was told of the deletion finds no worker of this node still serving it */
	atomic_fetch_add_explicit(work->core->generation, 1, memory_order_release);
	return true;
}

bool tag_delete(const struct work *work, struct span path, struct span tag)
{
	bool found;

	if (!meta_tag_delete(&work->meta, path, tag, &found))
		return false;
	return found || error_setf(work->error, E_MANIFEST_UNKNOWN, "unknown tag=%.*s", SPAN_ARG(tag));
}
