/* SPDX-License-Identifier: MIT */
/* The web server's question before it takes a body. */
#include "preauth.h"

#include <inttypes.h>
#include <time.h>

#include "berth/base/limits.h"
#include "berth/http/front.h"

#define YES 204
#define NO 403 /* NGINX takes a 401 or a 403 for a no, all else for a failure of the worker */

/* What a handler can tell before the body comes. A row that takes no body needs no check. */
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
	handler_fn *handler = call->api->table->handlers[call->match.route - call->api->table->routes];

	for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
		if (checks[i].handler == handler)
			return checks[i].check(call);
	return true;
}

/*
 * The web server chose the place by the raw path. A path that means a route that takes a body, but is spelt with escapes,
 * came to another place.
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

bool preauth_judge(struct call *call)
{
	if (!passes_check(call) || !fits(call) || !is_in_place(call))
		return false;
	call_empty(call, YES);
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

/* The body of the refusal. One that fits into no header goes without its detail. */
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

void preauth_answer(struct call *call)
{
	struct response *response = &call->response;
	struct span body;

	if (response->status == YES)
		return;
	if (response->status < 400) { /* OPTIONS or a redirect, with a body that nobody reads */
		error_setf(&call->error, E_BODY_TOO_LARGE, "more than %zu bytes", LIMIT_IDLE_BODY);
		response_error(response, &call->error);
	}
	body = refusal(call);
	response_headerf(response, FRONT_STATUS, "%d", response->status);
	response_headerf(response, FRONT_REFUSAL, "%.*s", SPAN_ARG(body));
	response->status = NO;
}
