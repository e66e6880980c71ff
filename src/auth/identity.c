/* SPDX-License-Identifier: MIT */
/* What somebody may do. */
#include "berth/auth/identity.h"

#include <string.h>

static bool has_action(const struct grant *grant, const char *action)
{
	for (size_t i = 0; i < grant->actions.count; i++)
		if (strcmp(grant->actions.items[i], action) == 0 || strcmp(grant->actions.items[i], "*") == 0)
			return true;
	return false;
}

bool identity_allows(const struct identity *identity, const struct access *access)
{
	if (identity->everything)
		return true;
	for (size_t i = 0; i < identity->grant_count; i++) {
		const struct grant *grant = &identity->grants[i];

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

void identity_copy(struct identity *out, struct arena *arena, const struct identity *identity)
{
	struct grant *grants = arena_array(arena, identity->grant_count + 1, sizeof *grants);

	*out = *identity;
	out->user = arena_strdup(arena, identity->user);
	out->auth_type = arena_strdup(arena, identity->auth_type);
	out->user_claim = arena_strdup(arena, identity->user_claim);
	for (size_t i = 0; i < identity->grant_count; i++)
		grants[i] = copy_grant(arena, &identity->grants[i]);
	out->grants = grants;
}

const struct span *identity_readable(const struct identity *identity, struct arena *arena, size_t *count)
{
	struct span *names = arena_array(arena, identity->grant_count + 1, sizeof *names);

	*count = 0;
	for (size_t i = 0; i < identity->grant_count; i++)
		if (strcmp(identity->grants[i].type, "repository") == 0 && has_action(&identity->grants[i], "pull"))
			names[(*count)++] = span_of(identity->grants[i].name);
	return names;
}
