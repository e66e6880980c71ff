/* SPDX-License-Identifier: MIT */
/* Projects, members, the site's switches, the audit. */
#include "berth/meta/project.h"

#include "berth/meta/statements.h"
#include "meta_priv.h"
#include "table_priv.h"

static const struct meta_column project_columns[] = {
	{"path", META_TEXT},      {"visibility", META_TEXT}, {"registry", META_BOOL},
	{"members", META_NUMBER}, {"created", META_TEXT},
};

static const struct meta_column member_columns[] = {
	{"project", META_TEXT},
	{"user", META_TEXT},
	{"role", META_TEXT},
	{"created", META_TEXT},
};

static const struct meta_column site_columns[] = {
	{"registry", META_BOOL},
	{"new_project_registry", META_BOOL},
	{"new_project_visibility", META_TEXT},
};

static const struct meta_column audit_columns[] = {
	{"time", META_TEXT},   {"kind", META_TEXT},    {"who", META_TEXT},     {"address", META_TEXT},
	{"action", META_TEXT}, {"subject", META_TEXT}, {"times", META_NUMBER}, {"detail", META_JSON},
};

static bool project_change(const struct meta *meta, int statement, struct db_values values, enum meta_change *out)
{
	struct db_rows rows;
	enum db_outcome outcome = db_run(meta->db, statement, values, &rows, meta->arena, meta->error);

	return meta_changed(meta, outcome, &rows, out);
}

bool meta_project_add(const struct meta *meta, const char *path, const char *visibility, const char *registry,
		      enum meta_change *out)
{
	return project_change(meta, STMT_PROJECT_ADD, DB_VALUES(db_text(path), db_text(visibility), db_text(registry)),
			      out);
}

bool meta_project_change(const struct meta *meta, const char *path, const char *visibility, const char *registry,
			 enum meta_change *out)
{
	return project_change(meta, STMT_PROJECT_CHANGE, DB_VALUES(db_text(path), db_text(visibility), db_text(registry)),
			      out);
}

bool meta_project_remove(const struct meta *meta, const char *path, enum meta_change *out)
{
	return project_change(meta, STMT_PROJECT_REMOVE, DB_VALUES(db_text(path)), out);
}

bool meta_project_list(const struct meta *meta, const char *path, struct meta_table *out)
{
	return META_TABLE_LIST(meta, STMT_PROJECT_LIST, DB_VALUES(db_text(path)), project_columns, out);
}

bool meta_member_add(const struct meta *meta, const char *project, const char *account, enum meta_role role,
		     enum meta_change *out)
{
	return project_change(meta, STMT_MEMBER_ADD,
			      DB_VALUES(db_text(project), db_text(account), db_text(meta_role_name(role))), out);
}

bool meta_member_change(const struct meta *meta, const char *project, const char *account, enum meta_role role,
			enum meta_change *out)
{
	return project_change(meta, STMT_MEMBER_CHANGE,
			      DB_VALUES(db_text(project), db_text(account), db_text(meta_role_name(role))), out);
}

bool meta_member_remove(const struct meta *meta, const char *project, const char *account, enum meta_change *out)
{
	return project_change(meta, STMT_MEMBER_REMOVE, DB_VALUES(db_text(project), db_text(account)), out);
}

bool meta_member_list(const struct meta *meta, const char *project, const char *account, struct meta_table *out)
{
	return META_TABLE_LIST(meta, STMT_MEMBER_LIST, DB_VALUES(db_text(project), db_text(account)), member_columns, out);
}

bool meta_site_change(const struct meta *meta, const struct meta_site_change *site, enum meta_change *out)
{
	return project_change(meta, STMT_SITE_CHANGE,
			      DB_VALUES(db_text(site->registry), db_text(site->new_project_registry),
					db_text(site->new_project_visibility)),
			      out);
}

bool meta_site_list(const struct meta *meta, struct meta_table *out)
{
	return META_TABLE_LIST(meta, STMT_SITE_LIST, DB_NO_VALUES, site_columns, out);
}

bool meta_audit_list(const struct meta *meta, int64_t limit, struct meta_table *out)
{
	return META_TABLE_LIST(meta, STMT_AUDIT_LIST, DB_VALUES(db_i64(limit)), audit_columns, out);
}
