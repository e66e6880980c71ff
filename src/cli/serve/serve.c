/* SPDX-License-Identifier: MIT */
/* `berth serve`: a list of steps. Each step starts something, or says in one line why it cannot. */
#include "serve_priv.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../command_priv.h"
#include "../host/programs_priv.h"
#include "../host/trusted_priv.h"
#include "../render/site_priv.h"
#include "../render/web_server_priv.h"
#include "berth/base/log.h"
#include "embedded_pg_priv.h"
#include "probe_priv.h"
#include "relay_priv.h"
#include "workplace_priv.h"

#define DRAIN_DEFAULT_MS 10000 /* the workers take a draintimeout of 0 for this, too */
#define OPEN_FILES 16384       /* worker_rlimit_nofile of the rendered configuration of NGINX */
#define TOKEN_WORKERS 4
#define UPLOAD_WORKERS 4 /* behind a web server that streams uploads */

/* Processes of one program behind one socket. */
struct pool {
	const char *name, *program;
	enum role role;
	const char *socket;
	const char *mode; /* of the socket: admits the web server, which has account and group of the workers */
	unsigned workers;
	bool wanted; /* by this configuration and web server */
	const char *argv[20];
	struct child_spec spec;
};

#define POOLS 3

struct serve {
	const struct serve_options *options;
	struct arena *arena;
	const struct config *config;
	struct accounts accounts;
	struct workplace place;
	struct site_options site_options;
	struct site site;
	struct embedded_pg pg;
	struct pool pools[POOLS];
	const char *web_argv[WEB_SERVER_ARGS];
	struct child_spec web;
};

static unsigned serve_drain_ms(const struct config *config)
{
	int64_t ms = config->http.draintimeout / 1000000;

	return ms <= 0 || ms > 3600000 ? DRAIN_DEFAULT_MS : (unsigned)ms;
}

static bool serve_need(struct serve *serve, const char **out, const char *program, const char *package, const char **reason)
{
	*out = program_path(program, serve->arena);
	if (!*out)
		*reason = arena_printf(serve->arena, "the program %s is missing: apt-get install %s", program, package);
	return *out != NULL;
}

static const struct unix_account *serve_account(const struct serve *serve, enum role role)
{
	return &serve->accounts.of[role];
}

static bool open_to(struct serve *serve, enum role role, const char *path, int mode, const char **reason)
{
	if (unix_account_may(serve_account(serve, role), path, mode))
		return true;
	*reason = arena_printf(serve->arena,
			       "%s is closed to the account %s: change its mode, or the mode of a folder above it", path,
			       serve_account(serve, role)->user);
	return false;
}

static bool check_programs(struct serve *serve, const char **reason)
{
	const struct web_server *server = serve->options->server;
	const char *found;

	if (!serve_need(serve, &found, "spawn-fcgi", "spawn-fcgi", reason))
		return false;
	if (serve->config->token_service.enabled && (!serve_need(serve, &found, "token.fcgi", "berth", reason) ||
						     !open_to(serve, ROLE_TOKENS, found, X_OK, reason)))
		return false;
	if (!serve_need(serve, &found, "registry.fcgi", "berth", reason) ||
	    !open_to(serve, ROLE_WORKERS, found, X_OK, reason) ||
	    !serve_need(serve, &found, server->program, server->package, reason))
		return false;
	if (!*server->module || access(server->module, R_OK) == 0)
		return true;
	*reason = arena_printf(serve->arena, "the module %s of %s is missing: apt-get install %s", server->module_name,
			       server->program, server->module_package);
	return false;
}

static bool check_accounts(struct serve *serve, const char **reason)
{
	bool tokens = serve->config->token_service.enabled, database = !config_database_named(serve->config);
	unsigned needed = ROLE_BIT(ROLE_WORKERS) | (tokens ? ROLE_BIT(ROLE_TOKENS) : 0) |
			  (database ? ROLE_BIT(ROLE_DATABASE) : 0);

	if (!accounts_pick(&serve->accounts, serve->options->users, needed, serve->arena, reason))
		return false;
	relay_give(serve_account(serve, ROLE_WORKERS)->uid, serve_account(serve, ROLE_WORKERS)->gid);
	return open_to(serve, ROLE_WORKERS, serve->options->config, R_OK, reason) &&
	       (!tokens || open_to(serve, ROLE_TOKENS, serve->options->config, R_OK, reason));
}

