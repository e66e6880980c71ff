/* SPDX-License-Identifier: MIT */
/* Reading claims into a principal. */
#include "claims_priv.h"

#include <string.h>

#include "berth/base/limits.h"
#include "json_priv.h"

/* Reads a text; "" if it is absent or null. */
static bool text(const char **out, struct arena *arena, const struct json *object, const char *key)
{
	struct span found;

	*out = "";
	if (!json_get(object, key))
		return true;
	if (json_member_text(&found, object, key) != JSON_TEXT_FOUND)
		return false;
	*out = arena_span(arena, found);
	return true;
}

/* Reads a text of GitLab's. A claim of another type belongs to another service and is ignored. */
static void optional_text(const char **out, struct arena *arena, const struct json *object, const char *key)
{
	if (!text(out, arena, object, key))
		*out = "";
}

static bool integer(int64_t *out, const struct json *object, const char *key)
{
	const struct json *value = json_get(object, key);

	*out = json_get_integer(object, key, 0);
	return !value || json_is(value, JSON_INTEGER);
}

static bool claim_list(const struct json **out, const struct json *object, const char *key)
{
	*out = json_get(object, key);
	return !*out || json_is(*out, JSON_ARRAY);
}

static bool texts(struct texts *out, struct arena *arena, const struct json *object, const char *key)
{
	const struct json *array;
	const char **items;
	size_t count = 0;

	*out = (struct texts){NULL, 0};
	if (!claim_list(&array, object, key))
		return false;
	items = arena_array(arena, json_count(array) + 1, sizeof *items);
	for (const struct json *item = json_first(array); item; item = item->next) {
		struct span value = json_as_span(item);

		if (!value.ptr || memchr(value.ptr, '\0', value.len))
			return false;
		items[count++] = arena_span(arena, value);
	}
	*out = (struct texts){items, count};
	return true;
}

static bool read_meta(struct grant_meta *out, struct arena *arena, const struct json *entry)
{
	const struct json *meta = json_get(entry, "meta"), *deny;

	*out = (struct grant_meta){.project_path = ""};
	if (!json_is(meta, JSON_OBJECT))
		return true; /* GitLab's meta is an object; another service may use the name otherwise */
	deny = json_get(meta, "tag_deny_access_patterns");
	if (deny && (!json_is(deny, JSON_OBJECT) || !texts(&out->deny_push, arena, deny, "push") ||
		     !texts(&out->deny_delete, arena, deny, "delete")))
		return false;
	return text(&out->project_path, arena, meta, "project_path") && integer(&out->project_id, meta, "project_id") &&
	       integer(&out->namespace_id, meta, "root_namespace_id") &&
	       texts(&out->immutable, arena, meta, "tag_immutable_patterns");
}

static bool read_grant(struct grant *out, struct arena *arena, const struct json *entry)
{
	const char *class;

	return json_is(entry, JSON_OBJECT) && text(&out->type, arena, entry, "type") &&
	       text(&class, arena, entry, "class") && text(&out->name, arena, entry, "name") &&
	       texts(&out->actions, arena, entry, "actions") && read_meta(&out->meta, arena, entry);
}

static bool read_access(struct principal *out, struct arena *arena, const struct json *claims)
{
	const struct json *array;
	struct grant *grants;
	size_t count = 0;

	if (!claim_list(&array, claims, "access"))
		return false;
	if (json_count(array) > LIMIT_TOKEN_ACCESS)
		return false;
	grants = arena_array(arena, json_count(array) + 1, sizeof *grants);
	for (const struct json *entry = json_first(array); entry; entry = entry->next)
		if (!read_grant(&grants[count++], arena, entry))
			return false;
	out->grants = grants;
	out->grant_count = count;
	return true;
}

bool claims_read(struct principal *out, struct arena *arena, const struct json *claims)
{
	const char *unused;
	int64_t issued;

	*out = (struct principal){.user = ""};
	optional_text(&out->auth_type, arena, claims, "auth_type");
	optional_text(&out->user_claim, arena, claims, "user");
	return text(&out->user, arena, claims, "sub") && text(&unused, arena, claims, "jti") &&
	       integer(&issued, claims, "iat") && read_access(out, arena, claims);
}
