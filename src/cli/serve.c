/* SPDX-License-Identifier: MIT */
/* `berth serve`: a list of steps, each of which starts something or says in one line why it cannot. */
#include "serve_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "berth/base/log.h"
#include "command_priv.h"
#include "embedded_pg_priv.h"
#include "probe_priv.h"
#include "programs_priv.h"
#include "site_priv.h"
#include "workplace_priv.h"

#define DRAIN_DEFAULT_MS 10000 /* what the workers take draintimeout 0 for */
#define TOKEN_WORKERS 4
#define UPLOAD_WORKERS 4 /* under Apache; NGINX spools uploads and asks the one pool */

struct pool {
	const char *argv[20];
	struct child_spec spec;
};

struct serve {
	const struct serve_options *options;
	struct arena *arena;
	const struct config *config;
	const char *run_dir;
	struct identity as;
	struct site_options site_options;
	struct site site;
	struct embedded_pg pg;
	struct pool registry, uploads, tokens;
	const char *web_argv[12];
	struct child_spec web;
};

static unsigned drain_ms(const struct config *config)
{
	int64_t ms = config->http.draintimeout / 1000000;

	return ms <= 0 || ms > 3600000 ? DRAIN_DEFAULT_MS : (unsigned)ms;
}

static bool need(struct serve *serve, const char **out, const char *program, const char *package, const char **reason)
{
	*out = program_path(program, serve->arena);
	if (!*out)
		*reason = arena_printf(serve->arena, "%s is missing: apt-get install %s", program, package);
	return *out != NULL;
}

/* Under Apache also the one module that is not in its own package. */
static bool check_programs(struct serve *serve, const char **reason)
{
	const char *found;

	if (!need(serve, &found, "spawn-fcgi", "spawn-fcgi", reason))
		return false;
	if (serve->config->token_service.enabled && !need(serve, &found, "token.fcgi", "berth", reason))
		return false;
	if (!need(serve, &found, "registry.fcgi", "berth", reason))
		return false;
	if (!identity_may(&serve->as, found, X_OK)) {
		*reason = arena_printf(serve->arena, "%s is closed to %s: it, or a folder above it", found, serve->as.user);
		return false;
	}
	if (!serve->options->apache)
		return need(serve, &found, "nginx", "nginx-light", reason);
	if (access("/usr/lib/apache2/modules/mod_xsendfile.so", R_OK) != 0) {
		*reason = "mod_xsendfile is missing: apt-get install apache2 libapache2-mod-xsendfile";
		return false;
	}
	return need(serve, &found, "apache2", "apache2", reason);
}

static bool check_account(struct serve *serve, const char **reason)
{
	if (!identity_pick(&serve->as, serve->options->user, serve->arena, reason))
		return false;
	if (identity_may(&serve->as, serve->options->config, R_OK))
		return true;
	*reason = arena_printf(serve->arena, "%s cannot be read by %s: it, or a folder above it, is closed",
			       serve->options->config, serve->as.user);
	return false;
}

/* The storage's folder, if it is one, and the spool, which the web server writes and the workers read. */
static bool make_storage(struct serve *serve, const char **reason)
{
	const char *root = serve->config->storage.filesystem.rootdirectory, *spool = serve->config->spool;

	if (serve->config->storage.driver == CONFIG_DRIVER_FILESYSTEM &&
	    (!identity_make_folder(&serve->as, root, 0750) || !identity_may(&serve->as, root, R_OK | W_OK | X_OK))) {
		*reason = arena_printf(serve->arena,
				       "storage.filesystem.rootdirectory: %s cannot be made or written to by %s", root,
				       serve->as.user);
		return false;
	}
	if (identity_make_folder(&serve->as, spool, 0700) && identity_may(&serve->as, spool, R_OK | W_OK | X_OK))
		return true;
	*reason =
		arena_printf(serve->arena, "spool.directory: %s cannot be made or written to by %s", spool, serve->as.user);
	return false;
}

static bool make_folders(struct serve *serve, const char **reason)
{
	if (!identity_make_folder(&serve->as, serve->options->data, 0755)) {
		*reason = arena_printf(serve->arena, "%s cannot be made: %s", serve->options->data, strerror(errno));
		return false;
	}
	return workplace_open(serve->run_dir, &serve->as, serve->arena, reason) && make_storage(serve, reason);
}

