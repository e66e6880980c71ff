/* SPDX-License-Identifier: MIT */
/*
 * Projects, their members, and the switches of the whole site, as administration changes and lists them.
 *
 * Changes belong into meta_change_admin (meta/change.h). A flag is "true" or "false". In a change, what is NULL stays as it is.
 */
#ifndef BERTH_META_PROJECT_H
#define BERTH_META_PROJECT_H

#include <stdbool.h>
#include <stdint.h>

#include "berth/meta/account.h"
#include "berth/meta/meta.h"
#include "berth/meta/role.h"
#include "berth/meta/table.h"

/* Adds a project. What is NULL is the site's default for new projects. */
bool meta_project_add(const struct meta *meta, const char *path, const char *visibility, const char *registry,
		      enum meta_change *out);

/* Changes a project. What is NULL stays as it is. META_CHANGE_UNKNOWN: no such project. */
bool meta_project_change(const struct meta *meta, const char *path, const char *visibility, const char *registry,
			 enum meta_change *out);

/* Removes a project with its memberships and the access tokens that are for it. Its repositories stay. */
bool meta_project_remove(const struct meta *meta, const char *path, enum meta_change *out);

/* Lists path, visibility, registry, members (how many), created; `path` NULL: of all projects. */
bool meta_project_list(const struct meta *meta, const char *path, struct meta_table *out);

/* Gives an account a role in a project. META_CHANGE_UNKNOWN: no such project or account. */
bool meta_member_add(const struct meta *meta, const char *project, const char *account, enum meta_role role,
		     enum meta_change *out);

/* Gives a member another role. META_CHANGE_UNKNOWN: no such project or member. */
bool meta_member_change(const struct meta *meta, const char *project, const char *account, enum meta_role role,
			enum meta_change *out);

/* Ends a membership. META_CHANGE_UNKNOWN: no such project or member. */
bool meta_member_remove(const struct meta *meta, const char *project, const char *account, enum meta_change *out);

/* Lists project, user, role, created; NULL: all. */
bool meta_member_list(const struct meta *meta, const char *project, const char *account, struct meta_table *out);

struct meta_site_change {
	const char *registry;               /* enabled at all */
	const char *new_project_registry;   /* in new projects */
	const char *new_project_visibility; /* of new projects */
};

/* Changes the switches of the site. Tokens that were issued before stay good until they end. */
bool meta_site_change(const struct meta *meta, const struct meta_site_change *change, enum meta_change *out);

/* Lists one row: registry, new_project_registry, new_project_visibility. */
bool meta_site_list(const struct meta *meta, struct meta_table *out);

/* Lists the newest `limit` changes and refusals: time, kind, who, address, action, subject, times, detail. */
bool meta_audit_list(const struct meta *meta, int64_t limit, struct meta_table *out);

#endif
