/* SPDX-License-Identifier: MIT */
/* Pushing and deleting manifests. */
#include <stdlib.h>
#include <string.h>

#include "berth/core/manifest.h"
#include "berth/core/manifest_policy.h"
#include "berth/meta/change.h"
#include "berth/meta/repository.h"
#include "berth/meta/tag.h"
#include "berth/oci/manifest.h"
#include "berth/oci/mediatype.h"
#include "berth/oci/referrer.h"

/* Where the repository may have the content of a descriptor. */
enum place { IN_BLOBS, IN_MANIFESTS, PLACES };

/* One descriptor of the manifest, and what the repository has for its digest. */
struct need {
	const struct descriptor *descriptor;
	int64_t size[PLACES];     /* META_LACKING where there is none */
	struct need *first_alike; /* the first need of the same digest; only that one is refused */
	bool sought[PLACES];
	bool required;
	bool refused;
};

struct push_step {
	const struct work *work;
	const struct manifest_push *push;
	const struct manifest *manifest;
	struct need *needs; /* in the order of the document */
	size_t need_count;
	struct digest *digests; /* room for those of all needs, once: a manifest can name 40,000 */
	int64_t *sizes;
	struct digest digest;
};

static struct need *add_need(struct push_step *step, const struct descriptor *descriptor, bool required)
{
	struct need *need = &step->needs[step->need_count++];

	*need = (struct need){.descriptor = descriptor, .required = required, .size = {META_LACKING, META_LACKING}};
	return need;
}

static void need_blob(struct push_step *step, const struct descriptor *descriptor, bool required)
{
	add_need(step, descriptor, required)->sought[IN_BLOBS] = true;
}

/*
 * An entry of an index. It names a manifest, also when it has no type or an unknown one. If its type is not that of a manifest, it
 * may name a blob instead: BuildKit lists the layers of a build cache in an index.
 */
static void need_entry(struct push_step *step, const struct descriptor *entry)
{
	struct need *need = add_need(step, entry, manifest_policy_needs_child(step->work->core->policy, entry));

	need->sought[IN_MANIFESTS] = true;
	need->sought[IN_BLOBS] = !mediatype_manifest(span_of(entry->media_type));
}

static int by_digest(const void *a, const void *b)
{
	const struct need *left = *(struct need *const *)a, *right = *(struct need *const *)b;
	int order = digest_compare(&left->descriptor->digest, &right->descriptor->digest);

	return order ? order : (left > right) - (left < right);
}

static void find_first_alike(struct push_step *step, struct arena *arena)
{
	struct need **sorted = arena_array(arena, step->need_count, sizeof(struct need *));

	for (size_t i = 0; i < step->need_count; i++)
		sorted[i] = &step->needs[i];
	if (step->need_count > 1)
		qsort(sorted, step->need_count, sizeof *sorted, by_digest);
	for (size_t i = 0; i < step->need_count; i++) {
		bool alike = i > 0 && digest_equal(&sorted[i]->descriptor->digest, &sorted[i - 1]->descriptor->digest);

		sorted[i]->first_alike = alike ? sorted[i - 1]->first_alike : sorted[i];
	}
}

static void collect(struct push_step *step, struct arena *arena)
{
	const struct manifest *manifest = step->manifest;
	size_t count = manifest->layer_count + manifest->manifest_count + (manifest->config ? 1 : 0);

	step->needs = arena_array(arena, count + 1, sizeof *step->needs);
	step->digests = arena_array(arena, count + 1, sizeof *step->digests);
	step->sizes = arena_array(arena, count + 1, sizeof *step->sizes);
	if (manifest->config)
		need_blob(step, manifest->config, true);
	for (size_t i = 0; i < manifest->layer_count; i++)
		need_blob(step, &manifest->layers[i], manifest_policy_needs_layer(&manifest->layers[i]));
	for (size_t i = 0; i < manifest->manifest_count; i++)
		need_entry(step, &manifest->manifests[i]);
	find_first_alike(step, arena);
}

/* Looks up all needs that may be in `place`, by one statement. */
static bool look_up(const struct push_step *step, int64_t repository, enum place place)
{
	static bool (*const sizes_of[])(const struct meta *, int64_t, const struct digest *, size_t, int64_t *) = {
		[IN_BLOBS] = meta_manifest_blob_sizes,
		[IN_MANIFESTS] = meta_manifest_child_sizes,
	};
	size_t count = 0;

	for (size_t i = 0; i < step->need_count; i++)
		if (step->needs[i].sought[place])
			step->digests[count++] = step->needs[i].descriptor->digest;
	if (count > 0 && !sizes_of[place](&step->work->meta, repository, step->digests, count, step->sizes))
		return false;
	for (size_t i = step->need_count; i-- > 0;)
		if (step->needs[i].sought[place])
			step->needs[i].size[place] = step->sizes[--count];
	return true;
}

static const char *why_missing(const struct work *work, const struct need *need, const char *digest)
{
	if (!need->sought[IN_MANIFESTS])
		return digest;
	return arena_printf(work->arena,
			    "%s: an index is pushed after its manifests; validation.manifests.indexes says which", digest);
}

