/* SPDX-License-Identifier: MIT */
/* One transaction for each change. */
#include "berth/meta/change.h"

#include "berth/meta/statements.h"
#include "meta_priv.h"

struct change {
	const struct meta *meta;
	meta_change_fn *body;
	void *context;
};

static bool run_body(struct db *db, void *context, struct error *error)
{
	const struct change *change = context;

	(void)db, (void)error;
	return change->body(change->meta, change->context);
}

bool meta_change_run(const struct meta *meta, meta_change_fn *body, void *context)
{
	struct change change = {meta, body, context};

	return db_transaction(meta->db, run_body, &change, meta->error);
}

struct admin_change {
	meta_admin_fn *body;
	void *context;
	enum meta_change end;
};

static bool run_admin_body(const struct meta *meta, void *context)
{
	struct admin_change *change = context;

	change->end = META_CHANGED;
	return meta_do(meta, STMT_ACTOR_SET, DB_VALUES(db_text(meta->who->actor))) &&
	       change->body(meta, change->context, &change->end) &&
	       (change->end == META_CHANGED || error_set(meta->error, E_UNSUPPORTED)); /* which rolls back */
}

bool meta_change_admin(const struct meta *meta, meta_admin_fn *body, void *context, enum meta_change *out)
{
	struct admin_change change = {.body = body, .context = context};
	bool done = meta_change_run(meta, run_admin_body, &change);

	*out = change.end;
	if (done || change.end == META_CHANGED)
		return done;
	error_init(meta->error, meta->error->arena); /* the outcome says it all */
	return true;
}
