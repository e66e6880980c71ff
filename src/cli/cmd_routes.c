/* SPDX-License-Identifier: MIT */
/* `berth routes`: the end-points of the registry, and what each requires of a caller. */
#include <stdio.h>

#include "berth/api/api.h"
#include "berth/http/route.h"
#include "command_priv.h"

static const char *routes_action(enum api_action action)
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

static int routes_run(int argc, char **argv, struct arena *arena)
{
	const struct api_rule *rules;
	const struct route *routes;
	size_t count;

	(void)argv, (void)arena;
	if (argc > 1)
		return command_usage(&cmd_routes);
	routes = api_routes(&api_registry, &count);
	rules = api_rules(&api_registry);
	for (size_t i = 0; i < count; i++)
		for (enum http_method method = HTTP_GET; method <= HTTP_OPTIONS; method <<= 1)
			if (routes[i].methods & (int)method)
				printf("%s\t%s\t%s\t%s\n", http_method_name(method), routes[i].pattern,
				       routes_action(rules[i].action), route_body_word(routes[i].body.place));
	return COMMAND_OK;
}

const struct command cmd_routes = {
	.name = "routes",
	.summary = "list the end-points and what each requires of a caller",
	.help = "usage: berth routes\n"
		"\n"
		"Prints one line for each method of each path of the registry: method, path, action and body, with tabs between them.\n"
		"\n"
		"Actions, which authorisation must allow: none (no credentials needed), any (any valid credentials), pull, push (pull and\n"
		"push), mount (push, and pull of the repository `from`), continue (push, or the expired token that began the upload), delete,\n"
		"catalog (registry:catalog:*).\n"
		"\n"
		"Bodies: none, buffered (by the web server), spooled (NGINX writes a file, Apache streams).\n",
	.run = routes_run,
};
