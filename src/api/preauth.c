/* SPDX-License-Identifier: MIT */
/* The web server's question before it takes a body. */
#include "preauth.h"

#include <inttypes.h>
#include <time.h>

#include "berth/base/limits.h"
#include "berth/core/room.h"
#include "berth/http/front.h"

#define YES 204
#define NO 403 /* NGINX takes 401 and 403 for a no, and any other status for a failure of the worker */

/* The checks of handlers that take a body. */
static const struct {
	handler_fn *handler, *check;
} checks[] = {
	{api_manifest_put, api_manifest_put_check},
	{api_upload_post, api_upload_post_check},
	{api_upload_patch, api_upload_patch_check},
	{api_upload_put, api_upload_put_check},
};

static const char *place_asked_for(const struct call *call)
{
	return call->request.io->variable(call->request.io->context, FRONT_ASKS);
}

bool preauth_asked(const struct call *call)
{
	return place_asked_for(call) != NULL;
}

static bool passes_check(struct call *call)
{
	handler_fn *handler = call->table->handlers[call->match.route - call->table->routes];

	for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
		if (checks[i].handler == handler)
			return checks[i].check(call);
	return true;
}

/*
 * Checks that the web server, which goes by the raw path, has chosen the place for bodies that the route has. It has not if the path
 * is spelt with escapes.
 */
static bool is_in_place(struct call *call)
{
	const struct route_body *body = &call->match.route->body;

	if (span_is(span_of(place_asked_for(call)), route_body_word(body->place)))
		return true;
	if (body->place == BODY_PLACE_NONE)
		return error_setf(&call->error, body->too_large, "more than %zu bytes", body->max);
	return error_setf(&call->error, E_URI_INVALID, "a path with a body may not be escaped");
}

static bool fits(struct call *call)
{
	const struct route_body *body = &call->match.route->body;

	if (!body->max || !call->request.has_length || call->request.length <= body->max)
		return true;
	return error_setf(&call->error, body->too_large, "more than %zu bytes", body->max);
}

static uint64_t header_number(const struct call *call, const char *name)
{
	uint64_t value;

	return span_to_u64(http_header(&call->request, name), &value) ? value : 0;
}

/* Both ports of the client's connection, by which core/room.h finds it in the kernel's table; 0 if the web server knows none. */
static uint32_t ports_of(const struct call *call)
{
	uint64_t ours = header_number(call, FRONT_SERVER_PORT), theirs = header_number(call, FRONT_CLIENT_PORT);

	return ours && theirs && ours <= UINT16_MAX && theirs <= UINT16_MAX ? (uint32_t)(ours << 16 | theirs) : 0;
}

static bool take_room(struct call *call, uint64_t *ticket)
{
	const struct room_wish wish = {
		.repository = call->match.name,
		.has_length = call->request.has_length,
		.length = call->request.length,
		.ports = ports_of(call),
	};

	*ticket = 0;
	return call->match.route->body.place != BODY_PLACE_SPOOLED ||
	       room_take(call->api->core.room, &wish, ticket, &call->error);
}

bool preauth_judge(struct call *call)
{
	uint64_t ticket;

	if (!passes_check(call) || !fits(call) || !is_in_place(call) || !take_room(call, &ticket))
		return false;
	call_empty(call, YES);
	if (ticket)
		response_headerf(&call->response, FRONT_ROOM, "%" PRIu64, ticket);
	response_headerf(&call->response, FRONT_YES, "%" PRId64, (int64_t)time(NULL));
	return true;
}

static bool is_header_value(struct span text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] < 0x20 || text.ptr[i] > 0x7e)
			return false;
	return text.len <= LIMIT_HEADER_VALUE;
}

static struct span without_line_feed(struct span body)
{
	if (body.len && body.ptr[body.len - 1] == '\n')
		body.len--;
	return body;
}

/* The body of the refusal. It has no detail if it would not fit into a header with it. */
static struct span refusal(struct call *call)
{
	struct span body = without_line_feed(call->response.body);
	struct response bare;
	struct error error;

	if (is_header_value(body))
		return body;
	response_init(&bare, call->request.arena);
	error_init(&error, call->request.arena);
	error_set(&error, error_is_set(&call->error) ? error_code(&call->error) : E_UNKNOWN);
	response_error(&bare, &error);
	return without_line_feed(bare.body);
}

void preauth_arrived(struct call *call)
{
	room_return(call->api->core.room, header_number(call, FRONT_TOLD_ROOM));
}

void preauth_answer(struct call *call)
{
	struct response *response = &call->response;
	struct span body;

	if (response->status == YES)
		return;
	if (response->status < 400) { /* OPTIONS or a redirect, which have no use for a body */
		error_setf(&call->error, E_BODY_TOO_LARGE, "more than %zu bytes", LIMIT_IDLE_BODY);
		response_error(response, &call->error);
	}
	body = refusal(call);
	response_headerf(response, FRONT_STATUS, "%d", response->status);
	response_headerf(response, FRONT_REFUSAL, "%.*s", SPAN_ARG(body));
	response->status = NO;
}
