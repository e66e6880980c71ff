/* SPDX-License-Identifier: MIT */
/* Requests to the blob service: their URLs and signatures. */
#include "azure_request_priv.h"

#include "berth/base/percent.h"
#include "berth/base/timetext.h"

const char *azure_url(const struct azure *azure, const char *key, struct arena *arena)
{
	const struct azure_account *account = &azure->account;

	return *key ? arena_printf(arena, "%s/%s/%s%s", account->endpoint, account->container, account->root,
				   percent_encode(arena, span_of(key), "/"))
		    : arena_printf(arena, "%s/%s", account->endpoint, account->container);
}

static const char *azure_authorization(const struct azure *azure, const struct http_exchange *exchange, struct arena *arena)
{
	const char *text;

	if (azure->identity)
		return arena_printf(arena, "Bearer %s", secret_reveal(azure->identity->token));
	text = azure_string_to_sign(exchange, azure->account.name, arena);
	return arena_printf(arena, "SharedKey %s:%s", azure->account.name,
			    azure_signature(azure->account.key, text, arena));
}

/* Called before each attempt: the service refuses dates that are 15 minutes old. */
static bool azure_prepare(struct http_exchange *exchange, void *context, struct arena *arena)
{
	const struct azure *azure = (const struct azure *)((struct service_call *)context)->service;
	char *date = arena_alloc(arena, TIMETEXT_MAX);

	if (!service_authorize(exchange, arena))
		return false;
	http_exchange_set(exchange, "x-ms-date", timetext_http(date, http_client_now()));
	http_exchange_set(exchange, "x-ms-version", AZURE_VERSION);
	if (azure->identity || secret_is_set(azure->account.key))
		http_exchange_set(exchange, "Authorization", azure_authorization(azure, exchange, arena));
	return true;
}

struct http_exchange azure_exchange(struct azure *azure, const char *method, const char *key, const char *query,
				    struct arena *arena)
{
	const char *sas = secret_reveal(azure->account.sas), *url = azure_url(azure, key, arena);
	struct service_call *call = arena_alloc(arena, sizeof *call);

	*call = (struct service_call){.service = &azure->service, .key = key, .query = query};
	if (*query || *sas)
		url = arena_printf(arena, "%s?%s%s%s", url, query, *query && *sas ? "&" : "", sas);
	return (struct http_exchange){
		.method = method, .url = url, .repeatable = true, .prepare = azure_prepare, .context = call};
}
