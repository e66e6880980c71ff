/* SPDX-License-Identifier: MIT */
/* The options of the commands that administer the token service, and what their values mean. */
#ifndef BERTH_CLI_ADMIN_OPTIONS_PRIV_H
#define BERTH_CLI_ADMIN_OPTIONS_PRIV_H

#include <stdbool.h>
#include <stdint.h>

#include "berth/base/arena.h"
#include "berth/meta/role.h"

/* One for each row of the table in admin_options.c. */
enum admin_option {
	ADMIN_JSON,
	ADMIN_ADMIN,
	ADMIN_NO_ADMIN,
	ADMIN_ROBOT,
	ADMIN_DISABLE,
	ADMIN_ENABLE,
	ADMIN_PASSWORD,
	ADMIN_GENERATE,
	ADMIN_HASHED,
	ADMIN_ROLE,
	ADMIN_PROJECT,
	ADMIN_EXPIRES,
	ADMIN_VISIBILITY,
	ADMIN_REGISTRY,
	ADMIN_NEW_REGISTRY,
	ADMIN_NEW_VISIBILITY,
	ADMIN_TYPE,
	ADMIN_BITS,
	ADMIN_LIMIT,
	ADMIN_ALL,
	ADMIN_OPTIONS
};

#define ADMIN_TAKES(option) (1u << ADMIN_##option)

struct admin_options {
	const char *values[ADMIN_OPTIONS]; /* NULL: not given; "" for an option without a value */
};

static inline bool option_given(const struct admin_options *options, enum admin_option option)
{
	return options->values[option] != NULL;
}

/*
 * Reads the options of `verb`, which is argv[0], and leaves the index of the first other word in getopt's optind. `taken` has
 * ADMIN_TAKES of each option that the verb takes; every verb takes --json. False when an option is wrong, which has been said.
 */
bool options_read(struct admin_options *out, const char *verb, unsigned taken, int argc, char **argv);

/* Each of these reads the value of one option. False when the value is wrong, which has been said. */

/* NULL when the option is not given, else "true" for on and "false" for off. */
bool option_switch(const struct admin_options *options, enum admin_option option, const char **out);

/* NULL when the option is not given, else private, internal or public. */
bool option_visibility(const struct admin_options *options, enum admin_option option, const char **out);

/* META_ROLE_NONE when --role is not given. */
bool option_role(const struct admin_options *options, enum meta_role *out);

/* Seconds of --expires, which is like 90d, 12h or 30m; 0 when --expires is not given. */
bool option_seconds(const struct admin_options *options, int64_t *out);

/* Leaves *out as it is when the option is not given. */
bool option_number(const struct admin_options *options, enum admin_option option, uint64_t least, uint64_t most,
		   uint64_t *out);

#endif
