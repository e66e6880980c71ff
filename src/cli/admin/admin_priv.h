/* SPDX-License-Identifier: MIT */
/*
 * The commands that administer the token service: `berth NOUN VERB CONFIG [NAME...] [options]`. Each is a table of verbs;
 * options, configuration, database, transaction and messages are read, opened and written here.
 */
#ifndef BERTH_CLI_ADMIN_PRIV_H
#define BERTH_CLI_ADMIN_PRIV_H

#include <stdbool.h>

#include "../command_priv.h"
#include "berth/app/app.h"
#include "berth/meta/account.h"
#include "berth/meta/table.h"

#define ADMIN_NAMES_MAX 2

/* Every option of these commands; those with a value say so in admin.c. */
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

struct admin {
	struct app app;
	struct arena *arena;
	const char *actor; /* who called, for the audit */
	struct error error;
	struct meta meta; /* not for verbs without a database */
	const char *names[ADMIN_NAMES_MAX];
	int name_count;
	const char *options[ADMIN_OPTIONS]; /* NULL: not given; "" for those without a value */
};

struct admin_verb {
	const char *name;
	int least, most;                 /* names behind CONFIG */
	unsigned options;                /* of ADMIN_TAKES, ORed; --json always goes */
	bool offline;                    /* needs no database */
	int (*run)(struct admin *admin); /* the exit status */
};

/* The body of such a command's run. */
int admin_run(const struct command *command, const struct admin_verb *verbs, size_t count, int argc, char **argv,
	      struct arena *arena);

/* A change in a transaction that the audit knows who made. False: it failed, and why has been said. */
typedef bool admin_change_fn(const struct meta *meta, struct admin *admin, enum meta_change *out);
bool admin_change(struct admin *admin, admin_change_fn *fn, enum meta_change *out);

/*
 * The same with its end told: `done` ("added user ann"), or that `what` is unknown, exists or is refused by the schema.
 * Returns the exit status.
 */
int admin_tell(struct admin *admin, admin_change_fn *fn, const char *done, const char *what);

/* What the options ask for; false when a value is wrong, which has been said. *out NULL where nothing is given. */
bool admin_switch(const struct admin *admin, enum admin_option option, const char **out); /* on|off: true, false */
bool admin_visibility(const struct admin *admin, enum admin_option option, const char **out);
bool admin_role(const struct admin *admin, enum meta_role *out); /* META_ROLE_NONE where nothing is given */
bool admin_seconds(const struct admin *admin, int64_t *out);     /* --expires, like 90d, 12h, 30m; 0 */
bool admin_number(const struct admin *admin, enum admin_option option, uint64_t least, uint64_t most, uint64_t *out);

/* Prints a list as a table, or with --json as an array of objects. */
int admin_print(const struct admin *admin, const struct meta_table *table);

/* The one row as lines, or as an object. COMMAND_FAILED and a word when there is none. */
int admin_print_one(const struct admin *admin, const struct meta_table *table, const char *what);

/* Values made by the command, as lines or an object. */
int admin_print_values(const struct admin *admin, const char *const *names, const char *const *values, size_t count);

/*
 * A new password: from the terminal, asked for twice without echo, or a line of stdin. An unset secret: it cannot be
 * read or does not keep to the rules, which has been said.
 */
struct secret admin_read_password(const struct admin *admin);

/* One of 26 characters, 128 bits. */
struct secret admin_make_password(struct arena *arena);

#endif