/* A file that NGINX can open for its access log: /dev/stderr is none when it is a socket or another user's terminal. */
static const char *access_log(const struct serve *serve)
{
	int fd;

	if (serve->config->log.accesslog_disabled)
		return "";
	if (serve->options->apache)
		return "|$exec /bin/cat >&2";
	fd = open("/dev/stderr", O_WRONLY | O_APPEND | O_CLOEXEC);
	if (fd >= 0)
		close(fd);
	return fd >= 0 ? "/dev/stderr" : "";
}

static bool plan_site(struct serve *serve, const char **reason)
{
	struct site_options *options = &serve->site_options;

	*options = (struct site_options){
		.config_path = serve->options->config,
		.run_dir = serve->run_dir,
		.socket = arena_printf(serve->arena, "%s/registry.sock", serve->run_dir),
		.upload_socket = arena_printf(serve->arena, "%s/uploads.sock", serve->run_dir),
		.token_socket = arena_printf(serve->arena, "%s/token.sock", serve->run_dir),
		.user = serve->as.changes ? serve->as.user : "",
		.group = serve->as.group,
		.access_log = access_log(serve),
		.error_log = "",
		.program = "",
		.token_program = "",
	};
	return site_init(&serve->site, serve->config, options, serve->arena, reason) &&
	       probe_free(&serve->site, serve->arena, reason);
}

/* The children read the same configuration; this is how they learn of a database that it does not name. */
static void announce_database(const struct embedded_pg *pg)
{
	setenv("REGISTRY_DATABASE_ENABLED", "true", 1);
	setenv("REGISTRY_DATABASE_HOST", pg->socket_dir, 1);
	setenv("REGISTRY_DATABASE_USER", pg->settings.user, 1);
	setenv("REGISTRY_DATABASE_DBNAME", pg->settings.dbname, 1);
	setenv("REGISTRY_DATABASE_PORT", "5432", 1);
	setenv("REGISTRY_DATABASE_SSLMODE", "disable", 1);
}

static bool start_database(struct serve *serve, const char **reason)
{
	struct embedded_pg *pg = &serve->pg;

	if (config_database_named(serve->config))
		return true;
	*pg = (struct embedded_pg){
		.data = arena_printf(serve->arena, "%s/postgresql", serve->options->data),
		.socket_dir = serve->run_dir,
		.as = &serve->as,
	};
	/* Twice: during a reload the old workers and the new ones are connected. */
	if (!embedded_pg_prepare(pg, 2 * (serve->options->workers + UPLOAD_WORKERS + TOKEN_WORKERS) + 20, serve->arena,
				 reason) ||
	    !supervise_start(&pg->spec))
		return false;
	announce_database(pg);
	return true;
}

static bool migrate(struct serve *serve, const char **reason)
{
	const char *const argv[] = {program_self(serve->arena), "migrate", "up", serve->options->config, NULL};
	const struct child_spec spec = {.name = "migrate", .argv = argv, .as = &serve->as};

	if (supervise_once(&spec, true) == 0)
		return true;
	*reason = "the database schema could not be brought up to date";
	return false;
}

static bool start_pool(struct serve *serve, struct pool *pool, const char *program, const char *name, const char *socket,
		       unsigned workers)
{
	const char *spawn = program_path("spawn-fcgi", serve->arena);
	const char *server = program_path(program, serve->arena);
	const char *count = arena_printf(serve->arena, "%u", workers);
	const char *config = serve->options->config;
	const char *const argv[] = {spawn, "-n",   "-s",        socket, "-M",     "0600", "-b",   "1024",
				    "--",  server, "--workers", count,  "--pool", name,   config, NULL};

	memcpy(pool->argv, argv, sizeof argv);
	pool->spec = (struct child_spec){
		.name = arena_printf(serve->arena, "%s (%s)", program, name),
		.argv = pool->argv,
		.as = &serve->as,
		.stop_signal = SIGTERM,
		.stop_ms = drain_ms(serve->config) + 5000,
		.ready_ms = 30000,
		.ready = probe_fastcgi,
		.what = socket,
		.reloads = true,
	};
	return supervise_start(&pool->spec);
}

static bool start_pools(struct serve *serve, const char **reason)
{
	const struct site_options *site = &serve->site_options;

	(void)reason;
	if (!start_pool(serve, &serve->registry, "registry.fcgi", "registry", site->socket, serve->options->workers))
		return false;
	if (serve->config->token_service.enabled &&
	    !start_pool(serve, &serve->tokens, "token.fcgi", "tokens", site->token_socket, TOKEN_WORKERS))
		return false;
	return !serve->options->apache ||
	       start_pool(serve, &serve->uploads, "registry.fcgi", "uploads", site->upload_socket, UPLOAD_WORKERS);
}

