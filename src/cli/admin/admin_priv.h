/* SPDX-License-Identifier: MIT */
/*
 * The commands that administer the token service: `berth NOUN VERB CONFIG [NAME...] [options]`. A noun is a table: how its rows
 * are named, listed and removed, and its verbs. This module reads the command line, opens configuration and database, runs
 * changes in a transaction, and prints how they ended.
 *
 * A new noun is a file cmd_<noun>.c with a struct admin_noun. Its verbs `list`, `show` and `remove` are admin_list, admin_show and
 * admin_remove; `add` and `change` are functions that read options and call admin_apply.
 */
#ifndef BERTH_CLI_ADMIN_PRIV_H
#define BERTH_CLI_ADMIN_PRIV_H

#include <stdbool.h>

#include "../command_priv.h"
#include "admin_options_priv.h"
#include "admin_print_priv.h"
#include "berth/app/app.h"
#include "berth/meta/account.h"
#include "berth/meta/table.h"

#define ADMIN_NAMES_MAX 2

struct admin {
	const struct admin_noun *noun;
	struct app app;
	struct arena *arena;
	struct admin_options options;
	struct print_form print;            /* --json */
	const char *names[ADMIN_NAMES_MAX]; /* behind CONFIG; NULL: not given */
	struct who who;                     /* the account that runs the command, for the audit */
	struct meta meta;                   /* unset for an offline noun */
	struct error error;
};

struct admin_verb {
	const char *name;
	int least, most;                 /* number of names behind CONFIG */
	unsigned options;                /* ADMIN_TAKES, ORed */
	int (*run)(struct admin *admin); /* returns the exit status */
};

struct admin_noun {
	const struct command *command;
	const struct admin_verb *verbs;
	size_t verb_count;
	bool offline; /* the verbs need the keys of the token service and no database */

	/* How messages name a row: NAME "names[0]", or with `of`: NAME "names[1]" OF"names[0]". Without any name: NAME. */
	const char *name, *of;

	/* The rows that the names of the command line choose; a NULL name chooses all. */
	bool (*list)(const struct meta *meta, const char *const *names, struct meta_table *out);
	bool (*remove)(const struct meta *meta, const char *const *names, enum meta_change *out);
};

#define ADMIN_VERBS(table) .verbs = (table), .verb_count = sizeof(table) / sizeof *(table)

/* The body of a noun's command. */
int admin_run(const struct admin_noun *noun, int argc, char **argv, struct arena *arena);

/* Verbs of every noun that has `list` and `remove`. */
int admin_list(struct admin *admin);
int admin_show(struct admin *admin);
int admin_remove(struct admin *admin);

/* A change of the database. */
struct admin_change {
	/* Runs in a transaction, perhaps more than once. False: the error is set. */
	bool (*run)(const struct meta *meta, void *context, enum meta_change *out);
	void *context;
	const char *done;    /* "added": printed with the subject; NULL: the caller prints what the change made */
	const char *subject; /* what the change is about; NULL: the row of the noun */
	const char *missing; /* what does not exist when the end is META_CHANGE_UNKNOWN; NULL: the subject */
};

/* Runs a change and prints how it ended. Returns the exit status. */
int admin_apply(struct admin *admin, const struct admin_change *change);

/* Prints why the command line is wrong. Returns COMMAND_USAGE. */
int admin_misused(const char *reason);

#endif
