/* SPDX-License-Identifier: MIT */
/* The tables that a program serves: looking a path up, and the routes' names in the metrics. */
#include "call.h"

#include "berth/base/metric.h"

#define LABEL_MAX 80 /* of a method and a pattern */

const struct route *api_routes(const struct api_table *table, size_t *count)
{
	*count = table->count;
	return table->routes;
}

const struct api_rule *api_rules(const struct api_table *table)
{
	return table->rules;
}

struct route_match table_find(const struct call *call, const struct target *target, const struct api_table **table)
{
	const struct api_table *const *tables = call->api->tables;
	struct route_match match = {.allowed = 0};

	for (size_t i = 0; i < API_TABLES_MAX && tables[i] && !match.allowed; i++) {
		*table = tables[i];
		match = route_find(tables[i]->routes, tables[i]->count,
				   tables[i]->at_root ? "" : call->settings->base.prefix, call->request.arena, target,
				   call->request.method);
	}
	return match;
}

unsigned table_label(const struct call *call)
{
	return call->match.route ? call->table->first_label + (unsigned)(call->match.route - call->table->routes) : 0;
}

static void label_rows(const struct api_table *table)
{
	static char texts[64][LABEL_MAX];

	for (unsigned i = 0; i < table->count; i++) {
		const struct route *route = &table->routes[i];
		int first = route->methods & -route->methods; /* GET of GET and HEAD */
		unsigned label = table->first_label + i;

		if (label >= sizeof texts / sizeof *texts)
			return;
		(void)snprintf(texts[label], LABEL_MAX, "%s %s", http_method_name((enum http_method)first), route->pattern);
		metric_label(METRIC_LABEL_ROUTE, label, texts[label]);
	}
}

void api_label_routes(void)
{
	metric_label(METRIC_LABEL_ROUTE, 0, "");
	label_rows(&api_registry);
	label_rows(&api_tokens);
}
