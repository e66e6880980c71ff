/* SPDX-License-Identifier: MIT */
/* Pages of names. Each asks for one row more than the page has, which tells whether there is another page. */
#include "berth/core/listing.h"

#include "berth/meta/manifest.h"
#include "berth/meta/repository.h"
#include "berth/meta/tag.h"

#define ANNOTATION_BYTES ((int64_t)4 << 20) /* of one page; clients and proxies bound what they read */

static void cut_names(const struct meta_names *names, size_t limit, struct names_page *out)
{
	*out = (struct names_page){.names = names->items, .count = names->count, .more = names->count > limit};
	if (out->more)
		out->count = limit;
}

bool tags_page(const struct work *work, struct span path, struct span last, size_t limit, struct names_page *out)
{
	struct meta_names names;
	bool known;

	if (!meta_tag_list(&work->meta, path, last, (int64_t)limit + 1, &known, &names))
		return false;
	if (!known)
		return error_setf(work->error, E_NAME_UNKNOWN, "%.*s", SPAN_ARG(path));
	cut_names(&names, limit, out);
	return true;
}

bool catalog_page(const struct work *work, struct span last, size_t limit, struct names_page *out)
{
	struct meta_names names;

	if (!meta_repository_list(&work->meta, last, (int64_t)limit + 1, &names))
		return false;
	cut_names(&names, limit, out);
	return true;
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
	struct meta_referrers found;

	if (!meta_manifest_referrers(&work->meta, &query, &found))
		return false;
	*out = (struct referrers_page){
		.items = found.items,
		.count = found.count < limit ? found.count : limit,
		.more = found.met > found.count || found.count > limit,
	};
	return true;
}
