/* SPDX-License-Identifier: MIT */
/* The token service. */
#include "berth/app/token.h"
#include "berth/fcgi/prefork.h"
#include "berth/fcgi/program.h"

#define WAIT_MS 2000 /* for a password's turn; one takes some 50 ms */

/* The worker's: how many of its pool may hash passwords at once. */
static unsigned limit;

static bool enter(void *context)
{
	return gate_enter(context, limit, WAIT_MS);
}

static void leave(void *context)
{
	gate_leave(context);
}

static struct app_worker *worker_new(const struct app *app, _Atomic uint64_t *generation)
{
	static struct issuer_gate gate;
	struct prefork_shared *shared = prefork_shared();
	unsigned workers = atomic_load(&shared->workers);

	(void)generation;
	limit = (unsigned)app->config->token_service.hashworkers;
	if (limit == 0)
		limit = workers / 4 > 0 ? workers / 4 : 1;
	gate = (struct issuer_gate){enter, leave, &shared->gate};
	return app_token_worker_new(app, &gate);
}

static const struct fcgi_program token_service = {
	.words = {
		.name = "token.fcgi",
		.summary = "Serves the token service of the configuration's token_service section over FastCGI on the listening "
			   "socket\nthat is its descriptor 0, so start it with spawn-fcgi -n:\n"
			   "    spawn-fcgi -n -s /run/berth/token.sock -- token.fcgi /etc/berth/config.yml\n",
		.pools = "tokens",
		.pool_help = "`tokens`, the only one",
	},
	.check = app_token_check,
	.worker_new = worker_new,
	.housekeep = app_token_housekeep,
};

int main(int argc, char **argv)
{
	return fcgi_main(&token_service, argc, argv);
}
