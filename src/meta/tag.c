/* SPDX-License-Identifier: MIT */
/* Tags: set, deleted, listed. */
#include "berth/meta/tag.h"

#include "berth/meta/statements.h"

bool meta_tag_set(const struct meta *meta, int64_t repository, int64_t manifest, const struct span *names, size_t count)
{
	struct db_rows rows;

	return meta_ok(meta,
		       db_run(meta->db, STMT_TAG_SET,
			      DB_VALUES(db_i64(repository), db_i64(manifest), db_text_array(meta->arena, names, count)),
			      &rows, meta->arena, meta->error));
}

static bool among(const struct db_rows *rows, struct span name)
{
	for (int i = 0; i < rows->count; i++)
		if (span_equal(db_column(rows, i, 0), name))
			return true;
	return false;
}

bool meta_tag_create(const struct meta *meta, int64_t repository, int64_t manifest, const struct span *names, size_t count,
		     struct span *taken)
{
	struct db_rows rows;

	*taken = (struct span){"", 0};
	if (!meta_ok(meta, db_run(meta->db, STMT_TAG_CREATE,
				  DB_VALUES(db_i64(repository), db_i64(manifest), db_text_array(meta->arena, names, count)),
				  &rows, meta->arena, meta->error)))
		return false;
	for (size_t i = 0; i < count && taken->len == 0; i++)
		if (!among(&rows, names[i]))
			*taken = names[i];
	return true;
}

bool meta_tag_delete(const struct meta *meta, struct span path, struct span name, bool *found)
{
	struct db_rows rows;

	if (!meta_ok(meta, db_run(meta->db, STMT_TAG_DELETE, DB_VALUES(db_span(path), db_span(name)), &rows, meta->arena,
				  meta->error)))
		return false;
	*found = rows.count > 0;
	return true;
}

bool meta_tag_list(const struct meta *meta, struct span path, struct span after, int64_t limit, struct db_rows *out)
{
	return meta_ok(meta, db_run(meta->db, STMT_TAGS_PAGE, DB_VALUES(db_span(path), db_span(after), db_i64(limit)), out,
				    meta->arena, meta->error));
}