/* Refuses a need that the repository does not have, or has in another size. */
static void judge_need(const struct work *work, struct need *need)
{
	const struct descriptor *descriptor = need->descriptor;
	int64_t size = need->size[IN_BLOBS] != META_LACKING ? need->size[IN_BLOBS] : need->size[IN_MANIFESTS];
	bool missing = size == META_LACKING && need->required;
	bool differs = size != META_LACKING && (uint64_t)size != descriptor->size &&
		       manifest_policy_checks_sizes(work->core->policy);
	char text[DIGEST_TEXT_MAX];

	if ((!missing && !differs) || need->first_alike->refused)
		return;
	need->first_alike->refused = true;
	digest_text(&descriptor->digest, text);
	if (missing)
		error_add(work->error, E_MANIFEST_BLOB_UNKNOWN, text, why_missing(work, need, text));
	else
		error_add(
			work->error, E_MANIFEST_INVALID,
			arena_printf(work->arena,
				     "%s: its size is %lld, not %llu; with validation.manifests.sizes: lenient it is taken",
				     text, (long long)size, (unsigned long long)descriptor->size),
			NULL);
}

static const struct digest *held(const struct push_step *step, enum place place, size_t *count)
{
	struct digest *digests;

	*count = 0;
	for (size_t i = 0; i < step->need_count; i++)
		*count += step->needs[i].size[place] != META_LACKING;
	digests = arena_array(step->work->arena, *count + 1, sizeof *digests);
	*count = 0;
	for (size_t i = 0; i < step->need_count; i++)
		if (step->needs[i].size[place] != META_LACKING)
			digests[(*count)++] = step->needs[i].descriptor->digest;
	return digests;
}

/*
 * The bytes of the distinct blobs that the manifest names: of an image its config and its layers, also those that are kept
 * elsewhere; of an index the entries that the repository has as blobs only. At most INT64_MAX.
 */
static int64_t size_of_blobs(const struct push_step *step)
{
	int64_t total = 0;

	for (size_t i = 0; i < step->need_count; i++) {
		const struct need *need = &step->needs[i];
		int64_t size = need->sought[IN_MANIFESTS] ? need->size[IN_BLOBS] : (int64_t)need->descriptor->size;

		if (need->first_alike != need || need->size[IN_MANIFESTS] != META_LACKING || size == META_LACKING)
			continue;
		if (__builtin_add_overflow(total, size, &total))
			return INT64_MAX;
	}
	return total;
}

/* Fills in the references that the repository has. False with an error for each digest that it lacks. */
static bool check_references(const struct push_step *step, struct meta_manifest_new *row)
{
	if (!look_up(step, row->repository, IN_BLOBS) || !look_up(step, row->repository, IN_MANIFESTS))
		return false;
	for (size_t i = 0; i < step->need_count; i++)
		judge_need(step->work, &step->needs[i]);
	if (error_is_set(step->work->error))
		return false;
	row->blobs = held(step, IN_BLOBS, &row->blob_count);
	row->children = held(step, IN_MANIFESTS, &row->child_count);
	row->blobs_size = size_of_blobs(step);
	return true;
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
		.config = manifest->config ? &manifest->config->digest : NULL,
	};

	if (manifest->subject)
		row.annotations = manifest->annotations;
	return row;
}

/* Makes the immutable tags. Another push that makes one of them at the same time has to wait for this transaction. */
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

static bool push_rows(const struct meta *meta, void *context)
{
	const struct push_step *step = context;
	struct meta_manifest_new row;
	int64_t repository, id;

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
	if (!meta_change_run(&work->meta, push_rows, &step))
		return false;
	*out = (struct manifest_pushed){.digest = step.digest, .has_subject = manifest.subject != NULL};
	if (manifest.subject)
		out->subject = manifest.subject->digest;
	return true;
}

/* ---- deleting ---- */

struct delete_step {
	struct span path;
	const struct digest *digest; /* NULL: the tag only */
	struct span tag;
};

static bool delete_manifest_rows(const struct meta *meta, void *context)
{
	const struct delete_step *step = context;
	enum meta_deleted outcome;
	char text[DIGEST_TEXT_MAX];

	if (!meta_manifest_delete(meta, step->path, step->digest, &outcome))
		return false;
	switch (outcome) {
	case META_DELETED: return true;
	case META_DELETE_UNKNOWN:
		return error_setf(meta->error, E_MANIFEST_UNKNOWN, "unknown digest=%s", digest_text(step->digest, text));
	case META_DELETE_REFERENCED: break;
	}
	return error_setf(meta->error, E_MANIFEST_REFERENCED, "delete the list or index first");
}

bool manifest_delete(const struct work *work, struct span path, const struct digest *digest)
{
	struct delete_step step = {.path = path, .digest = digest};

	if (!meta_change_run(&work->meta, delete_manifest_rows, &step))
		return false;
	/* Before the reply: a client that was told of the deletion finds no worker of this node that still serves the manifest. */
	atomic_fetch_add_explicit(work->core->generation, 1, memory_order_release);
	return true;
}

static bool delete_tag_row(const struct meta *meta, void *context)
{
	const struct delete_step *step = context;
	bool found;

	return meta_tag_delete(meta, step->path, step->tag, &found) &&
	       (found || error_setf(meta->error, E_MANIFEST_UNKNOWN, "unknown tag=%.*s", SPAN_ARG(step->tag)));
}

bool tag_delete(const struct work *work, struct span path, struct span tag)
{
	struct delete_step step = {.path = path, .tag = tag};

	return meta_change_run(&work->meta, delete_tag_row, &step);
}
