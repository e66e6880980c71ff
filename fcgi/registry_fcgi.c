/* SPDX-License-Identifier: MIT */
/* The registry application. */
#include "berth/app/app.h"
#include "berth/fcgi/program.h"
#include "berth/fcgi/throttle.h"

static bool check(struct app *app, char *reason, size_t size)
{
	return app_check(app, reason, size) && app_open_auth(app, reason, size);
}

static struct app_worker *worker_new(const struct app *app, _Atomic uint64_t *generation)
{
	return app_worker_new(app, generation, fcgi_throttle(0));
}

static const struct fcgi_program registry = {
	.words.name = "registry.fcgi",
	.words.summary =
		"Serves the registry over FastCGI on the listening socket that is its descriptor 0, so start it with "
		"spawn-fcgi -n:\n"
		"    spawn-fcgi -n -s /run/berth/registry.sock -- registry.fcgi /etc/berth/config.yml\n",
	.words.pools = "registry uploads",
	.words.pool_help = "`registry`, or `uploads` for a second instance that takes streamed uploads (registry)",
	.check = check,
	.worker_new = worker_new,
};

int main(int argc, char **argv)
{
	return fcgi_main(&registry, argc, argv);
}
