/* SPDX-License-Identifier: MIT */
/* Issuing tokens: which scopes are granted, and the claims that say so. */
#include "berth/issuer/issue.h"

#include "berth/auth/jws_sign.h"
#include "berth/base/json_write.h"
#include "berth/base/limits.h"
#include "berth/base/log.h"
#include "berth/base/uuid.h"
#include "berth/issuer/credential.h"
#include "berth/issuer/grant.h"
#include "berth/oci/name.h"

#define NOT_BEFORE_S 5 /* earlier than issued: clocks differ */

static bool is_repository(const struct scope *scope)
{
	return span_is(scope->type, "repository") && name_valid(scope->name);
}

static bool is_catalog(const struct scope *scope)
{
	return span_is(scope->type, "registry") && span_is(scope->name, "catalog");
}

/* Refused actions and their projects, as two lists that the database takes side by side. */
struct refusals {
	struct span actions[SCOPE_LIST_MAX];
	struct span projects[SCOPE_LIST_MAX];
	size_t count;
};

static void issue_refuse(const struct issuing *work, struct refusals *refusals, unsigned actions, struct span project)
{
	struct strbuf text;

	strbuf_init(&text, work->arena, LIMIT_HEADER_VALUE);
	scope_write_actions(&text, actions);
	refusals->actions[refusals->count] = strbuf_span(&text);
	refusals->projects[refusals->count++] = project;
}

static unsigned allowed(const struct meta_account *account, const struct scope *scope, const struct meta_grant *grant)
{
	if (is_repository(scope))
		return grant_actions(account, grant);
	return is_catalog(scope) && grant_catalog(account) ? SCOPE_ANY : 0;
}

/* Reduces the list to what is allowed. `grants` has an entry for each scope. */
static bool decide(const struct issuing *work, struct issue_request *request, const struct meta_grant *grants)
{
	struct scope_list *scopes = &request->scopes;
	struct refusals *refusals = arena_alloc(work->arena, sizeof *refusals);
	size_t kept = 0;

	for (size_t i = 0; i < scopes->count; i++) {
		struct scope scope = scopes->items[i];
		unsigned may = allowed(request->account, &scope, &grants[i]);

		if (scope.actions & ~may)
			issue_refuse(work, refusals, scope.actions & ~may,
				     grants[i].project ? grants[i].path : SPAN_LIT(""));
		scope.actions &= may;
		if (scope.actions)
			scopes->items[kept++] = scope;
	}
	scopes->count = kept;
	return refusals->count == 0 ||
	       meta_refusals_note(&work->meta, request->account->found ? request->account->name : SPAN_LIT(""),
				  refusals->actions, refusals->projects, refusals->count);
}

static bool grant(const struct issuing *work, struct issue_request *request, bool *enabled)
{
	size_t count = request->scopes.count;
	struct meta_grant *grants = arena_array(work->arena, count + 1, sizeof *grants);
	struct span *names = arena_array(work->arena, count + 1, sizeof *names);

	for (size_t i = 0; i < count; i++) /* a scope of another kind asks for "", which no project has */
		names[i] = is_repository(&request->scopes.items[i]) ? request->scopes.items[i].name : SPAN_LIT("");
	return meta_grants_find(&work->meta, request->account->id, names, count, enabled, grants) &&
	       (!*enabled || decide(work, request, grants));
}

static void write_action(void *context, const char *action)
{
	json_text(context, action);
}

static void write_access(struct json_writer *json, const struct scope_list *scopes)
{
	json_key(json, "access");
	json_open(json, '[');
	for (size_t i = 0; i < scopes->count; i++) {
		const struct scope *scope = &scopes->items[i];

		json_open(json, '{');
		json_key(json, "type");
		json_span(json, scope->type);
		if (scope->class.len) {
			json_key(json, "class");
			json_span(json, scope->class);
		}
		json_key(json, "name");
		json_span(json, scope->name);
		json_key(json, "actions");
		json_open(json, '[');
		scope_each_action(scope->actions, write_action, json);
		json_close(json, ']');
		json_close(json, '}');
	}
	json_close(json, ']');
}

static void write_text(struct json_writer *json, const char *key, const char *value)
{
	json_key(json, key);
	json_text(json, value);
}

static void write_time(struct json_writer *json, const char *key, int64_t value)
{
	json_key(json, key);
	json_u64(json, (uint64_t)value);
}

/* `aud` is a text, because registries 2.x take no list. Without an account there is no `sub`. */
static void write_claims(struct strbuf *out, const struct issuing *work, const struct issue_request *request,
			 const struct issued *issued)
{
	const struct issuer_settings *settings = work->issuer->settings;
	struct json_writer json = json_writer(out);
	char id[UUID_TEXT_MAX];

	uuid_new(id);
	json_open(&json, '{');
	write_text(&json, "iss", settings->issuer);
	if (request->account->found) {
		json_key(&json, "sub");
		json_span(&json, request->account->name);
	}
	write_text(&json, "aud", settings->service);
	write_time(&json, "exp", issued->issued_at + issued->expires_in);
	write_time(&json, "nbf", issued->issued_at - NOT_BEFORE_S);
	write_time(&json, "iat", issued->issued_at);
	write_text(&json, "jti", id);
	write_access(&json, &request->scopes);
	json_close(&json, '}');
}

static bool sign(const struct issuing *work, const struct issue_request *request, struct issued *out)
{
	const struct key *key = work->issuer->settings->key;
	struct strbuf claims;

	out->issued_at = time(NULL);
	out->expires_in = work->issuer->settings->expiry;
	strbuf_init(&claims, work->arena, LIMIT_TOKEN);
	write_claims(&claims, work, request, out);
	if (!strbuf_ok(&claims))
		return error_setf(work->error, E_SCOPE_INVALID, "too many for one token");
	/* registries of every version and Berth know the libtrust form of the kid */
	out->token = jws_sign(work->arena, key, key_default_algorithm(key), key->libtrust, strbuf_span(&claims));
	if (!out->token) {
		log_error("token: the key cannot sign");
		return error_set(work->error, E_UNKNOWN);
	}
	return strlen(out->token) <= LIMIT_TOKEN || error_setf(work->error, E_SCOPE_INVALID, "too many for one token");
}

static bool issue_refresh(const struct issuing *work, const struct issue_request *request, struct issued *out)
{
	const struct issuer_settings *settings = work->issuer->settings;
	struct meta_refresh_new token = {
		.account = request->account,
		.service = settings->service,
		.address = work->who->address,
		.client = work->client,
		.expiry = settings->refresh_expiry,
		.lifetime = settings->refresh_lifetime,
		.most = settings->refresh_most,
	};
	bool added;

	if (!request->refresh || !request->account->found)
		return true;
	out->refresh = credential_new(work->arena, CREDENTIAL_REFRESH);
	token.hash = credential_hash(work->arena, span_of(out->refresh));
	return meta_refresh_add(&work->meta, &token, &added) && (added || error_set(work->error, E_UNAUTHORIZED));
}

static bool refuse_site(const struct issuing *work, const struct issue_request *request)
{
	struct span action = SPAN_LIT("registry off"), nothing = SPAN_LIT("");

	return meta_refusals_note(&work->meta, request->account->found ? request->account->name : nothing, &action,
				  &nothing, 1);
}

bool issue(const struct issuing *work, struct issue_request *request, bool *enabled, struct issued *out)
{
	*out = (struct issued){.token = NULL};
	if (!grant(work, request, enabled))
		return false;
	if (!*enabled)
		return refuse_site(work, request);
	return sign(work, request, out) && issue_refresh(work, request, out);
}
