/* SPDX-License-Identifier: MIT */
/* The token service. */
#include "berth/app/token.h"
#include "berth/fcgi/program.h"
#include "berth/fcgi/throttle.h"

static struct app_worker *worker_new(const struct app *app, _Atomic uint64_t *generation)
{
	(void)generation;
	return app_token_worker_new(app, fcgi_throttle((unsigned)app->config->token_service.hashworkers));
}

static const struct fcgi_program token_service = {
	.words.name = "token.fcgi",
	.words.summary =
		"Serves the token service of the configuration's token_service section over FastCGI on the listening "
		"socket\nthat is its descriptor 0, so start it with spawn-fcgi -n:\n"
		"    spawn-fcgi -n -s /run/berth/token.sock -- token.fcgi /etc/berth/config.yml\n",
	.words.pools = "tokens",
	.words.pool_help = "`tokens`, the only one",
	.check = app_token_check,
	.worker_new = worker_new,
};

int main(int argc, char **argv)
{
	return fcgi_main(&token_service, argc, argv);
}
