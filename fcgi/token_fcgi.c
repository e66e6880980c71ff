/* SPDX-License-Identifier: MIT */
/* The token service. */
#include "berth/fcgi/program.h"

static const struct fcgi_program token_service = {
	.words.name = "token.fcgi",
	.words.summary =
		"Serves the token service of the configuration's token_service section over FastCGI on the listening "
		"socket\nthat is its descriptor 0, so start it with spawn-fcgi -n:\n"
		"    spawn-fcgi -n -s /run/berth/token.sock -- token.fcgi /etc/berth/config.yml\n",
	.words.pools = "tokens",
	.words.pool_help = "`tokens`, the only one",
	.services = APP_TOKENS,
};

int main(int argc, char **argv)
{
	return fcgi_main(&token_service, argc, argv);
}
