/* SPDX-License-Identifier: MIT */
/* Authorisation: what the route's action needs is put to the configured scheme. */
#include "authorize.h"

#include <inttypes.h>
#include <time.h>

#include "berth/auth/token.h"
#include "berth/base/json_write.h"
#include "berth/base/limits.h"
#include "berth/base/log.h"
#include "berth/core/upload.h"
#include "berth/http/forwarded.h"
#include "berth/http/front.h"
#include "berth/oci/name.h"

#define NEEDS_MAX 3

/* Translates the action into entries of a token's access list. What is wished for, but not needed, stands last. */
static void ask_for(struct auth_question *question, struct access needs[static NEEDS_MAX], const struct call *call,
		    enum api_action action)
{
	static const struct access catalog = {"registry", {"catalog", 7}, "*"};
	const struct span *from = target_first(&call->request.target, "from");
	struct access one = {"repository", call->match.name, "pull"};
	size_t count = 0;

	switch (action) {
	case ACTION_NONE:
	case ACTION_ANY: break;
	case ACTION_CATALOG: needs[count++] = catalog; break;
	case ACTION_PULL: needs[count++] = one; break;
	case ACTION_DELETE:
		one.action = "delete";
		needs[count++] = one;
		break;
	case ACTION_PUSH:
	case ACTION_MOUNT:
	case ACTION_CONTINUE:
		needs[count++] = one;
		one.action = "push";
		needs[count++] = one;
		break;
	}
	question->needed = needs;
	question->needed_count = count;
	if (action == ACTION_MOUNT && from && from->len && name_valid(*from)) {
		needs[count] = (struct access){"repository", *from, "pull"};
		question->wished_count = 1;
	}
}

/* The origin that the client uses: the Host that it named, over TLS unless a proxy says otherwise, as in distribution. */
static const char *origin(const struct call *call)
{
	struct span host = http_header(&call->request, "HTTP_HOST");
	struct forwarded told = forwarded_parse(
		(struct span){NULL, 0}, http_header(&call->request, "HTTP_X_FORWARDED_PROTO"), (struct span){NULL, 0});

	if (!forwarded_host_valid(host))
		return NULL;
	return arena_printf(call->request.arena, "%s://%.*s", told.scheme ? told.scheme : "https", SPAN_ARG(host));
}

/* The time at which the web server was told yes, if that is at most TOKEN_GRACE seconds ago; else now. */
static int64_t asked_at(const struct call *call)
{
	struct span text = span_of(call->request.io->variable(call->request.io->context, FRONT_TOLD_YES));
	int64_t now = (int64_t)time(NULL);
	uint64_t at;

	if (!span_to_u64(text, &at) || at > (uint64_t)now || (uint64_t)now - at >= TOKEN_GRACE)
		return now;
	return (int64_t)at;
}

/* The detail of a 401, as distribution makes it: an object for each action that was needed; null when there was none. */
static const char *detail(struct arena *arena, const struct auth_question *question)
{
	size_t count = question->needed_count + question->wished_count;
	struct json_writer json;
	struct strbuf text;

	if (count == 0)
		return "null";
	strbuf_init(&text, arena, LIMIT_HEADER_VALUE);
	json = json_writer(&text);
	json_open(&json, '[');
	for (size_t i = 0; i < count; i++) {
		json_open(&json, '{');
		json_key(&json, "Type");
		json_text(&json, question->needed[i].type);
		json_key(&json, "Class");
		json_text(&json, "");
		json_key(&json, "Name");
		json_span(&json, question->needed[i].name);
		json_key(&json, "Action");
		json_text(&json, question->needed[i].action);
		json_close(&json, '}');
	}
	json_close(&json, ']');
	return text.ptr;
}

/* Tells whether the expired token may go on with an upload, because it started it. False, with the error set, if the database fails. */
static bool may_continue(struct call *call, const struct principal *principal, bool *may)
{
	struct span fingerprint = {(const char *)principal->fingerprint, sizeof principal->fingerprint};

	*may = false;
	return !principal->has_fingerprint ||
	       upload_started_by(&call->work, call->match.name, call->match.parameter, fingerprint, TOKEN_GRACE, may);
}

/* The caller is known from here on: to use cases, and to the log with the project of its token. */
static void note_who(struct call *call, const struct principal *principal)
{
	struct arena *arena = call->request.arena;

	call->who.scheme = call->api->auth->class->name;
	call->who.actor = principal->user;
	if (*principal->user) {
		call->who.kind = principal->has_fingerprint ? WHO_SUBJECT : WHO_USER;
		log_context_set("user", principal->user);
	}
	for (size_t i = 0; i < principal->grant_count; i++) {
		const struct grant *grant = &principal->grants[i];

		if (!grant->meta.project_id || !span_is(call->match.name, grant->name))
			continue;
		log_context_set("project_id", arena_printf(arena, "%" PRId64, grant->meta.project_id));
		log_context_set("namespace_id", arena_printf(arena, "%" PRId64, grant->meta.namespace_id));
		call->project = &grant->meta;
		return;
	}
}

bool authorize(struct call *call, enum api_action action)
{
	struct access needs[NEEDS_MAX];
	struct auth_question question = {.authorization = http_authorization(&call->request)};
	struct auth_answer answer;
	enum auth_verdict verdict;
	bool allowed = false;

	call->principal.everything = !call->api->auth;
	if (action == ACTION_NONE)
		return true;
	if (!call->api->auth)
		return !call->settings->authenticated || error_unavailable(&call->error, 0);
	ask_for(&question, needs, call, action);
	question.origin = origin(call);
	question.now = asked_at(call);
	question.address = call->who.address;
	question.throttle = call->api->throttle;
	verdict = auth_ask(call->api->auth, &question, call->request.arena, &answer);
	if (verdict == AUTH_BUSY)
		return error_busy(&call->error, answer.retry_after, THROTTLE_REFUSAL);
	if (verdict == AUTH_LAPSED && action == ACTION_CONTINUE && !may_continue(call, &answer.principal, &allowed))
		return false;
	if (verdict == AUTH_ALLOWED || allowed) {
		call->principal = answer.principal;
		note_who(call, &call->principal);
		return true;
	}
	(void)error_set_json(&call->error, E_UNAUTHORIZED, detail(call->request.arena, &question));
	return answer.challenge && error_header(&call->error, "WWW-Authenticate", answer.challenge);
}
