/* SPDX-License-Identifier: MIT */
/* The rows of settings.def, and how the name of a key or a variable finds its row. */
#ifndef BERTH_CONFIG_SETTINGS_PRIV_H
#define BERTH_CONFIG_SETTINGS_PRIV_H

#include <stdbool.h>
#include <stddef.h>

#include "berth/base/span.h"

/* settings.c has the C type of each, which the compiler compares with the member of struct config. */
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
	SETTING_PLATFORMS, /* such lists, as struct config holds them */
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

/* Returns the row of a whole path; NULL when there is none. */
const struct setting *settings_find(const char *path);

/*
 * Returns the row right below `parent` (NULL: at the top) that a file calls `name`, in any spelling; NULL when there is
 * none.
 */
const struct setting *settings_child(const struct setting *parent, struct span name);

/*
 * Returns the row right below `parent` whose name is the next part of a variable's name, in any case and followed by `_` or
 * the end; the longest name counts (rate_limiter). Moves *rest behind the name and its `_`. NULL when no row fits.
 */
const struct setting *settings_child_env(const struct setting *parent, struct span *rest);

/* Returns whether `row` is right below `parent`. */
bool setting_is_below(const struct setting *row, const struct setting *parent);

/* Returns whether `row` is below `group`, at any depth. */
bool setting_is_under(const struct setting *row, const struct setting *group);

/* Returns the last part of the path: the key in a file. */
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

/* Returns whether a new value needs a restart: the setting has a member, and SIGHUP does not bring it into force. */
static inline bool setting_needs_restart(const struct setting *row)
{
	return row->offset != SETTING_NOWHERE && !(row->traits & (RELOAD | SETTING_UNBUILT));
}

static inline size_t setting_index(const struct setting *row)
{
	return (size_t)(row - settings);
}

/* Returns the name of the type for `check-config --list`: "text", "duration" ... */
const char *setting_type_name(enum setting_type type);

#endif
