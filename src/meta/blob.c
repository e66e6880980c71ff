/* SPDX-License-Identifier: MIT */
/* Blobs and their links to repositories. */
#include "berth/meta/blob.h"

#include "berth/meta/statements.h"
#include "meta_priv.h"

bool meta_blob_find(const struct meta *meta, struct span path, const struct digest *digest, bool *found, uint64_t *size)
{
	struct db_rows rows;

	if (!meta_run(meta, STMT_BLOB_FIND, DB_VALUES(db_span(path), meta_digest(meta, digest)), &rows))
		return false;
	*found = rows.count > 0;
	*size = *found ? (uint64_t)db_column_i64(&rows, 0, 0) : 0;
	return true;
}

bool meta_blob_mountable(const struct meta *meta, const struct digest *digest, const struct span *paths, size_t count,
			 bool *found)
{
	struct db_value blob = meta_digest(meta, digest);

	if (!paths)
		return meta_any(meta, STMT_BLOB_ANYWHERE, DB_VALUES(blob), found);
	return meta_any(meta, STMT_BLOB_MOUNTABLE, DB_VALUES(blob, db_text_array(meta->arena, paths, count)), found);
}

bool meta_blob_insert(const struct meta *meta, const struct digest *digest, uint64_t size)
{
	return meta_do(meta, STMT_BLOB_INSERT, DB_VALUES(meta_digest(meta, digest), db_i64((int64_t)size)));
}

bool meta_blob_link(const struct meta *meta, int64_t repository, const struct digest *digest)
{
	return meta_do(meta, STMT_BLOB_LINK, DB_VALUES(db_i64(repository), meta_digest(meta, digest)));
}

bool meta_blob_unlink(const struct meta *meta, struct span path, const struct digest *digest, enum meta_deleted *out)
{
	struct db_rows rows;
	enum db_outcome outcome = db_run(meta->db, STMT_BLOB_UNLINK, DB_VALUES(db_span(path), meta_digest(meta, digest)),
					 &rows, meta->arena, meta->error);

	return meta_deleted(meta, outcome, "manifest_blob_link_fk", &rows, out);
}
