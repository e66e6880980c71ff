/* SPDX-License-Identifier: MIT */
/* Redirects to clean paths, as distribution's router makes them. */
#include "tidy.h"

#include "berth/oci/name.h"

/* The Location has no authority and begins with one slash: it cannot lead to another host. */
static bool leads_to_route(struct call *call, struct span uri)
{
	const struct api_table *table;
	struct route_match match;
	struct target target;
	struct error error;

	error_init(&error, call->request.arena);
	if (!target_parse(&target, call->request.arena, uri, &error))
		return false;
	match = table_find(call, &target, &table);
	return match.route && (match.name.len == 0 || name_valid(match.name));
}

bool tidy_redirect(struct call *call)
{
	struct span raw = span_of(call->request.io->variable(call->request.io->context, "REQUEST_URI")), clean;

	if (!(call->request.method & (HTTP_GET | HTTP_HEAD)))
		return false;
	for (int keep_last = 1; keep_last >= 0; keep_last--) {
		if (!target_tidy(&clean, call->request.arena, raw, keep_last) || !leads_to_route(call, clean))
			continue;
		call_empty(call, 301);
		response_header(&call->response, "Location", clean.ptr);
		call_drain(call);
		return true;
	}
	return false;
}
