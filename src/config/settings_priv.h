/* SPDX-License-Identifier: MIT */
/* The rows of settings.def, and how a name in a file or in the environment finds its row. */
#ifndef BERTH_CONFIG_SETTINGS_PRIV_H
#define BERTH_CONFIG_SETTINGS_PRIV_H

#include <stdbool.h>
#include <stddef.h>

#include "berth/base/span.h"

/* The C type of each is in settings.c, where the compiler compares it with the member's. */
enum setting_type {
	SETTING_GROUP,
	SETTING_ONEOF,
	SETTING_BOOL,
	SETTING_INT,
	SETTING_SIZE,
	SETTING_DURATION,
	SETTING_TEXT,
	SETTING_WORD,   /* one of `allowed`, kept as text */
	SETTING_CHOICE, /* one of `allowed`, kept as its place there */
	SETTING_SECRET,
	SETTING_LIST,      /* of texts */
	SETTING_FIELDS,    /* name: text */
	SETTING_HEADERS,   /* name: list of texts */
	SETTING_RECORDS,   /* list of mappings whose settings are the rows path[].x */
	SETTING_PLATFORMS, /* such lists that struct config holds */
	SETTING_MIDDLEWARES,
	SETTING_ANY
};

enum setting_trait {
	REFUSED = 1 << 0,
	IGNORED = 1 << 1,
	QUIET = 1 << 2,
	PICK = 1 << 3,
	UNIT = 1 << 4,
	RELOAD = 1 << 5,
	LINES = 1 << 6
};

#define SETTING_UNBUILT (REFUSED | IGNORED | QUIET)
#define SETTING_NOWHERE ((size_t)-1)

struct setting {
	const char *path;
	enum setting_type type;
	size_t offset; /* in struct config, or SETTING_NOWHERE */
	const char *fallback;
	const char *allowed;
	unsigned traits;
	const char *other;
	const char *help;
};

extern const struct setting settings[];
extern const size_t settings_count;

/* The row of a whole path; NULL when there is none. */
const struct setting *settings_find(const char *path);

/* The row called `name`, in any of its spellings for a file, right below `parent` (NULL: at the top). */
const struct setting *settings_child(const struct setting *parent, struct span name);

/*
 * The row right below `parent` with which a variable's name goes on: case is folded, `_` or the end follows, and the
 * longest name wins (rate_limiter). *rest moves behind the name and its `_`.
 */
const struct setting *settings_child_env(const struct setting *parent, struct span *rest);

/* Whether `row` is right below `parent`. */
bool setting_is_below(const struct setting *row, const struct setting *parent);

/* Whether `row` is below `group`, at any depth. */
bool setting_is_under(const struct setting *row, const struct setting *group);

/* The last part of the path: the key as a file spells it. */
const char *setting_leaf(const struct setting *row);

static inline bool setting_is_group(const struct setting *row)
{
	return row->type == SETTING_GROUP || row->type == SETTING_ONEOF;
}

/* A list whose items are mappings with settings of their own. */
static inline bool setting_has_items(const struct setting *row)
{
	return row->type == SETTING_RECORDS || row->type == SETTING_PLATFORMS || row->type == SETTING_MIDDLEWARES;
}

/* In use, and beyond what SIGHUP brings into force. */
static inline bool setting_needs_restart(const struct setting *row)
{
	return row->offset != SETTING_NOWHERE && !(row->traits & (RELOAD | SETTING_UNBUILT));
}

static inline size_t setting_index(const struct setting *row)
{
	return (size_t)(row - settings);
}

/* For --list: "text", "duration" ... */
const char *setting_type_name(enum setting_type type);

#endif
