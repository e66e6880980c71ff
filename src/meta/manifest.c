/* SPDX-License-Identifier: MIT */
/* Manifests: found, checked, inserted with their references, deleted. */
#include "berth/meta/manifest.h"

#include "berth/meta/statements.h"
#include "meta_priv.h"

bool meta_manifest_find(const struct meta *meta, struct span path, const struct meta_reference *reference, bool head_only,
			bool *found, struct meta_manifest *out)
{
	static const enum statement by_tag[] = {STMT_MANIFEST_BY_TAG, STMT_MANIFEST_HEAD_BY_TAG};
	static const enum statement by_digest[] = {STMT_MANIFEST_BY_DIGEST, STMT_MANIFEST_HEAD_BY_DIGEST};
	enum statement statement = reference->tag ? by_tag[head_only] : by_digest[head_only];
	struct db_value key = reference->tag ? db_text(reference->tag) : meta_digest(meta, &reference->digest);
	struct db_rows rows;

	if (!meta_run(meta, statement, DB_VALUES(db_span(path), key), &rows))
		return false;
	*found = rows.count > 0;
	if (!*found)
		return true;
	out->media_type = db_column(&rows, 0, 1);
	out->size = (uint64_t)db_column_i64(&rows, 0, 2);
	out->repository = db_column_i64(&rows, 0, 3);
	out->payload = head_only ? (struct span){"", 0} : db_column(&rows, 0, 4);
	return meta_column_digest(meta, &rows, 0, 0, &out->digest);
}

/* The column of a statement that answers each digest, in order, with a size or NULL. */
static bool sizes_of(const struct meta *meta, int statement, int column, struct db_values values, size_t count,
		     int64_t *out)
{
	struct db_rows rows;

	if (!meta_run(meta, statement, values, &rows))
		return false;
	for (size_t i = 0; i < count; i++)
		out[i] = db_column_null(&rows, (int)i, column) ? META_LACKING : db_column_i64(&rows, (int)i, column);
	return true;
}

bool meta_manifest_blob_sizes(const struct meta *meta, int64_t repository, const struct digest *digests, size_t count,
			      int64_t *out)
{
	return sizes_of(meta, STMT_MANIFEST_CHECK_BLOBS, 1,
			DB_VALUES(db_i64(repository), meta_digests(meta, digests, count)), count, out);
}

bool meta_manifest_child_sizes(const struct meta *meta, int64_t repository, const struct digest *digests, size_t count,
			       int64_t *out)
{
	return sizes_of(meta, STMT_MANIFEST_CHECK_CHILDREN, 2,
			DB_VALUES(db_i64(repository), meta_digests(meta, digests, count)), count, out);
}

static bool link_references(const struct meta *meta, const struct meta_manifest_new *manifest, int64_t id)
{
	struct db_value repository = db_i64(manifest->repository);

	if (manifest->blob_count > 0 &&
	    !meta_do(meta, STMT_MANIFEST_LINK_BLOBS,
		     DB_VALUES(repository, db_i64(id), meta_digests(meta, manifest->blobs, manifest->blob_count))))
		return false;
	return manifest->child_count == 0 ||
	       meta_do(meta, STMT_MANIFEST_LINK_CHILDREN,
		       DB_VALUES(repository, db_i64(id), meta_digests(meta, manifest->children, manifest->child_count)));
}

static struct db_value optional(struct span text)
{
	return text.len ? db_span(text) : db_null();
}

/* The row that is there already; when it went away in between, the whole transaction starts again. */
static bool lock_existing(const struct meta *meta, const struct meta_manifest_new *manifest, int64_t *id)
{
	struct db_rows rows;

	if (!meta_run(meta, STMT_MANIFEST_LOCK,
		      DB_VALUES(db_i64(manifest->repository), meta_digest(meta, &manifest->digest)), &rows))
		return false;
	if (rows.count == 0)
		return db_want_retry(meta->db, meta->error);
	*id = db_column_i64(&rows, 0, 0);
	return true;
}

bool meta_manifest_insert(const struct meta *meta, const struct meta_manifest_new *manifest, int64_t *id)
{
	struct db_value subject = manifest->subject ? meta_digest(meta, manifest->subject) : db_null();
	struct db_value config = manifest->config ? meta_digest(meta, manifest->config) : db_null();
	struct db_value children = manifest->child_count ? meta_digests(meta, manifest->children, manifest->child_count)
							 : db_null();
	struct db_rows rows;

	if (!meta_run(meta, STMT_MANIFEST_INSERT,
		      DB_VALUES(db_i64(manifest->repository), meta_digest(meta, &manifest->digest),
				db_text(manifest->media_type), db_span(manifest->payload), subject,
				db_text(manifest->artifact_type), optional(manifest->annotations), config,
				db_i64(manifest->blobs_size), children),
		      &rows))
		return false;
	if (rows.count == 0)
		return lock_existing(meta, manifest, id);
	*id = db_column_i64(&rows, 0, 0);
	return link_references(meta, manifest, *id);
}

bool meta_manifest_delete(const struct meta *meta, struct span path, const struct digest *digest, enum meta_deleted *out)
{
	struct db_rows rows;
	enum db_outcome outcome = db_run(meta->db, STMT_MANIFEST_DELETE,
					 DB_VALUES(db_span(path), meta_digest(meta, digest)), &rows, meta->arena,
					 meta->error);

	return meta_deleted(meta, outcome, "manifest_child_child_fk", &rows, out) &&
	       (*out != META_DELETED || meta_do(meta, STMT_MANIFEST_ANNOUNCE, DB_NO_VALUES));
}

static bool read_referrer(const struct meta *meta, const struct db_rows *rows, int row, struct meta_referrer *out)
{
	out->media_type = db_column(rows, row, 1);
	out->size = (uint64_t)db_column_i64(rows, row, 2);
	out->artifact_type = db_column(rows, row, 3);
	out->annotations = db_column(rows, row, 4);
	return meta_column_digest(meta, rows, row, 0, &out->digest);
}

bool meta_manifest_referrers(const struct meta *meta, const struct meta_referrers_query *query, struct meta_referrers *out)
{
	struct db_value after = query->after ? meta_digest(meta, query->after) : db_null();
	struct meta_referrer *items;
	struct db_rows rows;

	if (!meta_run(meta, STMT_REFERRERS_PAGE,
		      DB_VALUES(db_span(query->path), meta_digest(meta, &query->subject), db_text(query->artifact_type),
				after, db_i64(query->rows), db_i64(query->annotation_bytes)),
		      &rows))
		return false;
	items = arena_array(meta->arena, (size_t)rows.count + 1, sizeof *items);
	for (int i = 0; i < rows.count; i++)
		if (!read_referrer(meta, &rows, i, &items[i]))
			return false;
	*out = (struct meta_referrers){.items = items, .count = (size_t)rows.count};
	if (rows.count > 0) /* the statement says in each row how many rows it met before it cut the page */
		out->met = (size_t)db_column_i64(&rows, 0, 5);
	return true;
}
