/* SPDX-License-Identifier: MIT */
/* Accounts and their access tokens: added, changed, removed, listed. */
#include "berth/meta/account.h"

#include "berth/meta/statements.h"
#include "meta_priv.h"
#include "table_priv.h"

static const struct meta_column account_columns[] = {
	{"name", META_TEXT},     {"kind", META_TEXT},    {"admin", META_BOOL},
	{"disabled", META_BOOL}, {"created", META_TEXT}, {"last_used", META_TEXT},
};

static const struct meta_column token_columns[] = {
	{"user", META_TEXT},    {"name", META_TEXT},    {"role", META_TEXT},    {"project", META_TEXT},
	{"created", META_TEXT}, {"expires", META_TEXT}, {"expired", META_BOOL}, {"last_used", META_TEXT},
};

static const struct meta_column refresh_columns[] = {
	{"user", META_TEXT},      {"id", META_NUMBER},    {"created", META_TEXT},
	{"last_used", META_TEXT}, {"address", META_TEXT}, {"client", META_TEXT},
	{"token", META_TEXT},     {"expires", META_TEXT}, {"chain_ends", META_TEXT},
};

/* A change: its statement returns a row if it has changed something. */
static enum db_outcome run_change(const struct meta *meta, int statement, struct db_values values, struct db_rows *out)
{
	return db_run(meta->db, statement, values, out, meta->arena, meta->error);
}

static const char *text_of(bool flag)
{
	return flag ? "true" : "false";
}

bool meta_account_add(const struct meta *meta, const struct meta_account_new *account, enum meta_change *out)
{
	struct db_rows rows;
	enum db_outcome outcome = run_change(meta, STMT_ACCOUNT_ADD,
					     DB_VALUES(db_text(account->name), db_text(text_of(account->robot)),
						       db_text(account->password), db_text(text_of(account->admin))),
					     &rows);

	return meta_changed(meta, outcome, &rows, out);
}

bool meta_account_change(const struct meta *meta, const char *name, const struct meta_account_change *change,
			 enum meta_change *out)
{
	struct db_rows rows;
	enum db_outcome outcome = run_change(meta, STMT_ACCOUNT_CHANGE,
					     DB_VALUES(db_text(name), db_text(change->password), db_text(change->admin),
						       db_text(change->disabled)),
					     &rows);

	if (!meta_changed(meta, outcome, &rows, out))
		return false;
	if (!change->password || *out != META_CHANGED)
		return true;
	return meta_do(meta, STMT_REFRESH_TOKEN_FORGET, DB_VALUES(db_text(name)));
}

bool meta_account_remove(const struct meta *meta, const char *name, enum meta_change *out)
{
	struct db_rows rows;

	return meta_changed(meta, run_change(meta, STMT_ACCOUNT_REMOVE, DB_VALUES(db_text(name)), &rows), &rows, out);
}

bool meta_account_find(const struct meta *meta, const char *name, bool *found, bool *robot)
{
	struct db_rows rows;

	if (!meta_run(meta, STMT_ACCOUNT_FIND, DB_VALUES(db_text(name)), &rows))
		return false;
	*found = rows.count > 0;
	if (*found)
		*robot = db_column_i64(&rows, 0, 1) != 0;
	return true;
}

bool meta_account_list(const struct meta *meta, const char *name, struct meta_table *out)
{
	return META_TABLE_LIST(meta, STMT_ACCOUNT_LIST, DB_VALUES(db_text(name)), account_columns, out);
}

bool meta_access_token_add(const struct meta *meta, const struct meta_access_token_new *token, enum meta_change *out,
			   struct span *expires)
{
	struct db_rows rows;
	enum db_outcome outcome =
		run_change(meta, STMT_ACCESS_TOKEN_ADD,
			   DB_VALUES(db_text(token->account), db_text(token->name), db_span(token->hash),
				     db_text(meta_role_name(token->role)), db_text(token->project), db_i64(token->seconds)),
			   &rows);

	if (!meta_changed(meta, outcome, &rows, out))
		return false;
	if (*out == META_CHANGED)
		*expires = db_column(&rows, 0, 0);
	return true;
}

bool meta_access_token_change(const struct meta *meta, const char *account, const char *name, enum meta_role role,
			      int64_t seconds, enum meta_change *out)
{
	struct db_rows rows;
	enum db_outcome outcome =
		run_change(meta, STMT_ACCESS_TOKEN_CHANGE,
			   DB_VALUES(db_text(account), db_text(name), role ? db_text(meta_role_name(role)) : db_null(),
				     seconds ? db_i64(seconds) : db_null()),
			   &rows);

	return meta_changed(meta, outcome, &rows, out);
}

bool meta_access_token_remove(const struct meta *meta, const char *account, const char *name, enum meta_change *out)
{
	struct db_rows rows;

	return meta_changed(meta,
			    run_change(meta, STMT_ACCESS_TOKEN_REMOVE, DB_VALUES(db_text(account), db_text(name)), &rows),
			    &rows, out);
}

bool meta_access_token_list(const struct meta *meta, const char *account, const char *name, struct meta_table *out)
{
	return META_TABLE_LIST(meta, STMT_ACCESS_TOKEN_LIST, DB_VALUES(db_text(account), db_text(name)), token_columns,
			       out);
}

bool meta_refresh_list(const struct meta *meta, const char *account, struct meta_table *out)
{
	return META_TABLE_LIST(meta, STMT_REFRESH_TOKEN_LIST, DB_VALUES(db_text(account)), refresh_columns, out);
}

bool meta_refresh_revoke(const struct meta *meta, const char *account, int64_t id, enum meta_change *out)
{
	struct db_rows rows;
	struct db_value which = id ? db_i64(id) : db_null();

	return meta_changed(meta, run_change(meta, STMT_REFRESH_TOKEN_REVOKE, DB_VALUES(db_text(account), which), &rows),
			    &rows, out);
}
