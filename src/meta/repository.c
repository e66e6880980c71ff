/* SPDX-License-Identifier: MIT */
/* Repositories: found, made with their ancestors, listed. */
#include "berth/meta/repository.h"

#include "berth/meta/statements.h"
#include "meta_priv.h"

/* *id 0: there is no such repository. */
static bool find_repository(const struct meta *meta, struct span path, int64_t *id)
{
	struct db_rows rows;

	if (!meta_run(meta, STMT_REPOSITORY_FIND, DB_VALUES(db_span(path)), &rows))
		return false;
	*id = rows.count ? db_column_i64(&rows, 0, 0) : 0;
	return true;
}

bool meta_repository_make(const struct meta *meta, struct span path, int64_t *id)
{
	if (!find_repository(meta, path, id))
		return false;
	if (*id)
		return true;
	/* The look after the insertion is a statement of its own, which sees a row that another session has made meanwhile. */
	return meta_do(meta, STMT_REPOSITORY_CREATE, DB_VALUES(db_span(path))) && find_repository(meta, path, id) &&
	       (*id || error_unavailable(meta->error, 1));
}

bool meta_repository_pushed(const struct meta *meta, int64_t id)
{
	return meta_do(meta, STMT_REPOSITORY_PUSHED, DB_VALUES(db_i64(id)));
}

bool meta_repository_list(const struct meta *meta, struct span after, int64_t limit, struct meta_names *out)
{
	struct db_rows rows;

	if (!meta_run(meta, STMT_CATALOG_PAGE, DB_VALUES(db_span(after), db_i64(limit)), &rows))
		return false;
	*out = meta_column_names(meta, &rows, 0);
	return true;
}
