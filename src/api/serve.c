/* SPDX-License-Identifier: MIT */
/* One request in, one response out: routing, guards, the headers that every response carries. */
#include <inttypes.h>
#include <string.h>

#include "authorize.h"
#include "berth/base/address.h"
#include "berth/base/limits.h"
#include "berth/base/log.h"
#include "berth/base/metric.h"
#include "berth/base/percent.h"
#include "berth/http/front.h"
#include "berth/oci/name.h"
#include "call.h"
#include "preauth.h"
#include "tidy.h"

#define USER_LOGGED ((size_t)256) /* bytes of a name in the access log */

#define API_VERSION_HEADER "Docker-Distribution-API-Version"
#define API_VERSION "registry/2.0"

const char api_out_of_memory[] =
	"Status: 503 Service Unavailable\r\nContent-Type: application/json\r\nX-Content-Type-Options: nosniff\r\nRetry-After: 10\r\n" API_VERSION_HEADER
	": " API_VERSION "\r\n\r\n"
	"{\"errors\":[{\"code\":\"UNAVAILABLE\",\"message\":\"service unavailable\"}]}\n";

static const struct api_rule *rule_of(const struct call *call, const struct route *route)
{
	return &call->table->rules[route - call->table->routes];
}

static bool is_open(const struct api_settings *settings, enum api_guard guard)
{
	return guard == GUARD_NONE || (!settings->readonly && (guard != GUARD_DELETE || settings->delete_enabled));
}

static bool guard(struct call *call, enum api_guard guard)
{
	if (is_open(call->settings, guard))
		return true;
	return error_setf(&call->error, E_UNSUPPORTED, "%s",
			  call->settings->readonly ? "The registry is read-only." : "Deletion is disabled.");
}

/*
 * A browser asks by OPTIONS, without credentials, whether a page of another site may send a request (the CORS preflight,
 * Fetch Standard section 3.2.2). It gets the operator's Access-Control-* headers, which are on every response.
 */
static bool is_preflight(const struct call *call)
{
	bool configured = false;

	for (size_t i = 0; i < call->settings->header_count; i++)
		configured = configured || span_starts(span_of(call->settings->headers[i].name), "Access-Control-");
	return configured && call->request.method == HTTP_OPTIONS && http_header(&call->request, "HTTP_ORIGIN").len &&
	       http_header(&call->request, "HTTP_ACCESS_CONTROL_REQUEST_METHOD").len;
}

/* Any good credentials are enough: GitLab looks for DELETE by OPTIONS, with a token that grants nothing. */
static enum api_action action_of_other_method(const struct call *call)
{
	return rule_of(call, call->match.resource)->action == ACTION_NONE || is_preflight(call) ? ACTION_NONE : ACTION_ANY;
}

/*
 * Refuses a body that the route has no use for. A client that goes on sending it would hold the worker. Behind NGINX no such body
 * comes this far.
 */
static bool refuse_idle_body(struct call *call)
{
	struct http_request *request = &call->request;

	if (request->has_length ? request->length <= LIMIT_IDLE_BODY
				: !http_header(request, "HTTP_TRANSFER_ENCODING").len || http_body_drain(request))
		return false;
	error_setf(&call->error, E_BODY_TOO_LARGE, "more than %zu bytes", LIMIT_IDLE_BODY);
	return true;
}

static bool other_method(struct call *call)
{
	const char *allow = route_allow(call->match.allowed, call->request.arena);

	if (!authorize(call, action_of_other_method(call)))
		return false;
	if (call->request.method == HTTP_OPTIONS) {
		if (refuse_idle_body(call))
			return false;
		call_empty(call, 200);
		response_header(&call->response, "Allow", allow);
		return true;
	}
	(void)error_setf(&call->error, E_UNSUPPORTED, "Allowed are %s.", allow);
	return error_header(&call->error, "Allow", allow);
}

static void log_context(const struct call *call)
{
	log_context_set("method", http_method_name(call->request.method));
	if (call->request.target.path.ptr)
		log_context_set("path", call->request.target.path.ptr);
}

static bool run_handler(struct call *call)
{
	const struct api_table *table = call->table;

	if (call->match.route->body.place == BODY_PLACE_NONE && refuse_idle_body(call))
		return false;
	return table->handlers[call->match.route - table->routes](call);
}

static bool dispatch(struct call *call)
{
	const struct api_rule *rule;

	log_context(call);
	call->match = table_find(call, &call->request.target, &call->table);
	if (!call->match.allowed)
		return tidy_redirect(call) || error_set(&call->error, E_NOT_FOUND);
	if (!call->match.route)
		return other_method(call);
	if (call->match.name.len && !name_valid(call->match.name))
		return error_setf(&call->error, E_NAME_INVALID, "%.*s", SPAN_ARG(call->match.name));
	rule = rule_of(call, call->match.route);
	return call_query_once(call) && authorize(call, rule->action) && guard(call, rule->guard) &&
	       (preauth_asked(call) ? preauth_judge : run_handler)(call);
}

