/* SPDX-License-Identifier: MIT */
/* The PostgreSQL cluster of `berth serve`: checks it, makes it, describes its server to the supervisor. */
#include "embedded_pg_priv.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../host/trusted_priv.h"
#include "berth/base/log.h"
#include "berth/base/strbuf.h"

#define MARK "berth.cluster"

static const char configuration[] =
	"\n# The private cluster of `berth serve`: no port; pg_hba.conf and pg_ident.conf are in the run folder.\n"
	"listen_addresses = ''\n"
	"log_destination = 'stderr'\n"
	"logging_collector = off\n"
	"log_line_prefix = 'postgresql: %m [%p] '\n"
	"cluster_name = 'berth'\n"
	"shared_buffers = 64MB\n"
	"max_wal_size = 512MB\n";

static bool pg_exists(const char *path)
{
	struct stat info;

	return lstat(path, &info) == 0;
}

static bool pg_folder_is_empty(const char *path)
{
	DIR *folder = opendir(path);
	const struct dirent *entry;
	unsigned found = 0;

	if (!folder)
		return false;
	while ((entry = readdir(folder)) != NULL)
		found += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
	closedir(folder);
	return found == 0;
}

/*
 * Reads a small file in the folder of the database's account. The account may have put a link or a pipe in its place: links are
 * not followed, and nothing is waited for. False unless it is a regular file.
 */
static bool pg_read_small(char *text, size_t size, const char *path)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat info;
	ssize_t got = fd >= 0 && fstat(fd, &info) == 0 && S_ISREG(info.st_mode) ? read(fd, text, size - 1) : -1;

	text[got > 0 ? got : 0] = '\0';
	if (fd >= 0)
		close(fd);
	return got >= 0;
}

/* Returns the first line of a small file; "" when the file cannot be read. */
static const char *pg_first_line(const char *path, struct arena *arena)
{
	char text[64];

	(void)pg_read_small(text, sizeof text, path);
	text[strcspn(text, "\n")] = '\0';
	return arena_strdup(arena, text);
}

static const struct unix_account *pg_account(const struct embedded_pg *pg)
{
	return &pg->accounts->of[ROLE_DATABASE];
}

/* Returns the folder of the programs of a major version; of the newest installed one when `version` is "". */
static const char *pg_find_programs(const char *version, struct arena *arena)
{
	const char *best = NULL;
	unsigned long best_version = 0;
	glob_t found;

	if (glob(arena_printf(arena, "/usr/lib/postgresql/%s/bin/initdb", *version ? version : "*"), 0, NULL, &found) != 0)
		return NULL;
	for (size_t i = 0; i < found.gl_pathc; i++) {
		const char *path = found.gl_pathv[i];
		unsigned long number = strtoul(path + strlen("/usr/lib/postgresql/"), NULL, 10);

		if (number <= best_version)
			continue;
		best_version = number;
		best = arena_span(arena, (struct span){path, strlen(path) - strlen("/initdb")});
	}
	globfree(&found);
	return best;
}

/* Checks an existing folder: a complete cluster of `berth serve`, of an installed version, owned by the right account. */
static bool pg_check_cluster(struct embedded_pg *pg, struct arena *arena, const char **reason)
{
	const char *version = pg_first_line(arena_printf(arena, "%s/PG_VERSION", pg->data), arena);
	struct stat info;

	if (!pg_exists(arena_printf(arena, "%s/" MARK, pg->data)))
		*reason = arena_printf(arena, "%s is no cluster that `berth serve` made: choose another folder with --data",
				       pg->data);
	else if (!*version || strspn(version, "0123456789") != strlen(version))
		*reason = arena_printf(arena, "%s is damaged, it has no PG_VERSION: restore it from a backup", pg->data);
	else if (!(pg->bin = pg_find_programs(version, arena)))
		*reason = arena_printf(
			arena, "%s was made by PostgreSQL %s, which is not installed: apt-get install postgresql-%s",
			pg->data, version, version);
	else if (stat(pg->data, &info) != 0 || info.st_uid != pg_account(pg)->uid)
		*reason = arena_printf(arena, "%s does not belong to %s, the account of PostgreSQL: chown -R -h %s: %s",
				       pg->data, pg_account(pg)->user, pg_account(pg)->user, pg->data);
	else
		return true;
	return false;
}

