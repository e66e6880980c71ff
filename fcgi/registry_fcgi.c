/* SPDX-License-Identifier: MIT */
/* The registry. */
#include "berth/fcgi/program.h"

static const struct fcgi_program registry = {
	.words.name = "registry.fcgi",
	.words.summary =
		"Serves the registry over FastCGI on the listening socket that is its descriptor 0, so start it with "
		"spawn-fcgi -n:\n"
		"    spawn-fcgi -n -s /run/berth/registry.sock -- registry.fcgi /etc/berth/config.yml\n",
	.words.pools = "registry uploads",
	.words.pool_help = "`registry`, or `uploads` for a second instance that takes streamed uploads (registry)",
	.services = APP_REGISTRY,
};

int main(int argc, char **argv)
{
	return fcgi_main(&registry, argc, argv);
}
