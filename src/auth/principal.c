/* SPDX-License-Identifier: MIT */
/* What somebody may do. */
#include "berth/auth/principal.h"

#include <string.h>

static bool has_action(const struct grant *grant, const char *action)
{
	for (size_t i = 0; i < grant->actions.count; i++)
		if (strcmp(grant->actions.items[i], action) == 0 || strcmp(grant->actions.items[i], "*") == 0)
			return true;
	return false;
}

bool principal_allows(const struct principal *principal, const struct access *access)
{
	if (principal->everything)
		return true;
	for (size_t i = 0; i < principal->grant_count; i++) {
		const struct grant *grant = &principal->grants[i];

		if (strcmp(grant->type, access->type) == 0 && span_is(access->name, grant->name) &&
		    has_action(grant, access->action))
			return true;
	}
	return false;
}

static struct texts copy_texts(struct arena *arena, struct texts texts)
{
	const char **items = arena_array(arena, texts.count + 1, sizeof *items);

	for (size_t i = 0; i < texts.count; i++)
		items[i] = arena_strdup(arena, texts.items[i]);
	return (struct texts){items, texts.count};
}

static struct grant copy_grant(struct arena *arena, const struct grant *grant)
{
	struct grant out = *grant;

	out.type = arena_strdup(arena, grant->type);
	out.name = arena_strdup(arena, grant->name);
	out.actions = copy_texts(arena, grant->actions);
	out.meta.project_path = arena_strdup(arena, grant->meta.project_path);
	out.meta.deny_push = copy_texts(arena, grant->meta.deny_push);
	out.meta.deny_delete = copy_texts(arena, grant->meta.deny_delete);
	out.meta.immutable = copy_texts(arena, grant->meta.immutable);
	return out;
}

void principal_copy(struct principal *out, struct arena *arena, const struct principal *principal)
{
	struct grant *grants = arena_array(arena, principal->grant_count + 1, sizeof *grants);

	*out = *principal;
	out->user = arena_strdup(arena, principal->user);
	out->auth_type = arena_strdup(arena, principal->auth_type);
	out->user_claim = arena_strdup(arena, principal->user_claim);
	for (size_t i = 0; i < principal->grant_count; i++)
		grants[i] = copy_grant(arena, &principal->grants[i]);
	out->grants = grants;
}

const struct span *principal_readable(const struct principal *principal, struct arena *arena, size_t *count)
{
	struct span *names = arena_array(arena, principal->grant_count + 1, sizeof *names);

	*count = 0;
	for (size_t i = 0; i < principal->grant_count; i++)
		if (strcmp(principal->grants[i].type, "repository") == 0 && has_action(&principal->grants[i], "pull"))
			names[(*count)++] = span_of(principal->grants[i].name);
	return names;
}
