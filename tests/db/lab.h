/* SPDX-License-Identifier: MIT */
/* A database of a test's own, connections to it, and a second process to meet in it. */
#ifndef BERTH_TESTS_DB_LAB_H
#define BERTH_TESTS_DB_LAB_H

#include "berth/db/db.h"

#include <sys/types.h>

struct lab {
	char name[32]; /* of the database */
	struct db_settings settings;
	struct arena arena;
	struct error error;
};

/* A new database, empty or with the registry's schema. lab_close drops it, whoever is still connected. */
void lab_open(struct lab *lab);
void lab_open_migrated(struct lab *lab);
void lab_close(struct lab *lab);

/* A connection to it that uses the statements of `table`. */
struct db *lab_connect(struct lab *lab, const struct db_statement *table, size_t count);

/* Forgets the error and what the arena holds. */
void lab_clear(struct lab *lab);

/*
 * Runs one statement on a connection of its own; the first column of the first row as a number, 0 without rows.
 * The test fails where the statement does.
 */
int64_t lab_sql(const struct lab *lab, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Ends every server process of the database whose application is named so, and waits until they are gone. */
void lab_kill(const struct lab *lab, const char *application);

/* Starts body(context) in a process of its own; its result is what lab_join gives. */
pid_t lab_fork(int (*body)(void *context), void *context);
int lab_join(pid_t child);

/* Waits until a connection of this application waits for a lock; false when the child ended before. */
bool lab_blocked(const struct lab *lab, const char *application, pid_t child);

#endif