static bool make_for_workers(struct serve *serve, const char *key, const char *path, mode_t mode, const char **reason)
{
	const struct unix_account *workers = serve_account(serve, ROLE_WORKERS);
	const char *why = "the account may not write to it";

	if (unix_account_make_folder(workers, path, mode, serve->arena, &why) &&
	    unix_account_may(workers, path, R_OK | W_OK | X_OK))
		return true;
	*reason = arena_printf(serve->arena, "%s: the account %s cannot make %s or write to it: %s", key, workers->user,
			       path, why);
	return false;
}

/* Makes the folder of the filesystem driver, and the spool, which the web server writes and the workers read. */
static bool serve_make_storage(struct serve *serve, const char **reason)
{
	const struct config *config = serve->config;

	return (config->storage.driver != CONFIG_DRIVER_FILESYSTEM ||
		make_for_workers(serve, "storage.filesystem.rootdirectory", config->storage.filesystem.rootdirectory, 0750,
				 reason)) &&
	       make_for_workers(serve, "spool.directory", config->spool, 0700, reason);
}

static bool serve_make_folders(struct serve *serve, const char **reason)
{
	return workplace_open(&serve->place, serve->options->data, &serve->accounts, serve->arena, reason) &&
	       serve_make_storage(serve, reason);
}

static bool plan_site(struct serve *serve, const char **reason)
{
	struct site_options *options = &serve->site_options;
	const struct workplace *place = &serve->place;

	*options = (struct site_options){
		.config_path = serve->options->config,
		.config_dir = place->dir,
		.run_dir = place->web,
		.socket = arena_printf(serve->arena, "%s/registry.sock", place->fcgi),
		.upload_socket = arena_printf(serve->arena, "%s/uploads.sock", place->fcgi),
		.token_socket = arena_printf(serve->arena, "%s/token.sock", place->token),
		.user = "",
		.group = "",
		.access_log = serve->config->log.accesslog_disabled ? "" : "/dev/stderr",
		.error_log = serve->options->server->error_log,
		.program = "",
		.token_program = "",
	};
	return site_init(&serve->site, serve->config, options, serve->arena, reason) &&
	       site_share_key(&serve->site, serve_account(serve, ROLE_WORKERS), serve->arena, reason) &&
	       probe_free(&serve->site, serve_account(serve, ROLE_WORKERS), serve->arena, reason);
}

/* The children read the same configuration, which names no database: the environment names it to them. */
static void announce_database(const struct embedded_pg *pg)
{
	char port[16];

	(void)snprintf(port, sizeof port, "%u", pg->settings.port);
	setenv("REGISTRY_DATABASE_ENABLED", "true", 1);
	setenv("REGISTRY_DATABASE_HOST", pg->socket_dir, 1);
	setenv("REGISTRY_DATABASE_USER", pg->settings.user, 1);
	setenv("REGISTRY_DATABASE_DBNAME", pg->settings.dbname, 1);
	setenv("REGISTRY_DATABASE_PORT", port, 1);
	setenv("REGISTRY_DATABASE_SSLMODE", "disable", 1);
}

static bool start_database(struct serve *serve, const char **reason)
{
	struct embedded_pg *pg = &serve->pg;

	if (config_database_named(serve->config))
		return true;
	*pg = (struct embedded_pg){
		.data = arena_printf(serve->arena, "%s/postgresql", serve->options->data),
		.socket_dir = serve->place.db,
		.rules_dir = serve->place.dir,
		.accounts = &serve->accounts,
	};
	/* Twice as many as workers: during a reload the old ones and the new ones are connected. */
	if (!embedded_pg_prepare(pg, 2 * (serve->options->workers + UPLOAD_WORKERS + TOKEN_WORKERS) + 20, serve->arena,
				 reason) ||
	    !supervise_start(&pg->spec))
		return false;
	announce_database(pg);
	return true;
}

static bool serve_migrate(struct serve *serve, const char **reason)
{
	const char *const argv[] = {program_self(serve->arena), "migrate", "up", serve->options->config, NULL};
	const struct child_spec spec = {.name = "migrate", .argv = argv, .as = serve_account(serve, ROLE_WORKERS)};

	if (supervise_once(&spec, true) == 0)
		return true;
	*reason = "the schema of the database could not be brought up to date: see the lines of migrate above";
	return false;
}

static bool start_pool(struct serve *serve, struct pool *pool)
{
	const char *spawn = program_path("spawn-fcgi", serve->arena), *server = program_path(pool->program, serve->arena);
	const char *workers = arena_printf(serve->arena, "%u", pool->workers);
	const char *const argv[] = {spawn,       "-n",    "-s",     pool->socket, "-M",
				    pool->mode,  "-b",    "1024",   "--",         server,
				    "--workers", workers, "--pool", pool->name,   serve->options->config,
				    NULL};

	memcpy(pool->argv, argv, sizeof argv);
	pool->spec = (struct child_spec){
		.name = arena_printf(serve->arena, "%s (%s)", pool->program, pool->name),
		.argv = pool->argv,
		.as = serve_account(serve, pool->role),
		.stop_signal = SIGTERM,
		.stop_ms = serve_drain_ms(serve->config) + 5000,
		.ready_ms = 30000,
		.ready = probe_fastcgi,
		.what = pool->socket,
		.reloads = true,
	};
	return supervise_start(&pool->spec);
}