static bool pg_append(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	bool good = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	return good;
}

struct fresh {
	const char *configuration, *mark;
};

/* Runs as the account of the cluster. */
static bool pg_write_files(const void *context)
{
	const struct fresh *fresh = context;

	return pg_append(fresh->configuration, configuration) && pg_append(fresh->mark, "made by berth serve\n");
}

static int pg_initdb(const struct embedded_pg *pg, const char *folder, struct arena *arena)
{
	const char *initdb = arena_printf(arena, "%s/initdb", pg->bin);
	const char *const argv[] = {
		initdb,
		"-D",
		folder,
		"-U",
		EMBEDDED_PG_SUPERUSER,
		"-k",
		"-E",
		"UTF8",
		"--locale=C.UTF-8",
		"--auth-local=reject",
		"--auth-host=reject",
		"--no-instructions",
		NULL,
	};
	const struct child_spec spec = {.name = "initdb", .argv = argv, .as = pg_account(pg)};

	return supervise_once(&spec, true);
}

/* Makes the role of the registry, in PostgreSQL's single-user mode: a server would ask this process to log in. */
static int pg_make_role(const struct embedded_pg *pg, const char *folder, struct arena *arena)
{
	const char *postgres = arena_printf(arena, "%s/postgres", pg->bin);
	const char *const argv[] = {postgres, "--single", "-D", folder, EMBEDDED_PG_DATABASE, NULL};
	const struct child_spec spec = {
		.name = "postgres --single",
		.argv = argv,
		.as = pg_account(pg),
		.input = "CREATE ROLE " EMBEDDED_PG_USER " LOGIN\n"
			 "ALTER DATABASE " EMBEDDED_PG_DATABASE " OWNER TO " EMBEDDED_PG_USER "\n",
	};

	return supervise_once(&spec, true);
}

static bool pg_make_cluster(struct embedded_pg *pg, struct arena *arena, const char **reason)
{
	const char *fresh = arena_printf(arena, "%s.new", pg->data);
	const struct fresh files = {arena_printf(arena, "%s/postgresql.conf", fresh),
				    arena_printf(arena, "%s/" MARK, fresh)};

	if (pg_exists(fresh)) {
		*reason = arena_printf(arena, "%s is left of a first start that did not finish: remove it and start again",
				       fresh);
		return false;
	}
	pg->bin = pg_find_programs("", arena);
	if (!pg->bin) {
		*reason =
			"PostgreSQL is missing: apt-get install postgresql, or name a database in the configuration (database.host)";
		return false;
	}
	log_info("the configuration names no database: making a PostgreSQL cluster in %s", pg->data);
	if (!unix_account_make_folder(pg_account(pg), fresh, 0700, arena, reason))
		return false;
	if (pg_initdb(pg, fresh, arena) != 0 || pg_make_role(pg, fresh, arena) != 0 ||
	    !unix_account_ask(pg_account(pg), pg_write_files, &files) || rename(fresh, pg->data) != 0) {
		rmdir(fresh); /* initdb empties it when it fails */
		*reason = arena_printf(arena,
				       "cannot make a PostgreSQL cluster in %s: see the lines of initdb and postgres above",
				       pg->data);
		return false;
	}
	return true;
}

/*
 * Reads the status that the server writes to line 8 of its lock file. To connect would be simpler, but the server logs a FATAL
 * line for each connection that comes too early.
 */
