/* SPDX-License-Identifier: MIT */
/* A FastCGI program. spawn-fcgi starts it with the listening socket on descriptor 0. */
#include "berth/fcgi/program.h"

#include <stdio.h>
#include <unistd.h>

#include "berth/base/limits.h"
#include "berth/base/log.h"
#include "berth/config/config.h"
#include "berth/fcgi/fcgi_io.h"
#include "berth/fcgi/peer_timer.h"
#include "berth/fcgi/prefork.h"
#include "berth/fcgi/throttle.h"
#include "berth/jobs/jobs.h"

enum { EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_CONFIG = 3 };

struct running {
	const struct fcgi_program *program;
	struct fcgi_options options;
	struct prefork_options prefork;
	struct app app;
};

#define NS_PER_MS 1000000

/* A pool other than the first one takes streamed uploads. */
static struct peer_rules rules_of(const struct running *running)
{
	const struct config_slowclient *slow = &running->app.config->http.slowclient;
	bool uploads = !running->options.first_pool;

	return (struct peer_rules){
		.terms.silence_ms = (uploads ? slow->uploadsilence : slow->silence) / NS_PER_MS,
		.terms.rate = (uint64_t)(uploads ? slow->uploadleastrate : slow->leastrate),
		.share = running->options.workers * (unsigned)slow->share / 100,
		.listening = 0,
	};
}

/* While somebody guesses passwords, so many workers may hash them at once; 0: as many as the throttle takes by itself. */
static unsigned hash_workers(const struct running *running)
{
	return running->program->services & APP_TOKENS ? (unsigned)running->app.config->token_service.hashworkers : 0;
}

static struct app_worker *open_services(const struct running *running)
{
	return app_worker_new(&running->app, running->program->services, &prefork_shared()->cache_generation,
			      fcgi_throttle(hash_workers(running)));
}

static int work(void *context, int slot)
{
	struct running *running = context;
	struct peer_rules rules = rules_of(running);
	struct fcgi_io *io = fcgi_io_new();
	struct app_worker *worker = open_services(running);
	struct arena arena;
	struct http_io transport;
	int fd;

	(void)slot;
	if (!io || !worker || !peer_timer_install(&rules))
		return EXIT_FAILED;
	prefork_while_idle(fcgi_io_idle, io);
	arena_init(&arena, LIMIT_REQUEST_MEMORY);
	while (!arena.unrecoverable && (fd = prefork_accept(0)) >= 0) {
		log_peer_set("");
		if (fcgi_io_begin(io, fd, &transport)) {
			api_serve(app_worker_api(worker), &transport, &arena);
			fcgi_io_finish(io);
		}
		log_peer_set(NULL);
		prefork_request_done();
	}
	if (arena.unrecoverable)
		log_error("worker %d: out of memory outside a request's arena; restarting", (int)getpid());
	arena_release(&arena);
	app_worker_free(worker);
	fcgi_io_free(io);
	return 0;
}

static int run_jobs(void *context, const char *process)
{
	const struct running *running = context;
	const char *pool = running->options.pool;
	struct app_worker *worker = NULL;

	if (jobs_needs(pool, process) != JOB_NEEDS_NOTHING) {
		worker = open_services(running);
		if (!worker)
			return EXIT_FAILED;
	}
	app_run_jobs(&running->app, worker, pool, process, prefork_worker_stopping);
	app_worker_free(worker);
	return 0;
}

static void start_jobs(struct running *running)
{
	static struct prefork_auxiliary auxiliaries[JOBS_PROCESSES_MAX];
	const char *titles[JOBS_PROCESSES_MAX];
	size_t count = jobs_processes(running->options.pool, titles);

	_Static_assert(JOBS_PROCESSES_MAX <= PREFORK_AUXILIARIES_MAX, "the master has a slot for each process");
	jobs_share();
	for (size_t i = 0; i < count; i++)
		auxiliaries[i] = (struct prefork_auxiliary){titles[i], run_jobs};
	running->prefork.auxiliaries = auxiliaries;
	running->prefork.auxiliary_count = (unsigned)count;
}

static unsigned drain_ms(const struct config *config)
{
	int64_t ms = config->http.draintimeout / NS_PER_MS;

	if (ms == 0 && config->http.draintimeout > 0)
		ms = 1;
	return ms > UINT32_MAX ? UINT32_MAX : (unsigned)ms;
}

/* The web server's configuration was rendered from the same keys, and does not follow a reload. */
static void warn_restart(const struct config *old, struct app *next)
{
	const char *key = config_restart_key(old, next->config, &next->arena);

	if (key)
		log_warn("reload: %s has changed, which takes a new web server configuration and a restart", key);
}

/* Runs in the master. A configuration with which the program could not start is refused. */
static bool reload(void *context)
{
	struct running *running = context;
	struct app next;
	char reason[512];

	if (!app_load(&next, running->options.config, environ, stderr))
		return false;
	if (!app_open(&next, running->program->services, reason, sizeof reason)) {
		log_error("reload: %s", reason);
		app_release(&next);
		return false;
	}
	warn_restart(running->app.config, &next);
	app_release(&running->app);
	running->app = next;
	running->prefork.drain_ms = drain_ms(running->app.config);
	return true;
}

static bool check_start(struct running *running)
{
	char reason[512];

	if (app_open(&running->app, running->program->services, reason, sizeof reason))
		return true;
	log_error("cannot start: %s", reason);
	app_release(&running->app);
	return false;
}

int fcgi_main(const struct fcgi_program *program, int argc, char **argv)
{
	static struct running running;

	running.program = program;
	prefork_hold_signals();
	switch (fcgi_options_read(&running.options, &program->words, argc, argv)) {
	case FCGI_OPTIONS_RUN: break;
	case FCGI_OPTIONS_DONE: return 0;
	case FCGI_OPTIONS_WRONG: return EXIT_USAGE;
	}
	if (!prefork_is_listening(0)) {
		fprintf(stderr, "%s: descriptor 0 is not a listening socket: start it with spawn-fcgi -n\n",
			program->words.name);
		return EXIT_USAGE;
	}
	if (!app_load(&running.app, running.options.config, environ, stderr))
		return EXIT_CONFIG;
	if (!check_start(&running))
		return EXIT_FAILED;
	running.prefork = (struct prefork_options){
		.name = running.options.pool,
		.workers = running.options.workers,
		.worker = work,
		.reload = reload,
		.ctx = &running,
		.drain_ms = drain_ms(running.app.config),
		.memory_ceiling = running.options.memory_ceiling,
		.max_requests = running.options.max_requests,
	};
	start_jobs(&running);
	api_label_routes();
	return prefork_run(&running.prefork);
}
