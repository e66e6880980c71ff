/* SPDX-License-Identifier: MIT */
/* Pages of names. Each asks for one row more than the page holds, to know whether there is another page. */
#include "berth/core/listing.h"

#include "berth/meta/manifest.h"
#include "berth/meta/repository.h"
#include "berth/meta/tag.h"

#define ANNOTATION_BYTES ((int64_t)4 << 20) /* of one page: clients and proxies bound what they read */

static void fill(const struct work *work, const struct db_rows *rows, size_t limit, struct names_page *out)
{
	struct span *names = arena_array(work->arena, (size_t)rows->count + 1, sizeof *names);

	out->count = 0;
	for (int i = 0; i < rows->count; i++)
		if (!db_column_null(rows, i, 0))
			names[out->count++] = db_column(rows, i, 0);
	out->more = out->count > limit;
	if (out->more)
		out->count = limit;
	out->names = names;
}

bool tags_page(const struct work *work, struct span path, struct span last, size_t limit, struct names_page *out)
{
	struct db_rows rows;

	if (!meta_tag_list(&work->meta, path, last, (int64_t)limit + 1, &rows))
		return false;
	if (rows.count == 0)
		return error_setf(work->error, E_NAME_UNKNOWN, "%.*s", SPAN_ARG(path));
	fill(work, &rows, limit, out);
	return true;
}

bool catalog_page(const struct work *work, struct span last, size_t limit, struct names_page *out)
{
	struct db_rows rows;

	if (!meta_repository_list(&work->meta, last, (int64_t)limit + 1, &rows))
		return false;
	fill(work, &rows, limit, out);
	return true;
}

static bool read_referrer(const struct work *work, const struct db_rows *rows, int row, struct referrer *out)
{
	out->media_type = db_column(rows, row, 1);
	out->size = (uint64_t)db_column_i64(rows, row, 2);
	out->artifact_type = db_column(rows, row, 3);
	out->annotations = db_column(rows, row, 4);
	return meta_column_digest(&work->meta, rows, row, 0, &out->digest);
}

bool referrers_page(const struct work *work, struct span path, const struct digest *subject, struct span artifact_type,
		    const struct digest *last, size_t limit, struct referrers_page *out)
{
	struct meta_referrers_query query = {
		.path = path,
		.subject = *subject,
		.artifact_type = artifact_type.len ? arena_span(work->arena, artifact_type) : NULL,
		.after = last,
		.rows = (int64_t)limit,
		.annotation_bytes = ANNOTATION_BYTES,
	};
	struct referrer *items;
	struct db_rows rows;

	if (!meta_manifest_referrers(&work->meta, &query, &rows))
		return false;
	items = arena_array(work->arena, (size_t)rows.count + 1, sizeof *items);
	for (int i = 0; i < rows.count; i++)
		if (!read_referrer(work, &rows, i, &items[i]))
			return false;
	*out = (struct referrers_page){.items = items, .count = (size_t)rows.count};
	if (rows.count > 0) /* the last column counts all rows that the query met, kept or not */
		out->more = db_column_i64(&rows, 0, 5) > rows.count || out->count > limit;
	if (out->count > limit)
		out->count = limit;
	return true;
}
