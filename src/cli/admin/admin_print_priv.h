/* SPDX-License-Identifier: MIT */
/* What the administration commands print on stdout: text for people, or JSON for programs. */
#ifndef BERTH_CLI_ADMIN_PRINT_PRIV_H
#define BERTH_CLI_ADMIN_PRINT_PRIV_H

#include <stdbool.h>

#include "berth/base/arena.h"
#include "berth/meta/table.h"

struct print_form {
	bool json;
	struct arena *arena; /* for the text of JSON */
};

/* All return the exit status of the command: COMMAND_FAILED only when the JSON is too long. */

/* Prints a list: a table with a line for each row, or an array of objects. */
int print_list(const struct meta_table *table, struct print_form form);

/* Prints the first row: a line for each column, or an object. */
int print_row(const struct meta_table *table, struct print_form form);

/* Prints values that the command made: a line for each, or an object. */
int print_values(const char *const *names, const char *const *values, size_t count, struct print_form form);

#endif