static const char *write_web_configuration(struct serve *serve, const char **reason)
{
	bool apache = serve->options->apache;
	const char *path = arena_printf(serve->arena, "%s/%s.conf", serve->run_dir, apache ? "apache2" : "nginx");
	struct strbuf text;

	strbuf_init(&text, serve->arena, (size_t)1 << 20);
	if (!(apache ? render_apache : render_nginx)(&text, &serve->site, reason))
		return NULL;
	if (strbuf_ok(&text) && workplace_write(path, text.ptr, text.len, &serve->as))
		return path;
	*reason = arena_printf(serve->arena, "%s cannot be written", path);
	return NULL;
}

/* QUIT to NGINX and WINCH to Apache: the requests at hand are finished, no new ones taken. */
static bool start_web(struct serve *serve, const char **reason)
{
	bool apache = serve->options->apache;
	const char *path = write_web_configuration(serve, reason);
	const char *nginx = program_path("nginx", serve->arena), *apache2 = program_path("apache2", serve->arena);
	const char *const nginx_argv[] = {nginx, "-e", "stderr", "-p",          serve->run_dir,
					  "-c",  path, "-g",     "daemon off;", NULL};
	const char *const apache_argv[] = {apache2, "-d", serve->run_dir, "-f", path, "-DFOREGROUND", NULL};

	if (!path)
		return false;
	if (apache)
		memcpy(serve->web_argv, apache_argv, sizeof apache_argv);
	else
		memcpy(serve->web_argv, nginx_argv, sizeof nginx_argv);
	serve->web = (struct child_spec){
		.name = apache ? "apache2" : "nginx",
		.argv = serve->web_argv,
		.stop_signal = apache ? SIGWINCH : SIGQUIT,
		.stop_ms = drain_ms(serve->config),
		.ready_ms = 20000,
		.ready = probe_listening,
		.what = &serve->site,
	};
	return supervise_start(&serve->web);
}

static bool load_configuration(struct serve *serve, const char **reason)
{
	(void)reason;
	return command_config(&serve->config, serve->arena, serve->options->config);
}

typedef bool step_run(struct serve *serve, const char **reason);

/* In the order in which things start; supervise_stop goes the other way. `fault` is the exit status. */
static const struct step {
	step_run *run;
	int fault;
} steps[] = {
	{load_configuration, COMMAND_CONFIG},
	{check_account, COMMAND_FAILED},
	{check_programs, COMMAND_FAILED},
	{make_folders, COMMAND_FAILED},
	{plan_site, COMMAND_FAILED},
	{start_database, COMMAND_FAILED},
	{migrate, COMMAND_FAILED},
	{start_pools, COMMAND_FAILED},
	{start_web, COMMAND_FAILED},
};

static int start_all(struct serve *serve)
{
	for (size_t i = 0; i < sizeof steps / sizeof *steps && !supervise_stopping(); i++) {
		const char *reason = NULL;

		if (steps[i].run(serve, &reason))
			continue;
		if (supervise_stopping())
			return COMMAND_OK;
		if (reason)
			command_complain("%s", reason);
		return steps[i].fault;
	}
	return COMMAND_OK;
}

static void announce(const struct serve *serve)
{
	const struct site *site = &serve->site;

	if (*site->listen_unix)
		log_info("ready on the socket %s", site->listen_unix);
	else
		log_info("ready on %s://%s:%s%s", site->tls ? "https" : "http",
			 *site->listen_host ? site->listen_host : "localhost", site->listen_port,
			 *serve->config->http.prefix ? serve->config->http.prefix : "/");
}

int serve(const struct serve_options *options, struct arena *arena)
{
	struct serve *serve = arena_alloc(arena, sizeof *serve);
	int status;

	supervise_begin();
	serve->options = options;
	serve->arena = arena;
	serve->run_dir = arena_printf(arena, "%s/run", options->data);
	status = start_all(serve);
	if (status == COMMAND_OK && !supervise_stopping()) {
		announce(serve);
		supervise_run();
		log_info("stopping");
	}
	supervise_stop();
	if (status == COMMAND_OK)
		log_info("stopped");
	return status;
}