static bool pg_is_ready(const void *what)
{
	const struct embedded_pg *pg = what;
	char text[1024], path[PATH_MAX], pid[16];
	const char *line = text;

	(void)snprintf(path, sizeof path, "%s/postmaster.pid", pg->data);
	(void)snprintf(pid, sizeof pid, "%d\n", (int)pg->pid);
	if (!pg_read_small(text, sizeof text, path) || strncmp(text, pid, strlen(pid)) != 0)
		return false; /* no lock file yet, or one of a server that was killed */
	for (int i = 1; line && i < 8; i++)
		line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL;
	return line && strncmp(line, "ready", strlen("ready")) == 0;
}

/* Lets the account be the registry's role and, if it administers, the superuser. */
static void pg_add_map(struct strbuf *out, const char *account, bool administers)
{
	strbuf_addf(out, "berth \"%s\" " EMBEDDED_PG_USER "\n", account);
	if (administers)
		strbuf_addf(out, "berth \"%s\" " EMBEDDED_PG_SUPERUSER "\n", account);
}

static bool pg_write_rules(const struct embedded_pg *pg, const char *hba, const char *ident, struct arena *arena,
			   const char **reason)
{
	const struct unix_account *as = pg_account(pg);
	const struct trusted_owner owner = {geteuid(), as->gid, 0640};
	struct strbuf map;

	strbuf_init(&map, arena, 4096);
	strbuf_adds(&map, "# Written by berth serve at each start: the roles that each account may take.\n");
	for (unsigned i = 0; i < ROLES; i++)
		if (pg->accounts->of[i].user)
			pg_add_map(&map, pg->accounts->of[i].user, i == ROLE_DATABASE);
	if (as->changes)
		pg_add_map(&map, "root", true);
	return trusted_write(hba, SPAN_LIT("# Written by berth serve at each start.\nlocal all all peer map=berth\n"),
			     &owner, arena, reason) &&
	       trusted_write(ident, strbuf_span(&map), &owner, arena, reason);
}

static void pg_describe(struct embedded_pg *pg, unsigned max_connections, const char *hba, const char *ident,
			struct arena *arena)
{
	const char *postgres = arena_printf(arena, "%s/postgres", pg->bin);
	const char *port = arena_printf(arena, "%d", EMBEDDED_PG_PORT);
	const char *connections = arena_printf(arena, "%u", max_connections);
	const char *const argv[] = {
		postgres,
		"-D",
		pg->data,
		"-k",
		pg->socket_dir,
		"-p",
		port,
		"-N",
		connections,
		"-c",
		"unix_socket_permissions=0777",
		"-c",
		arena_printf(arena, "hba_file=%s", hba),
		"-c",
		arena_printf(arena, "ident_file=%s", ident),
		NULL,
	};

	memcpy(pg->argv, argv, sizeof argv);
	pg->settings = (struct db_settings){
		.host = pg->socket_dir,
		.port = EMBEDDED_PG_PORT,
		.user = EMBEDDED_PG_USER,
		.dbname = EMBEDDED_PG_DATABASE,
		.connect_timeout_ms = 2000,
	};
	/* INT is PostgreSQL's fast shutdown, which does not wait for clients. */
	pg->spec = (struct child_spec){
		.name = "postgresql",
		.argv = pg->argv,
		.as = pg_account(pg),
		.stop_signal = SIGINT,
		.stop_ms = 60000,
		.ready_ms = 120000,
		.ready = pg_is_ready,
		.what = pg,
		.what_pid = &pg->pid,
	};
}

bool embedded_pg_prepare(struct embedded_pg *pg, unsigned max_connections, struct arena *arena, const char **reason)
{
	const char *hba = arena_printf(arena, "%s/pg_hba.conf", pg->rules_dir);
	const char *ident = arena_printf(arena, "%s/pg_ident.conf", pg->rules_dir);
	bool there = pg_exists(pg->data) && !pg_folder_is_empty(pg->data);

	if (!(there ? pg_check_cluster(pg, arena, reason) : pg_make_cluster(pg, arena, reason)) ||
	    !pg_write_rules(pg, hba, ident, arena, reason))
		return false;
	pg_describe(pg, max_connections, hba, ident, arena);
	return true;
}
