/* SPDX-License-Identifier: MIT */
/* `berth routes`: the end-points of the registry, and what each asks of a caller. */
#include <stdio.h>

#include "berth/api/api.h"
#include "berth/http/route.h"
#include "command_priv.h"

static const char *action_name(enum route_action action)
{
	switch (action) {
	case ACTION_NONE: return "none";
	case ACTION_ANY: return "any";
	case ACTION_PULL: return "pull";
	case ACTION_PUSH: return "push";
	case ACTION_MOUNT: return "mount";
	case ACTION_CONTINUE: return "continue";
	case ACTION_DELETE: return "delete";
	case ACTION_CATALOG: return "catalog";
	}
	return "?";
}

static int run(int argc, char **argv, struct arena *arena)
{
	const struct route *routes;
	size_t count;

	(void)argv, (void)arena;
	if (argc > 1)
		return command_usage(&cmd_routes);
	routes = api_routes(&api_registry, &count);
	for (size_t i = 0; i < count; i++)
		for (enum http_method method = HTTP_GET; method <= HTTP_OPTIONS; method <<= 1)
			if (routes[i].methods & (int)method)
				printf("%s\t%s\t%s\t%s\n", http_method_name(method), routes[i].pattern,
				       action_name(routes[i].action), route_body_word(routes[i].body.place));
	return COMMAND_OK;
}

const struct command cmd_routes = {
	.name = "routes",
	.summary = "list the end-points and what each asks of a caller",
	.help = "usage: berth routes\n"
		"\n"
		"One line for each method of each path of the registry: method, path, action and body, parted by tabs.\n"
		"Actions: none (anybody), any (good credentials), pull, push (pull and push), mount (push; pull on `from` is\n"
		"asked for, too), continue (push; or the expired token that began the upload), delete, catalog\n"
		"(registry:catalog:*). Bodies: none, buffered (by the web server), spooled (by NGINX; Apache streams them).\n",
	.run = run,
};
