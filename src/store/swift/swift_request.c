/* SPDX-License-Identifier: MIT */
/* Signing in, and requests that carry the token. */
#include "swift_request_priv.h"

#include <string.h>

#include "berth/base/log.h"
#include "berth/base/percent.h"
#include "../service/body_priv.h"

#define RENEW_MARGIN 60 /* seconds before its end that a token is not trusted any more; a quarter of a shorter life */

const char *swift_url(const struct swift *swift, const char *key, struct arena *arena)
{
	const char *container = percent_encode(arena, span_of(swift->settings.container), "");

	if (!key)
		return arena_printf(arena, "%s/%s", swift->storage_url, container);
	return arena_printf(arena, "%s/%s/%s", swift->storage_url, container, percent_encode(arena, span_of(key), "/"));
}

/* Called before each attempt: the token may have been renewed, and the storage moved with it. */
static bool prepare(struct http_exchange *exchange, void *context, struct arena *arena)
{
	struct swift_call *call = context;
	struct swift *swift = call->swift;

	exchange->url = call->account ? swift->storage_url : swift_url(swift, call->key, arena);
	if (call->query)
		exchange->url = arena_printf(arena, "%s?%s", exchange->url, call->query);
	http_exchange_set(exchange, "X-Auth-Token", secret_reveal(swift->token));
	if (call->summed && !call->sum)
		call->sum = body_md5_hex(&exchange->body, arena);
	if (call->sum)
		http_exchange_set(exchange, "ETag", call->sum);
	return true;
}

struct http_exchange swift_exchange(struct swift *swift, const char *method, const char *key, const char *query,
				    struct arena *arena)
{
	struct swift_call *call = arena_alloc(arena, sizeof *call);

	*call = (struct swift_call){.swift = swift, .key = key, .query = query};
	return (struct http_exchange){.method = method, .url = "", .repeatable = true, .prepare = prepare, .context = call};
}

struct http_exchange swift_put_exchange(struct swift *swift, const char *key, const struct http_client_body *body,
					struct arena *arena)
{
	struct http_exchange exchange = swift_exchange(swift, "PUT", key, NULL, arena);

	((struct swift_call *)exchange.context)->summed = true;
	exchange.body = *body;
	http_exchange_set(&exchange, "Content-Type", "application/octet-stream");
	return exchange;
}

/* ---- signing in ---- */

static void keep_access(struct swift *swift, const struct swift_access *access)
{
	int64_t margin = access->life / 4 < RENEW_MARGIN ? access->life / 4 : RENEW_MARGIN;

	arena_clear(&swift->memory);
	swift->token = secret_new(&swift->memory, secret_reveal(access->token));
	swift->storage_url = arena_strdup(&swift->memory, access->storage_url);
	swift->tenant_id = arena_strdup(&swift->memory, access->tenant_id);
	swift->renew_at = access->life ? http_client_now() + access->life - margin : 0;
}

/* Rackspace's API keys go in another form than passwords: where one is refused the other is tried, once. */
static bool try_other_form(struct swift *swift, const struct http_exchange *answer, bool *tried)
{
	if (swift->version != 2 || *tried || (answer->status != 400 && answer->status != 401 && answer->status != 403))
		return false;
	*tried = true;
	swift->apikey = !swift->apikey;
	return true;
}

static bool sign_in(struct swift *swift, struct arena *arena, struct error *error)
{
	struct swift_access access;
	struct http_exchange request;
	const char *why = NULL;
	bool tried = false;

	do {
		request = swift_auth_request(&swift->settings, swift->version, swift->apikey, arena);
		if (!http_client_run(swift->client, &request, arena)) {
			log_error("swift: sign-in: %s: is storage.swift.authurl right?", request.failure);
			return error_unavailable(error, SWIFT_RETRY_SECONDS);
		}
	} while (!swift_fine(&request) && try_other_form(swift, &request, &tried));
	if (!swift_fine(&request))
		return swift_refused_sign_in(&request, error);
	if (!swift_auth_read(&access, &swift->settings, swift->version, &request, arena, &why)) {
		log_error("swift: sign-in: %s", why);
		return error_set(error, E_UNKNOWN);
	}
	keep_access(swift, &access);
	log_debug("swift: signed in, the token is good for %lld s", (long long)access.life);
	return true;
}

static bool token_is_due(const struct swift *swift)
{
	return !secret_is_set(swift->token) || (swift->renew_at && http_client_now() >= swift->renew_at);
}

bool swift_ready(struct swift *swift, struct arena *arena, struct error *error)
{
	if (token_is_due(swift) && !sign_in(swift, arena, error))
		return false;
	return swift->known || swift_explore(swift, arena, error);
}

/* ---- requests ---- */

static bool run(struct swift *swift, struct http_exchange *list, size_t count, struct arena *arena, struct error *error)
{
	if (http_client_run_all(swift->client, list, count, SWIFT_AT_ONCE, arena))
		return true;
	for (size_t i = 0; i < count; i++) {
		if (!list[i].failure)
			continue;
		if (((const struct swift_call *)list[i].context)->quiet)
			return false;
		log_error("swift: %s %s: %s", list[i].method, swift_called(&list[i]), list[i].failure);
		break;
	}
	return error_unavailable(error, SWIFT_RETRY_SECONDS);
}

bool swift_run_plain(struct swift *swift, struct http_exchange *exchange, struct arena *arena, struct error *error)
{
	return run(swift, exchange, 1, arena, error);
}

/* Those that were answered 401, at the front of a new list. */
static size_t refused_tokens(struct http_exchange *out, const struct http_exchange *list, size_t count)
{
	size_t found = 0;

	for (size_t i = 0; i < count; i++)
		if (list[i].status == 401)
			out[found++] = list[i];
	return found;
}

static bool run_again(struct swift *swift, struct http_exchange *list, size_t count, struct arena *arena,
		      struct error *error)
{
	struct http_exchange *again = arena_array(arena, count, sizeof *again);
	size_t refused = refused_tokens(again, list, count), at = 0;

	if (refused == 0)
		return true;
	log_info("swift: the token was refused: signing in again");
	if (!sign_in(swift, arena, error) || !run(swift, again, refused, arena, error))
		return false;
	for (size_t i = 0; i < count; i++)
		if (list[i].status == 401)
			list[i] = again[at++];
	return true;
}

bool swift_run_all(struct swift *swift, struct http_exchange *list, size_t count, struct arena *arena, struct error *error)
{
	return swift_ready(swift, arena, error) && run(swift, list, count, arena, error) &&
	       run_again(swift, list, count, arena, error);
}

bool swift_find(struct swift *swift, struct http_exchange *exchange, bool *found, struct arena *arena, struct error *error)
{
	if (!swift_run(swift, exchange, arena, error))
		return false;
	*found = exchange->status != 404;
	return !*found || swift_fine(exchange) || swift_refused(exchange, error);
}