/* Percent-encoded and cut: the issuer of tokens chooses the names of users, and a header that is too long would be a 500. */
static const char *user_for_log(const struct call *call)
{
	struct span user = span_of(call->principal.user);

	user.len = user.len < USER_LOGGED ? user.len : USER_LOGGED;
	return percent_encode(call->response.arena, user, "@+:/");
}

static void common_headers(struct call *call)
{
	const struct api_settings *settings = call->settings;

	response_header(&call->response, API_VERSION_HEADER, API_VERSION);
	response_header(&call->response, "X-Content-Type-Options", "nosniff");
	/* For the web server's access log. The web server keeps both from clients. */
	if (*call->principal.user)
		response_header(&call->response, FRONT_USER, user_for_log(call));
	if (call->project)
		response_headerf(&call->response, FRONT_PROJECT, "project_id=%" PRId64 " namespace_id=%" PRId64,
				 call->project->project_id, call->project->namespace_id);
	for (size_t i = 0; i < settings->header_count; i++)
		if (!span_is_nocase(span_of(settings->headers[i].name), "X-Content-Type-Options"))
			response_header(&call->response, settings->headers[i].name, settings->headers[i].value);
}

/* The methods of the resource that are left, which a 405 tells (RFC 9110 section 15.5.6). */
static const char *allow_instead(const struct call *call)
{
	const struct api_table *table = call->table;
	const struct route *row = call->match.resource;
	int methods = HTTP_OPTIONS;

	for (; row < table->routes + table->count && strcmp(row->pattern, call->match.resource->pattern) == 0; row++)
		if (is_open(call->settings, rule_of(call, row)->guard))
			methods |= row->methods;
	return route_allow(methods & ~(int)call->request.method, call->response.arena);
}

/* Makes the error the response. A handler that fails without an error is a fault of the program: 500, and the log has its route. */
static void serve_error(struct call *call)
{
	if (!error_is_set(&call->error)) {
		log_error("api: route %s %s failed without an error", http_method_name(call->request.method),
			  call->match.route ? call->match.route->pattern : "(none)");
		(void)error_set(&call->error, E_UNKNOWN);
	}
	if (error_status(error_code(&call->error)) == 405 && call->match.resource)
		(void)error_header(&call->error, "Allow", allow_instead(call));
	response_error(&call->response, &call->error);
	call_drain(call);
}

static bool handle(struct call *call, struct http_io *io)
{
	bool good = http_request_read(&call->request, io, call->response.arena, &call->error);

	call->who.request = http_request_id(&call->request);
	log_context_set("request_id", call->who.request);
	preauth_arrived(call);
	if (good)
		return dispatch(call);
	return tidy_redirect(call);
}

static void count_request(unsigned route, int status)
{
	metric_add(METRIC_REQUESTS, (struct metric_series){route, status >= 100 ? (unsigned)status - 100 : 0}, 1);
}

static void serve(struct api *api, struct http_io *io, struct arena *arena)
{
	struct call *call = arena_alloc(arena, sizeof *call);

	call->api = api;
	call->settings = api->settings;
	call->table = api->tables[0];
	call->principal = (struct principal){.user = "", .auth_type = "", .user_claim = ""};
	error_init(&call->error, arena);
	response_init(&call->response, arena);
	call->who = (struct who){
		.kind = WHO_NOBODY,
		.actor = "",
		.scheme = "",
		.address = address_source(arena, io->variable(io->context, "REMOTE_ADDR")),
		.request = "",
	};
	log_peer_set(call->who.address);
	call->work = work_begin(&api->core, &call->who, arena, &call->error);
	if (!handle(call, io))
		serve_error(call);
	if (preauth_asked(call))
		preauth_answer(call);
	common_headers(call);
	(void)response_send(&call->response, io, call->request.method);
	count_request(table_label(call), call->response.status);
}

static void out_of_memory(struct http_io *io, struct arena *arena)
{
	log_error("request: out of memory"); /* while the arena has what the line tells of the request */
	log_context_clear();
	arena_clear(arena);
	count_request(0, 503);
	if (!io->begun)
		(void)io->write(io->context, api_out_of_memory, strlen(api_out_of_memory));
}

void api_serve(struct api *api, struct http_io *io, struct arena *arena)
{
	if (setjmp(arena->on_exhausted) == 0) {
		arena->armed = true;
		arena_recover_here(arena);
		serve(api, io, arena);
	} else {
		out_of_memory(io, arena);
	}
	log_context_clear();
	arena_clear(arena);
	core_tidy(&api->core);
}
