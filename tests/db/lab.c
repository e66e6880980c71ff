/* SPDX-License-Identifier: MIT */
/* A database of a test's own. */
#include "lab.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/wait.h>

#include "../lib/test.h"
#include "berth/meta/schema.h"

#define BOUND_S 30 /* of everything that is waited for */

static struct db_settings settings_of(const char *database)
{
	const char *sockets = getenv("BERTH_TEST_SOCKETS");

	ck_assert_msg(sockets != NULL, "BERTH_TEST_SOCKETS is not set: run tests/db/test_live.py");
	return (struct db_settings){.host = sockets, .user = "berth", .dbname = database, .application = "live"};
}

static int64_t run_alone(const char *database, const char *text)
{
	const struct db_statement statement = {"ALONE", 0, text};
	struct db_settings settings = settings_of(database);
	struct db *db = NULL;
	struct arena arena;
	struct error error;
	struct db_rows rows;
	int64_t value = 0;

	settings.application = "observer";
	arena_init(&arena, 1 << 20);
	error_init(&error, &arena);
	db = db_new(&settings, &statement, 1);
	ck_assert_ptr_nonnull(db);
	ck_assert_msg(db_run(db, 0, DB_NO_VALUES, &rows, &arena, &error) == DB_OK, "%s: %s", text, db_message(db));
	if (rows.count > 0)
		value = db_column_i64(&rows, 0, 0);
	db_free(db);
	arena_release(&arena);
	return value;
}

void lab_open(struct lab *lab)
{
	static int number;
	char text[96];

	(void)snprintf(lab->name, sizeof lab->name, "live_%d_%d", (int)getpid(), number++);
	(void)snprintf(text, sizeof text, "CREATE DATABASE %s", lab->name);
	(void)run_alone("postgres", text);
	arena_init(&lab->arena, 16 << 20);
	error_init(&lab->error, &lab->arena);
}

struct db *lab_connect(struct lab *lab, const struct db_statement *table, size_t count)
{
	struct db *db;

	lab->settings = settings_of(lab->name);
	db = db_new(&lab->settings, table, count);
	ck_assert_ptr_nonnull(db);
	return db;
}

void lab_open_migrated(struct lab *lab)
{
	struct db *db;

	lab_open(lab);
	db = lab_connect(lab, NULL, 0);
	ck_assert_msg(db_migrate_up(db, meta_migrations, meta_migrations_count, NULL, NULL), "%s", db_message(db));
	db_free(db);
}

void lab_close(struct lab *lab)
{
	char text[96];

	arena_release(&lab->arena);
	(void)snprintf(text, sizeof text, "DROP DATABASE %s WITH (FORCE)", lab->name);
	(void)run_alone("postgres", text);
}

void lab_clear(struct lab *lab)
{
	arena_clear(&lab->arena);
	error_init(&lab->error, &lab->arena);
}

int64_t lab_sql(const struct lab *lab, const char *format, ...)
{
	char text[2048];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof text, format, args);
	va_end(args);
	return run_alone(lab->name, text);
}

static void bound(time_t since, const char *what)
{
	ck_assert_msg(time(NULL) - since < BOUND_S, "waited %d s for %s", BOUND_S, what);
}

void lab_kill(const struct lab *lab, const char *application)
{
	time_t since = time(NULL);
	pid_t pid;

	while ((pid = (pid_t)lab_sql(lab,
				     "SELECT pid FROM pg_stat_activity WHERE application_name = '%s'"
				     " AND datname = current_database()",
				     application))) {
		(void)lab_sql(lab, "SELECT pg_terminate_backend(%d)::integer", (int)pid);
		while (kill(pid, 0) == 0 || errno == EPERM) /* the socket is closed when the process is gone */
			bound(since, "a server process to end");
	}
}

pid_t lab_fork(int (*body)(void *context), void *context)
{
	pid_t child = fork();

	ck_assert_int_ge(child, 0);
	if (child == 0)
		_exit(body(context));
	return child;
}

int lab_join(pid_t child)
{
	int status;

	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_msg(WIFEXITED(status), "the second process died of signal %d", WTERMSIG(status));
	return WEXITSTATUS(status);
}

bool lab_blocked(const struct lab *lab, const char *application, pid_t child)
{
	time_t since = time(NULL);
	siginfo_t ended = {.si_pid = 0};

	for (;;) {
		if (lab_sql(lab,
			    "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE NOT l.granted"
			    " AND a.application_name = '%s' AND a.datname = current_database()",
			    application) > 0)
			return true;
		ck_assert_int_eq(waitid(P_PID, (id_t)child, &ended, WEXITED | WNOHANG | WNOWAIT), 0);
		if (ended.si_pid == child)
			return false;
		bound(since, "a lock to be waited for");
	}
}
