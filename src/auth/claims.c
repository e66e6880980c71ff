/* SPDX-License-Identifier: MIT */
/* Reading claims into an identity. */
#include "claims_priv.h"

#include <string.h>

#include "berth/base/limits.h"
#include "json_priv.h"

/* Reads a text; "" if it is absent or null. */
static bool text(const char **out, struct arena *arena, struct json_object *object, const char *key)
{
	struct span found;

	*out = "";
	if (!json_member(object, key))
		return true;
	if (json_member_text(&found, object, key) != JSON_TEXT_FOUND)
		return false;
	*out = arena_span(arena, found);
	return true;
}

/* Reads a text of GitLab's. A claim of another type belongs to another service and is ignored. */
static void optional_text(const char **out, struct arena *arena, struct json_object *object, const char *key)
{
	if (!text(out, arena, object, key))
		*out = "";
}

static bool integer(int64_t *out, struct json_object *object, const char *key)
{
	struct json_object *value = json_member(object, key);

	*out = value ? json_object_get_int64(value) : 0;
	return !value || json_object_get_type(value) == json_type_int;
}

static bool claim_list(struct json_object **out, struct json_object *object, const char *key)
{
	*out = json_member(object, key);
	return !*out || json_object_get_type(*out) == json_type_array;
}

static bool texts(struct texts *out, struct arena *arena, struct json_object *object, const char *key)
{
	struct json_object *array;
	const char **items;
	size_t count;

	*out = (struct texts){NULL, 0};
	if (!claim_list(&array, object, key))
		return false;
	count = array ? json_object_array_length(array) : 0;
	items = arena_array(arena, count + 1, sizeof *items);
	for (size_t i = 0; i < count; i++) {
		struct json_object *item = json_object_array_get_idx(array, i);
		struct span value;

		if (json_object_get_type(item) != json_type_string)
			return false;
		value = (struct span){json_object_get_string(item), (size_t)json_object_get_string_len(item)};
		if (memchr(value.ptr, '\0', value.len))
			return false;
		items[i] = arena_span(arena, value);
	}
	*out = (struct texts){items, count};
	return true;
}

static bool read_meta(struct grant_meta *out, struct arena *arena, struct json_object *entry)
{
	struct json_object *meta = json_member(entry, "meta"), *deny;

	*out = (struct grant_meta){.project_path = ""};
	if (json_object_get_type(meta) != json_type_object)
		return true; /* GitLab's meta is an object; another service may use the name otherwise */
	deny = json_member(meta, "tag_deny_access_patterns");
	if (deny && (json_object_get_type(deny) != json_type_object || !texts(&out->deny_push, arena, deny, "push") ||
		     !texts(&out->deny_delete, arena, deny, "delete")))
		return false;
	return text(&out->project_path, arena, meta, "project_path") && integer(&out->project_id, meta, "project_id") &&
	       integer(&out->namespace_id, meta, "root_namespace_id") &&
	       texts(&out->immutable, arena, meta, "tag_immutable_patterns");
}

static bool read_grant(struct grant *out, struct arena *arena, struct json_object *entry)
{
	const char *class;

	return json_object_get_type(entry) == json_type_object && text(&out->type, arena, entry, "type") &&
	       text(&class, arena, entry, "class") && text(&out->name, arena, entry, "name") &&
	       texts(&out->actions, arena, entry, "actions") && read_meta(&out->meta, arena, entry);
}

static bool read_access(struct identity *out, struct arena *arena, struct json_object *claims)
{
	struct json_object *array;
	struct grant *grants;
	size_t count;

	if (!claim_list(&array, claims, "access"))
		return false;
	count = array ? json_object_array_length(array) : 0;
	if (count > LIMIT_TOKEN_ACCESS)
		return false;
	grants = arena_array(arena, count + 1, sizeof *grants);
	for (size_t i = 0; i < count; i++)
		if (!read_grant(&grants[i], arena, json_object_array_get_idx(array, i)))
			return false;
	out->grants = grants;
	out->grant_count = count;
	return true;
}

bool claims_read(struct identity *out, struct arena *arena, struct json_object *claims)
{
	const char *unused;
	int64_t issued;

	*out = (struct identity){.user = ""};
	optional_text(&out->auth_type, arena, claims, "auth_type");
	optional_text(&out->user_claim, arena, claims, "user");
	return text(&out->user, arena, claims, "sub") && text(&unused, arena, claims, "jti") &&
	       integer(&issued, claims, "iat") && read_access(out, arena, claims);
}
