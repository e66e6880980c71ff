/* SPDX-License-Identifier: MIT */
/* The registry application: started by spawn-fcgi with the listening socket on descriptor 0. */
#include <stdio.h>
#include <string.h>

#include "berth/app/app.h"
#include "berth/base/limits.h"
#include "berth/base/log.h"
#include "berth/config/config.h"
#include "berth/fcgi/fcgi_io.h"
#include "berth/fcgi/options.h"
#include "berth/fcgi/prefork.h"

enum { EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_CONFIG = 3 };

struct program {
	struct fcgi_options options;
	struct prefork_options prefork;
	struct app app;
};

static int work(void *context, int slot)
{
	struct program *program = context;
	struct fcgi_io *io = fcgi_io_new();
	struct app_worker *worker = app_worker_new(&program->app, &prefork_shared()->cache_generation);
	struct arena arena;
	struct http_io transport;
	int fd;

	(void)slot;
	if (!io || !worker)
		return EXIT_FAILED;
	arena_init(&arena, LIMIT_REQUEST_MEMORY);
	while ((fd = prefork_accept(0)) >= 0) {
		if (fcgi_io_begin(io, fd, &transport)) {
			api_serve(app_worker_api(worker), &transport, &arena);
			fcgi_io_finish(io);
		}
		prefork_request_done();
	}
	arena_release(&arena);
	app_worker_free(worker);
	fcgi_io_free(io);
	return 0;
}

static int keep_house(void *context)
{
	const struct program *program = context;
	struct app_worker *worker = app_worker_new(&program->app, &prefork_shared()->cache_generation);

	if (!worker)
		return EXIT_FAILED;
	app_housekeep(&program->app, worker, prefork_worker_stopping);
	app_worker_free(worker);
	return 0;
}

static unsigned drain_ms(const struct config *config)
{
	int64_t ms = config->http.draintimeout / 1000000;

	if (ms == 0 && config->http.draintimeout > 0)
		ms = 1;
	return ms > UINT32_MAX ? UINT32_MAX : (unsigned)ms;
}

/* What the web server's configuration was rendered from, too, does not follow a reload. */
static void warn_restart(const struct config *old, struct app *next)
{
	const char *key = config_restart_key(old, next->config, &next->arena);

	if (key)
		log_warn("reload: %s has changed, which takes a new web server configuration and a restart", key);
}

/* In the master: the new configuration is used only when a registry could start with it. */
static bool reload(void *context)
{
	struct program *program = context;
	struct app next;
	char reason[512];

	if (!app_load(&next, program->options.config, environ, stderr))
		return false;
	if (!app_check(&next, reason, sizeof reason)) {
		log_error("reload: %s", reason);
		app_release(&next);
		return false;
	}
	warn_restart(program->app.config, &next);
	app_release(&program->app);
	program->app = next;
	program->prefork.drain_ms = drain_ms(program->app.config);
	return true;
}

static bool start(struct program *program)
{
	char reason[512];

	if (app_check(&program->app, reason, sizeof reason))
		return true;
	log_error("cannot start: %s", reason);
	app_release(&program->app);
	return false;
}

int main(int argc, char **argv)
{
	static struct program program;

	prefork_hold_signals();
	switch (fcgi_options_read(&program.options, argc, argv)) {
	case FCGI_OPTIONS_RUN: break;
	case FCGI_OPTIONS_DONE: return 0;
	case FCGI_OPTIONS_WRONG: return EXIT_USAGE;
	}
	if (!prefork_is_listening(0)) {
		fputs("registry.fcgi: descriptor 0 is not a listening socket: start it with spawn-fcgi -n\n", stderr);
		return EXIT_USAGE;
	}
	if (!app_load(&program.app, program.options.config, environ, stderr))
		return EXIT_CONFIG;
	if (!start(&program))
		return EXIT_FAILED;
	program.prefork = (struct prefork_options){
		.name = program.options.pool,
		.workers = program.options.workers,
		.worker = work,
		.housekeeper = strcmp(program.options.pool, "registry") == 0 ? keep_house : NULL,
		.reload = reload,
		.ctx = &program,
		.drain_ms = drain_ms(program.app.config),
		.memory_ceiling = program.options.memory_ceiling,
		.max_requests = program.options.max_requests,
	};
	return prefork_run(&program.prefork);
}
