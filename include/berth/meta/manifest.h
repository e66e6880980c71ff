/* SPDX-License-Identifier: MIT */
/* Manifests: rows with their payload, what they refer to, and who refers to them. */
#ifndef BERTH_META_MANIFEST_H
#define BERTH_META_MANIFEST_H

#include <stdbool.h>
#include <stdint.h>

#include "berth/base/digest.h"
#include "berth/base/span.h"
#include "berth/meta/meta.h"

/* What a manifest is asked for by: a tag, or a digest when `tag` is NULL. */
struct meta_reference {
	const char *tag;
	struct digest digest;
};

struct meta_manifest {
	struct digest digest;
	struct span media_type;
	uint64_t size;
	struct span payload; /* empty when only the head was asked for */
	int64_t repository;  /* the id of the repository that the path names */
};

/* Finds a manifest; `out` is set only when *found is. head_only: without its payload. */
bool meta_manifest_find(const struct meta *meta, struct span path, const struct meta_reference *reference, bool head_only,
			bool *found, struct meta_manifest *out);

#define META_LACKING ((int64_t)-1)

/*
 * Sets out[i] to the size of the repository's blob with digests[i], or to META_LACKING. The blobs found cannot be unlinked before
 * the transaction ends.
 */
bool meta_manifest_blob_sizes(const struct meta *meta, int64_t repository, const struct digest *digests, size_t count,
			      int64_t *out);

/* The same for the repository's manifests, which cannot be deleted before the transaction ends. */
bool meta_manifest_child_sizes(const struct meta *meta, int64_t repository, const struct digest *digests, size_t count,
			       int64_t *out);

struct meta_manifest_new {
	int64_t repository;
	struct digest digest;
	const char *media_type;
	struct span payload;
	const struct digest *subject; /* NULL: none */
	const char *artifact_type;    /* NULL: none */
	struct span annotations;      /* empty: none; only with a subject */
	const struct digest *config;  /* NULL: none */
	int64_t blobs_size; /* bytes of the distinct blobs that it names; the children's sizes are added in the row */
	const struct digest *blobs; /* linked in the repository */
	size_t blob_count;
	const struct digest *children; /* manifests of the repository */
	size_t child_count;
};

/*
 * Inserts a manifest with its references, or finds the one that is there, and holds off its removal until the transaction ends.
 * Up to three statements, in a transaction.
 */
bool meta_manifest_insert(const struct meta *meta, const struct meta_manifest_new *manifest, int64_t *id);

/*
 * Removes a manifest with its references and tags, unless an index of the repository needs it. A second statement tells the
 * workers of all nodes, whose caches may have the manifest.
 */
bool meta_manifest_delete(const struct meta *meta, struct span path, const struct digest *digest, enum meta_deleted *out);

struct meta_referrers_query {
	struct span path;
	struct digest subject;
	const char *artifact_type;  /* NULL: all */
	const struct digest *after; /* NULL: from the first */
	int64_t rows;
	int64_t annotation_bytes;
};

struct meta_referrer {
	struct digest digest;
	struct span media_type;
	uint64_t size;
	struct span artifact_type; /* empty: none */
	struct span annotations;   /* JSON object; empty: none */
};

struct meta_referrers {
	const struct meta_referrer *items;
	size_t count;
	size_t met; /* before the cut */
};

/*
 * Lists manifests of the subject in digest order, at most rows + 1 of them, cut where their annotations exceed
 * annotation_bytes together.
 */
bool meta_manifest_referrers(const struct meta *meta, const struct meta_referrers_query *query, struct meta_referrers *out);

#endif
