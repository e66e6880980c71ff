/* SPDX-License-Identifier: MIT */
/* The table of settings. Look-ups walk all rows, which is fast enough for the few dozen keys of a start. */
#include "settings_priv.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "berth/config/config.h"

#define MEMBER_IS(member, ctype) _Generic(((struct config *)NULL)->member, ctype : 1, default : 0)
#define CHECK_BOOL(member) MEMBER_IS(member, bool)
#define CHECK_INT(member) MEMBER_IS(member, int64_t)
#define CHECK_SIZE(member) MEMBER_IS(member, uint64_t)
#define CHECK_DURATION(member) MEMBER_IS(member, int64_t)
#define CHECK_TEXT(member) MEMBER_IS(member, const char *)
#define CHECK_WORD(member) MEMBER_IS(member, const char *)
#define CHECK_CHOICE(member) (sizeof(((struct config *)NULL)->member) == sizeof(int))
#define CHECK_SECRET(member) MEMBER_IS(member, struct secret)
#define CHECK_LIST(member) MEMBER_IS(member, struct text_list)
#define CHECK_FIELDS(member) MEMBER_IS(member, struct config_fields)
#define CHECK_HEADERS(member) MEMBER_IS(member, struct config_headers)
#define CHECK_PLATFORMS(member) MEMBER_IS(member, struct config_platforms)
#define CHECK_MIDDLEWARES(member) MEMBER_IS(member, struct config_middlewares)

#define GROUP(path, traits, other, help)
#define ONEOF(path, noun, fallback, help)
#define LATER(path, type, fallback, allowed, traits, other, help)
#define USED(path, type, member, fallback, allowed, traits, other, help) \
	_Static_assert(CHECK_##type(member), path " and its member differ in type");
#include "settings.def"
#undef GROUP
#undef ONEOF
#undef LATER
#undef USED

#define GROUP(path, traits, other, help) {path, SETTING_GROUP, SETTING_NOWHERE, "", "", traits, other, help},
#define ONEOF(path, noun, fallback, help) {path, SETTING_ONEOF, SETTING_NOWHERE, fallback, noun, 0, "", help},
#define LATER(path, type, fallback, allowed, traits, other, help) \
	{path, SETTING_##type, SETTING_NOWHERE, fallback, allowed, traits, other, help},
#define USED(path, type, member, fallback, allowed, traits, other, help) \
	{path, SETTING_##type, offsetof(struct config, member), fallback, allowed, traits, other, help},
const struct setting settings[] = {
#include "settings.def"
};
#undef GROUP
#undef ONEOF
#undef LATER
#undef USED

const size_t settings_count = sizeof settings / sizeof *settings;

const struct setting *settings_find(const char *path)
{
	for (size_t i = 0; i < settings_count; i++)
		if (strcmp(settings[i].path, path) == 0)
			return &settings[i];
	return NULL;
}

const char *setting_leaf(const struct setting *row)
{
	const char *dot = strrchr(row->path, '.');

	return dot ? dot + 1 : row->path;
}

bool setting_is_below(const struct setting *row, const struct setting *parent)
{
	size_t len;

	if (!parent)
		return setting_leaf(row) == row->path;
	len = strlen(parent->path);
	if (strncmp(row->path, parent->path, len) != 0)
		return false;
	if (setting_has_items(parent) && strncmp(row->path + len, "[]", 2) == 0)
		len += 2;
	return row->path[len] == '.' && row->path + len + 1 == setting_leaf(row);
}

bool setting_is_under(const struct setting *row, const struct setting *group)
{
	size_t len = strlen(group->path);

	return strncmp(row->path, group->path, len) == 0 && (row->path[len] == '.' || row->path[len] == '[');
}

const struct setting *settings_child(const struct setting *parent, struct span name)
{
	for (size_t i = 0; i < settings_count; i++) {
		struct span others = span_of(settings[i].other), other;

		if (!setting_is_below(&settings[i], parent))
			continue;
		if (span_is(name, setting_leaf(&settings[i])))
			return &settings[i];
		while (span_split(&others, ' ', &other))
			if (other.len > 0 && span_equal(name, other))
				return &settings[i];
	}
	return NULL;
}

/* Returns the length of `name` if it is the next part of the variable; 0 if not. */
static size_t env_match(struct span rest, struct span name)
{
	if (span_starts(name, "env:"))
		name = span_after(name, 4);
	if (name.len == 0 || rest.len < name.len || strncasecmp(rest.ptr, name.ptr, name.len) != 0)
		return 0;
	return rest.len == name.len || rest.ptr[name.len] == '_' ? name.len : 0;
}

static size_t env_match_any(struct span rest, const struct setting *row)
{
	struct span others = span_of(row->other), other;
	size_t best = env_match(rest, span_of(setting_leaf(row)));

	while (span_split(&others, ' ', &other)) {
		size_t len = env_match(rest, other);

		best = len > best ? len : best;
	}
	return best;
}

const struct setting *settings_child_env(const struct setting *parent, struct span *rest)
{
	const struct setting *found = NULL;
	size_t longest = 0;

	for (size_t i = 0; i < settings_count; i++) {
		size_t len = setting_is_below(&settings[i], parent) ? env_match_any(*rest, &settings[i]) : 0;

		if (len > longest) {
			found = &settings[i];
			longest = len;
		}
	}
	if (found)
		*rest = span_after(*rest, longest + 1);
	return found;
}

const char *setting_type_name(enum setting_type type)
{
	static const char *const names[] = {
		[SETTING_GROUP] = "section",
		[SETTING_ONEOF] = "one of",
		[SETTING_BOOL] = "boolean",
		[SETTING_INT] = "integer",
		[SETTING_SIZE] = "size",
		[SETTING_DURATION] = "duration",
		[SETTING_TEXT] = "text",
		[SETTING_WORD] = "word",
		[SETTING_CHOICE] = "word",
		[SETTING_SECRET] = "secret",
		[SETTING_LIST] = "list",
		[SETTING_FIELDS] = "mapping",
		[SETTING_HEADERS] = "headers",
		[SETTING_RECORDS] = "list of mappings",
		[SETTING_PLATFORMS] = "list of mappings",
		[SETTING_MIDDLEWARES] = "list of mappings",
		[SETTING_ANY] = "anything",
	};

	return names[type];
}
