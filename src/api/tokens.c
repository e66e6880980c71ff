/* SPDX-License-Identifier: MIT */
/*
 * The token end-points: distribution, "Token Authentication Specification" (GET) and "Oauth2 Token Authentication"
 * (POST, grant types password and refresh_token).
 */
#include "berth/auth/authorization.h"
#include "berth/auth/challenge.h"
#include "berth/base/json_write.h"
#include "berth/base/limits.h"
#include "berth/issuer/issue.h"
#include "berth/issuer/login.h"
#include "call.h"

handler_fn api_token_get, api_token_post;

static const struct route routes[] = {
#define ROUTE(methods, pattern, action, guard, body, name) {HTTP_##methods, pattern, body},
#include "berth/api/token_routes.def"
#undef ROUTE
};

static const struct api_rule rules[] = {
#define ROUTE(methods, pattern, action, guard, body, name) {action, guard},
#include "berth/api/token_routes.def"
#undef ROUTE
};

static handler_fn *const handlers[] = {
#define ROUTE(methods, pattern, action, guard, body, name) api_##name,
#include "berth/api/token_routes.def"
#undef ROUTE
};

const struct api_table api_tokens = {routes, rules, handlers, sizeof routes / sizeof *routes, true, API_LABEL_TOKENS};

static struct issuing tokens_begin(struct call *call)
{
	return issuing_begin(call->api->issuer, &call->who, call->request.arena, &call->error);
}

#define CLIENT_SHOWN 64 /* bytes of a client's name */

/* The client's name for the list of refresh tokens, in printable ASCII; other bytes become question marks. */
static const char *client_name(struct call *call, const struct target *from)
{
	const struct span *given = target_first(from, "client_id");
	struct span name = given ? *given : http_header(&call->request, "HTTP_USER_AGENT");
	char *text;

	name.len = name.ptr ? (name.len < CLIENT_SHOWN ? name.len : CLIENT_SHOWN) : 0;
	text = arena_alloc(call->request.arena, CLIENT_SHOWN + 1);
	for (size_t i = 0; i < name.len; i++)
		text[i] = name.ptr[i] >= ' ' && name.ptr[i] <= '~' ? name.ptr[i] : '?';
	text[name.len] = '\0';
	return text;
}

/* The parameters that both methods share, from the query or the form. */
static bool read_request(struct call *call, const struct target *from, struct issuing *work, struct issue_request *out)
{
	const struct span *service = target_first(from, "service"), *scope;

	work->client = client_name(call, from);
	if (service && service->len && !span_is(*service, call->api->issuer->settings->service))
		return error_set(&call->error, E_SERVICE_UNKNOWN);
	scope_list_init(&out->scopes, call->request.arena);
	for (size_t at = 0; (scope = target_next(from, "scope", &at));)
		if (!scope_list_add(&out->scopes, *scope, &call->error))
			return false;
	return true;
}

static void add_time(struct json_writer *json, time_t moment)
{
	char text[32];
	struct tm parts;

	(void)strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&moment, &parts));
	json_text(json, text);
}

static void add_scope(struct strbuf *out, const struct scope_list *scopes, struct arena *arena)
{
	struct strbuf one;

	for (size_t i = 0; i < scopes->count; i++) {
		strbuf_init(&one, arena, LIMIT_HEADER_VALUE);
		scope_write(&one, &scopes->items[i]);
		strbuf_addf(out, "%s%s", i ? " " : "", one.ptr);
	}
}

/* `token` is the old name of `access_token`; clients read one or the other. */
static void reply(struct call *call, const struct issued *issued, const struct issue_request *request, bool with_scope)
{
	struct strbuf text, scope;
	struct json_writer json;

	strbuf_init(&text, call->request.arena, LIMIT_RESPONSE);
	json = json_writer(&text);
	json_open(&json, '{');
	json_key(&json, "token");
	json_text(&json, issued->token);
	json_key(&json, "access_token");
	json_text(&json, issued->token);
	json_key(&json, "expires_in");
	json_u64(&json, (uint64_t)issued->expires_in);
	json_key(&json, "issued_at");
	add_time(&json, issued->issued_at);
	if (issued->refresh) {
		json_key(&json, "refresh_token");
		json_text(&json, issued->refresh);
	}
	if (with_scope) {
		strbuf_init(&scope, call->request.arena, LIMIT_RESPONSE);
		add_scope(&scope, &request->scopes, call->request.arena);
		json_key(&json, "scope");
		json_text(&json, scope.ptr);
	}
	json_close(&json, '}');
	strbuf_addc(&text, '\n');
	response_body(&call->response, 200, "application/json", strbuf_span(&text));
}

/* The registry is switched off: GitLab's answer, which has the code of a 503 and the status 404. */
static void reply_disabled(struct call *call)
{
	struct error error;

	error_init(&error, call->request.arena);
	error_setf(&error, E_UNAVAILABLE, "registry not enabled");
	response_error(&call->response, &error);
	call->response.status = 404;
}

