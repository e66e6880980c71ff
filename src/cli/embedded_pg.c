/* SPDX-License-Identifier: MIT */
/* A PostgreSQL cluster of our own: checked, made, described to the supervisor. */
#include "embedded_pg_priv.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "berth/base/log.h"

#define MARK "berth.cluster"

static const char configuration[] = "\n# Berth's private cluster: no port, nobody but its account.\n"
				    "listen_addresses = ''\n"
				    "unix_socket_permissions = 0700\n"
				    "log_destination = 'stderr'\n"
				    "logging_collector = off\n"
				    "log_line_prefix = 'postgresql: %m [%p] '\n"
				    "cluster_name = 'berth'\n"
				    "shared_buffers = 64MB\n"
				    "max_wal_size = 512MB\n";

static bool exists(const char *path)
{
	struct stat info;

	return lstat(path, &info) == 0;
}

static bool is_empty(const char *path)
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

/* The first line of a small file; "" when it cannot be read. */
static const char *first_line(const char *path, struct arena *arena)
{
	char text[64] = "";
	FILE *file = fopen(path, "re");

	if (file) {
		if (!fgets(text, sizeof text, file))
			text[0] = '\0';
		fclose(file);
	}
	text[strcspn(text, "\n")] = '\0';
	return arena_strdup(arena, text);
}

/* The folder of the programs of a major version; of the newest one there is when `version` is "". */
static const char *find_programs(const char *version, struct arena *arena)
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

/* An existing folder: ours, whole, of a version that is installed, not in use. */
static bool check_cluster(struct embedded_pg *pg, struct arena *arena, const char **reason)
{
	const char *version = first_line(arena_printf(arena, "%s/PG_VERSION", pg->data), arena);
	struct stat info;

	if (!exists(arena_printf(arena, "%s/" MARK, pg->data)))
		*reason = arena_printf(arena, "%s is not a cluster that Berth made; choose another folder with --data",
				       pg->data);
	else if (!*version || strspn(version, "0123456789") != strlen(version))
		*reason = arena_printf(arena, "%s is damaged: it has no PG_VERSION", pg->data);
	else if (!(pg->bin = find_programs(version, arena)))
		*reason = arena_printf(
			arena, "%s was made by PostgreSQL %s, which is not installed: apt-get install postgresql-%s",
			pg->data, version, version);
	else if (stat(pg->data, &info) != 0 || info.st_uid != pg->as->uid)
		*reason = arena_printf(arena, "%s does not belong to %s, the account that PostgreSQL is to run as",
				       pg->data, pg->as->user);
	else
		return true;
	return false;
}

static bool append(const char *path, const char *text, const struct identity *as)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	bool good = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) && fsync(fd) == 0;

	if (good && as->changes)
		good = fchown(fd, as->uid, as->gid) == 0;
	if (fd >= 0)
		close(fd);
	return good;
}

static int run_initdb(const struct embedded_pg *pg, const char *folder, struct arena *arena)
{
	const char *initdb = arena_printf(arena, "%s/initdb", pg->bin);
	const char *const argv[] = {
		initdb,
		"-D",
		folder,
		"-U",
		EMBEDDED_PG_USER,
		"-k",
		"-E",
		"UTF8",
		"--locale=C.UTF-8",
		"--auth-local=trust",
		"--auth-host=reject",
		"--no-instructions",
		NULL,
	};
	const struct child_spec spec = {.name = "initdb", .argv = argv, .as = pg->as};

	return supervise_once(&spec, true);
}

static bool make_cluster(struct embedded_pg *pg, struct arena *arena, const char **reason)
{
	const char *fresh = arena_printf(arena, "%s.new", pg->data);

	if (exists(fresh)) {
		*reason = arena_printf(
			arena, "%s is left over from a first start that did not finish; remove it and start again", fresh);
		return false;
	}
	pg->bin = find_programs("", arena);
	if (!pg->bin) {
		*reason = "PostgreSQL is missing: apt-get install postgresql, or name a database in the configuration";
		return false;
	}
	log_info("making a PostgreSQL cluster in %s", pg->data);
	if (!identity_make_folder(pg->as, fresh, 0700) || run_initdb(pg, fresh, arena) != 0 ||
	    !append(arena_printf(arena, "%s/postgresql.conf", fresh), configuration, pg->as) ||
	    !append(arena_printf(arena, "%s/" MARK, fresh), "made by berth serve\n", pg->as) ||
	    rename(fresh, pg->data) != 0) {
		rmdir(fresh); /* initdb empties it when it fails */
		*reason = arena_printf(arena, "no PostgreSQL cluster could be made in %s", pg->data);
		return false;
	}
	return true;
}

/* A connection, not only a socket: the server accepts before it has recovered. */
static bool answers(const void *what)
{
	const struct embedded_pg *pg = what;
	struct db *db = db_new(&pg->settings, NULL, 0);
	bool good = db && db_connect(db);

	db_free(db);
	return good;
}

static void describe(struct embedded_pg *pg, unsigned max_connections, struct arena *arena)
{
	const char *postgres = arena_printf(arena, "%s/postgres", pg->bin);
	const char *port = arena_printf(arena, "%d", EMBEDDED_PG_PORT);
	const char *connections = arena_printf(arena, "%u", max_connections);
	const char *const argv[] = {postgres, "-D", pg->data, "-k", pg->socket_dir, "-p", port, "-N", connections, NULL};

	memcpy(pg->argv, argv, sizeof argv);
	pg->settings = (struct db_settings){
		.host = pg->socket_dir,
		.port = EMBEDDED_PG_PORT,
		.user = EMBEDDED_PG_USER,
		.dbname = EMBEDDED_PG_DATABASE,
		.connect_timeout_ms = 2000,
	};
	/* INT: PostgreSQL's fast shutdown, which does not wait for clients. */
	pg->spec = (struct child_spec){
		.name = "postgresql",
		.argv = pg->argv,
		.as = pg->as,
		.stop_signal = SIGINT,
		.stop_ms = 60000,
		.ready_ms = 120000,
		.ready = answers,
		.what = pg,
	};
}

bool embedded_pg_prepare(struct embedded_pg *pg, unsigned max_connections, struct arena *arena, const char **reason)
{
	bool there = exists(pg->data) && !is_empty(pg->data);

	if (there ? !check_cluster(pg, arena, reason) : !make_cluster(pg, arena, reason))
		return false;
	describe(pg, max_connections, arena);
	return true;
}