static bool start_pools(struct serve *serve, const char **reason)
{
	const struct site_options *site = &serve->site_options;
	const bool tokens = serve->config->token_service.enabled, streams = !serve->options->server->spools;
	const struct pool pools[POOLS] = {
		{"registry", "registry.fcgi", ROLE_WORKERS, site->socket, "0600", serve->options->workers, .wanted = true},
		{"tokens", "token.fcgi", ROLE_TOKENS, site->token_socket, "0660", TOKEN_WORKERS, .wanted = tokens},
		{"uploads", "registry.fcgi", ROLE_WORKERS, site->upload_socket, "0600", UPLOAD_WORKERS, .wanted = streams},
	};

	(void)reason; /* supervise_start logs it */
	memcpy(serve->pools, pools, sizeof pools);
	for (size_t i = 0; i < POOLS; i++)
		if (serve->pools[i].wanted && !start_pool(serve, &serve->pools[i]))
			return false;
	return true;
}

/* The file is readable by the web server's account, and only the account of this process can change it. */
static bool write_web_configuration(struct serve *serve, const char *path, const char **reason)
{
	const struct trusted_owner owner = {geteuid(), serve_account(serve, ROLE_WORKERS)->gid, 0640};
	struct strbuf text;

	strbuf_init(&text, serve->arena, (size_t)1 << 20);
	if (!serve->options->server->render(&text, &serve->site, reason))
		return false;
	if (strbuf_ok(&text))
		return trusted_write(path, strbuf_span(&text), &owner, serve->arena, reason);
	*reason = arena_printf(serve->arena, "%s would be larger than 1 MiB", path);
	return false;
}

static bool start_web(struct serve *serve, const char **reason)
{
	const struct web_server *server = serve->options->server;
	const char *path = arena_printf(serve->arena, "%s/%s.conf", serve->place.dir, server->program);

	if (!write_web_configuration(serve, path, reason))
		return false;
	web_server_argv(serve->web_argv, server, program_path(server->program, serve->arena), serve->place.web, path);
	serve->web = (struct child_spec){
		.name = server->program,
		.argv = serve->web_argv,
		.as = serve_account(serve, ROLE_WORKERS),
		.low_port = site_has_low_port(&serve->site),
		.stop_signal = server->stop_signal,
		.stop_ms = serve_drain_ms(serve->config),
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

/* In the order of the start; supervise_stop goes the other way. `fault` is the exit status when the step fails. */
static const struct step {
	step_run *run;
	int fault;
} steps[] = {
	{load_configuration, COMMAND_CONFIG}, {check_accounts, COMMAND_FAILED}, {check_programs, COMMAND_FAILED},
	{serve_make_folders, COMMAND_FAILED}, {plan_site, COMMAND_FAILED},      {start_database, COMMAND_FAILED},
	{serve_migrate, COMMAND_FAILED},      {start_pools, COMMAND_FAILED},    {start_web, COMMAND_FAILED},
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

static void serve_announce(const struct serve *serve)
{
	const struct site *site = &serve->site;

	if (*site->listen_unix)
		log_info("ready on the socket %s", site->listen_unix);
	else
		log_info("ready on %s://%s:%s%s", site->tls ? "https" : "http",
			 *site->listen_host ? site->listen_host : "localhost", site->listen_port,
			 *serve->config->http.prefix ? serve->config->http.prefix : "/");
}

/* Only root may raise the hard limit, and the web server is not started as root. */
static void raise_open_files(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_max < OPEN_FILES) {
		limit.rlim_max = OPEN_FILES;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
}

int serve(const struct serve_options *options, struct arena *arena)
{
	struct serve *serve = arena_alloc(arena, sizeof *serve);
	int status;

	supervise_begin();
	raise_open_files();
	serve->options = options;
	serve->arena = arena;
	if (!relay_begin())
		command_complain("cannot make the pipe of the log: %s; the children write to stderr itself",
				 strerror(errno));
	status = start_all(serve);
	if (status == COMMAND_OK && !supervise_stopping()) {
		serve_announce(serve);
		supervise_run();
		log_info("stopping");
	}
	supervise_stop();
	if (status == COMMAND_OK)
		log_info("stopped");
	relay_end();
	return status;
}
