/* SPDX-License-Identifier: MIT */
/* Requests of the swift service: their URL, their token, their MD5. */
#include "swift_request_priv.h"

#include "../service/body_priv.h"
#include "berth/base/percent.h"

/* The context of an exchange. */
struct swift_call {
	struct service_call call; /* first */
	bool of_account;          /* the key is its name in the log */
	bool is_summed;           /* the MD5 of the body goes along */
};

static const char *url_of(const struct swift *swift, const struct swift_call *call, struct arena *arena)
{
	const char *url = swift->access.storage_url, *query = call->call.query, *key = call->call.key;

	if (!call->of_account)
		url = arena_printf(arena, "%s/%s%s%s", url, percent_encode(arena, span_of(swift->settings.container), ""),
				   key[0] ? "/" : "", percent_encode(arena, span_of(key), "/"));
	return query[0] ? arena_printf(arena, "%s?%s", url, query) : url;
}

static bool swift_prepare(struct http_exchange *exchange, void *context, struct arena *arena)
{
	struct swift_call *call = context;
	struct swift *swift = (struct swift *)call->call.service;

	if (!service_authorize(exchange, arena))
		return false;
	exchange->url = url_of(swift, call, arena);
	http_exchange_set(exchange, "X-Auth-Token", arena_strdup(arena, secret_reveal(swift->access.token)));
	if (call->is_summed && !call->call.sum)
		call->call.sum = body_md5_hex(&exchange->body, arena);
	if (call->call.sum)
		http_exchange_set(exchange, "ETag", call->call.sum);
	return true;
}

struct http_exchange swift_exchange(struct swift *swift, const char *method, const char *key, const char *query,
				    struct arena *arena)
{
	struct swift_call *call = arena_alloc(arena, sizeof *call);

	*call = (struct swift_call){.call = {.service = &swift->service, .key = key, .query = query}};
	return (struct http_exchange){
		.method = method, .url = "", .repeatable = true, .prepare = swift_prepare, .context = call};
}

struct http_exchange swift_account_exchange(struct swift *swift, const char *method, struct arena *arena)
{
	struct http_exchange exchange = swift_exchange(swift, method, "the account", "", arena);

	((struct swift_call *)exchange.context)->of_account = true;
	return exchange;
}

struct http_exchange swift_put_exchange(struct swift *swift, const char *key, const struct http_client_body *body,
					struct arena *arena)
{
	struct http_exchange exchange = swift_exchange(swift, "PUT", key, "", arena);

	((struct swift_call *)exchange.context)->is_summed = true;
	exchange.body = *body;
	http_exchange_set(&exchange, "Content-Type", "application/octet-stream");
	return exchange;
}

bool swift_find(struct http_exchange *exchange, bool *found, struct arena *arena, struct error *error)
{
	if (!service_run(exchange, arena, error))
		return false;
	*found = exchange->status != 404;
	return !*found || service_fine(exchange) || service_refused(exchange, error);
}

bool swift_put_refused(const struct http_exchange *exchange, struct error *error)
{
	if (exchange->status == 404)
		((struct swift *)service_call_of(exchange)->service)->known = false;
	return service_refused(exchange, error);
}

bool swift_run_put(struct http_exchange *exchange, struct arena *arena, struct error *error)
{
	return service_run(exchange, arena, error) && (service_fine(exchange) || swift_put_refused(exchange, error));
}