static bool issue_and_reply(struct call *call, const struct issuing *work, struct issue_request *request, bool with_scope)
{
	struct issued issued;
	bool enabled;

	if (!issue(work, request, &enabled, &issued))
		return false;
	if (enabled)
		reply(call, &issued, request, with_scope);
	else
		reply_disabled(call);
	return true;
}

/* The end of both methods. No cache keeps a response, be it a token or a refusal. */
static bool tokens_finish(struct call *call, bool done)
{
	struct arena *arena = call->request.arena;

	if (done) {
		response_header(&call->response, "Cache-Control", "no-store");
		return true;
	}
	if (error_code(&call->error) == E_UNAUTHORIZED)
		(void)error_header(&call->error, "WWW-Authenticate",
				   arena_printf(arena, "%s, charset=\"UTF-8\"",
						challenge_basic(arena, call->api->issuer->settings->issuer)));
	return error_header(&call->error, "Cache-Control", "no-store");
}

static bool sign_in_basic(struct call *call, const struct issuing *work, struct meta_account *out)
{
	struct span header = http_authorization(&call->request), token;
	struct secret password;
	const char *name;

	*out = (struct meta_account){.found = false};
	/* oras-java shows its registry token here, too; the token service ignores it */
	if (!header.ptr || header.len == 0 || authorization_for(&token, header, "Bearer"))
		return work->issuer->settings->anonymous || error_set(&call->error, E_UNAUTHORIZED);
	if (!authorization_basic(&name, &password, call->request.arena, header))
		return error_setf(&call->error, E_UNAUTHORIZED, "expected one Authorization header of the Basic scheme");
	return login_basic(work, span_of(name), span_of(secret_reveal(password)), out);
}

/* The caller is known by name from here on. An account that was not found is a caller that showed nothing. */
static bool signed_in(struct call *call, const struct meta_account *account)
{
	call->principal.user = arena_printf(call->request.arena, "%.*s", SPAN_ARG(account->name));
	if (account->found) {
		call->who.kind = account->robot ? WHO_ROBOT : WHO_USER;
		call->who.actor = call->principal.user;
		call->who.scheme = account->chain_ends     ? "refresh token"
				   : account->access_token ? "access token"
							   : "password";
	}
	return true;
}

static bool is_true(const struct span *value)
{
	return value && (span_is(*value, "true") || span_is(*value, "1"));
}

bool api_token_get(struct call *call)
{
	struct issuing work = tokens_begin(call);
	struct meta_account account;
	struct issue_request request = {
		.account = &account,
		.refresh = is_true(target_first(&call->request.target, "offline_token")),
	};

	return tokens_finish(call, read_request(call, &call->request.target, &work, &request) &&
					   sign_in_basic(call, &work, &account) && signed_in(call, &account) &&
					   issue_and_reply(call, &work, &request, false));
}

static bool read_form(struct call *call, struct target *out)
{
	struct span header = http_header(&call->request, "CONTENT_TYPE"), type = {"", 0}, body;

	(void)span_split(&header, ';', &type);
	if (!span_is_nocase(span_trim(type), "application/x-www-form-urlencoded"))
		return error_setf(&call->error, E_GRANT_INVALID, "the body must be application/x-www-form-urlencoded");
	return http_body_all(&call->request, LIMIT_FORM, E_GRANT_INVALID, &body, &call->error) &&
	       target_parse_form(out, call->request.arena, body, &call->error);
}

/* A field of the form; the empty span when it is not there. */
static struct span form_field(const struct target *form, const char *name)
{
	const struct span *value = target_first(form, name);

	return value ? *value : (struct span){"", 0};
}

static bool sign_in_form(struct call *call, const struct issuing *work, const struct target *form, struct meta_account *out)
{
	struct span grant = form_field(form, "grant_type");

	*out = (struct meta_account){.found = false};
	if (span_is(grant, "password"))
		return login_basic(work, form_field(form, "username"), form_field(form, "password"), out);
	if (span_is(grant, "refresh_token"))
		return login_refresh(work, form_field(form, "refresh_token"), out);
	return error_setf(&call->error, E_GRANT_INVALID, "grant_type must be password or refresh_token");
}

bool api_token_post(struct call *call)
{
	struct issuing work = tokens_begin(call);
	struct meta_account account;
	struct issue_request request = {.account = &account};
	struct target form;

	if (!read_form(call, &form))
		return tokens_finish(call, false);
	request.refresh = span_is(form_field(&form, "access_type"), "offline");
	return tokens_finish(call, read_request(call, &form, &work, &request) &&
					   sign_in_form(call, &work, &form, &account) && signed_in(call, &account) &&
					   issue_and_reply(call, &work, &request, true));
}
