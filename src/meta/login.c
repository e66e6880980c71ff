/* SPDX-License-Identifier: MIT */
/* Signing in: accounts, tokens, failures, grants, refusals. */
#include "berth/meta/login.h"

#include "berth/meta/statements.h"
#include "meta_priv.h"

static bool flag(const struct db_rows *rows, int row, int column)
{
	return db_column_i64(rows, row, column) != 0;
}

bool meta_login_find(const struct meta *meta, const struct meta_login_query *query, struct meta_account *out,
		     struct meta_login *login)
{
	struct db_rows rows;

	if (!meta_run(meta, STMT_LOGIN_FIND,
		      DB_VALUES(db_span(query->name), db_text(query->address), db_span(query->keys[META_KEY_PAIR]),
				db_span(query->keys[META_KEY_ADDRESS]), db_span(query->keys[META_KEY_ACCOUNT])),
		      &rows))
		return false;
	*out = (struct meta_account){
		.found = !db_column_null(&rows, 0, 0),
		.id = db_column_i64(&rows, 0, 0),
		.robot = flag(&rows, 0, 1),
		.admin = flag(&rows, 0, 2),
		.blocked = flag(&rows, 0, 3),
		.name = query->name,
		.password = db_column(&rows, 0, 4),
		.ceiling = META_ROLE_MAINTAINER,
		.due = flag(&rows, 0, 5),
	};
	login->known = flag(&rows, 0, 6);
	login->setting = db_column(&rows, 0, 7);
	for (int key = 0; key < META_KEYS; key++)
		login->failures[key] = (struct meta_failures){
			.count = db_column_i64(&rows, 0, 8 + 2 * key),
			.age = db_column_i64(&rows, 0, 9 + 2 * key),
		};
	return true;
}

bool meta_login_failed(const struct meta *meta, const struct span *keys, size_t count, int64_t forget)
{
	return meta_do(meta, STMT_LOGIN_FAILED, DB_VALUES(db_bytes_array(meta->arena, keys, count), db_i64(forget)));
}

bool meta_login_succeeded(const struct meta *meta, int64_t account, const char *address, struct span pair)
{
	return meta_do(meta, STMT_LOGIN_SUCCEEDED, DB_VALUES(db_i64(account), db_text(address), db_span(pair)));
}

/* Of a row as ACCESS_TOKEN_FIND and REFRESH_TOKEN_FIND give it. */
static void read_account(const struct db_rows *rows, struct meta_account *out)
{
	*out = (struct meta_account){.found = rows->count > 0};
	if (!out->found)
		return;
	out->id = db_column_i64(rows, 0, 0);
	out->robot = flag(rows, 0, 1);
	out->admin = flag(rows, 0, 2);
	out->blocked = flag(rows, 0, 3);
	out->access_token = db_column_i64(rows, 0, 4);
	out->ceiling = out->access_token ? meta_role_parse(db_column(rows, 0, 5)) : META_ROLE_MAINTAINER;
	out->project = db_column_i64(rows, 0, 6);
	out->due = flag(rows, 0, 7);
	out->name = db_column(rows, 0, 8);
	out->password = db_column(rows, 0, 9);
}

bool meta_access_token_find(const struct meta *meta, struct span hash, struct span name, struct meta_account *out)
{
	struct db_rows rows;

	if (!meta_run(meta, STMT_ACCESS_TOKEN_FIND, DB_VALUES(db_span(hash), db_span(name)), &rows))
		return false;
	read_account(&rows, out);
	return true;
}

bool meta_access_token_used(const struct meta *meta, int64_t token)
{
	return meta_do(meta, STMT_ACCESS_TOKEN_USED, DB_VALUES(db_i64(token)));
}

bool meta_refresh_find(const struct meta *meta, struct span hash, const char *service, struct meta_account *out)
{
	struct db_rows rows;

	if (!meta_run(meta, STMT_REFRESH_TOKEN_FIND, DB_VALUES(db_span(hash), db_text(service)), &rows))
		return false;
	read_account(&rows, out);
	out->chain_ends = out->found ? db_column_i64(&rows, 0, 10) : 0;
	return true;
}

static struct db_value number_or_null(int64_t number)
{
	return number ? db_i64(number) : db_null();
}

bool meta_refresh_add(const struct meta *meta, const struct meta_refresh_new *token, bool *added)
{
	const struct meta_account *account = token->account;
	struct db_value password = account->password.ptr ? db_span(account->password) : db_null();

	return meta_any(meta, STMT_REFRESH_TOKEN_ADD,
			DB_VALUES(db_span(token->hash), db_i64(account->id), number_or_null(account->access_token),
				  db_text(token->service), db_i64(token->expiry), password,
				  number_or_null(account->chain_ends), db_i64(token->lifetime), db_i64(token->most),
				  db_text(token->address), db_text(token->client)),
			added);
}

bool meta_refresh_used(const struct meta *meta, struct span hash)
{
	return meta_do(meta, STMT_REFRESH_TOKEN_USED, DB_VALUES(db_span(hash)));
}

static bool read_grant(const struct meta *meta, const struct db_rows *rows, int row, struct meta_grant *out)
{
	*out = (struct meta_grant){.project = db_column_i64(rows, row, 1)};
	if (!out->project)
		return true;
	out->path = db_column(rows, row, 2);
	out->registry = flag(rows, row, 4);
	out->role = meta_role_parse(db_column(rows, row, 5));
	return meta_visibility_parse(&out->visibility, db_column(rows, row, 3)) || error_set(meta->error, E_UNKNOWN);
}

bool meta_grants_find(const struct meta *meta, int64_t account, const struct span *names, size_t count, bool *site,
		      struct meta_grant *out)
{
	struct db_rows rows;

	if (!meta_run(meta, STMT_GRANTS_FIND,
		      DB_VALUES(account ? db_i64(account) : db_null(), db_text_array(meta->arena, names, count)), &rows))
		return false;
	*site = rows.count > 0 && flag(&rows, 0, 0);
	for (size_t i = 0; i < count && (int)i < rows.count; i++)
		if (!read_grant(meta, &rows, (int)i, &out[i]))
			return false;
	return true;
}

bool meta_refusals_note(const struct meta *meta, struct span account, const struct span *actions,
			const struct span *projects, size_t count)
{
	return meta_do(meta, STMT_REFUSAL_NOTE,
		       DB_VALUES(db_span(account), db_text(meta->who->address), db_text_array(meta->arena, actions, count),
				 db_text_array(meta->arena, projects, count)));
}

bool meta_issuer_purge(const struct meta *meta)
{
	return meta_do(meta, STMT_ISSUER_PURGE, DB_NO_VALUES);
}
