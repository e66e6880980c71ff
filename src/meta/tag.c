/* SPDX-License-Identifier: MIT */
/* Tags: set, made, deleted, listed. */
#include "berth/meta/tag.h"

#include "berth/meta/statements.h"
#include "meta_priv.h"

bool meta_tag_set(const struct meta *meta, int64_t repository, int64_t manifest, const struct span *names, size_t count)
{
	return meta_do(meta, STMT_TAG_SET,
		       DB_VALUES(db_i64(repository), db_i64(manifest), db_text_array(meta->arena, names, count)));
}

static bool is_among(const struct meta_names *names, struct span name)
{
	for (size_t i = 0; i < names->count; i++)
		if (span_equal(names->items[i], name))
			return true;
	return false;
}

bool meta_tag_create(const struct meta *meta, int64_t repository, int64_t manifest, const struct span *names, size_t count,
		     struct span *taken)
{
	struct meta_names made;
	struct db_rows rows;

	*taken = (struct span){"", 0};
	if (!meta_run(meta, STMT_TAG_CREATE,
		      DB_VALUES(db_i64(repository), db_i64(manifest), db_text_array(meta->arena, names, count)), &rows))
		return false;
	made = meta_column_names(meta, &rows, 0);
	for (size_t i = 0; i < count && taken->len == 0; i++)
		if (!is_among(&made, names[i]))
			*taken = names[i];
	return true;
}

bool meta_tag_delete(const struct meta *meta, struct span path, struct span name, bool *found)
{
	return meta_any(meta, STMT_TAG_DELETE, DB_VALUES(db_span(path), db_span(name)), found);
}

bool meta_tag_list(const struct meta *meta, struct span path, struct span after, int64_t limit, bool *known,
		   struct meta_names *out)
{
	struct db_rows rows;

	if (!meta_run(meta, STMT_TAGS_PAGE, DB_VALUES(db_span(path), db_span(after), db_i64(limit)), &rows))
		return false;
	*known = rows.count > 0;
	*out = meta_column_names(meta, &rows, 0);
	return true;
}
