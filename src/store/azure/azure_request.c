/* SPDX-License-Identifier: MIT */
/* Requests to the blob service: their URL, their signature, their run. */
#include "azure_request_priv.h"

#include "berth/base/log.h"
#include "berth/base/percent.h"
#include "berth/base/timetext.h"

#define AT_ONCE 4

const char *azure_url(const struct azure *azure, const char *key, struct arena *arena)
{
	const struct azure_account *account = &azure->account;

	return key ? arena_printf(arena, "%s/%s/%s%s", account->endpoint, account->container, account->root,
				  percent_encode(arena, span_of(key), "/"))
		   : arena_printf(arena, "%s/%s", account->endpoint, account->container);
}

/* Called before each attempt: the service refuses dates that are 15 minutes old. */
static bool authorize(struct http_exchange *exchange, void *context, struct arena *arena)
{
	struct azure *azure = context;
	char *date = arena_alloc(arena, TIMETEXT_MAX);
	struct azure_token_fault fault;
	struct secret token;

	timetext_http(date, http_client_now());
	http_exchange_set(exchange, "x-ms-date", date);
	http_exchange_set(exchange, "x-ms-version", AZURE_VERSION);
	if (azure->identity) {
		if (!azure_identity_token(azure->identity, azure->client, &token, &fault, arena)) {
			exchange->failure = fault.why;
			return false;
		}
		http_exchange_set(exchange, "Authorization", arena_printf(arena, "Bearer %s", secret_reveal(token)));
	} else if (secret_is_set(azure->account.key)) {
		const char *text = azure_string_to_sign(exchange, azure->account.name, arena);

		http_exchange_set(exchange, "Authorization",
				  arena_printf(arena, "SharedKey %s:%s", azure->account.name,
					       azure_signature(azure->account.key, text, arena)));
	}
	return true;
}

struct http_exchange azure_exchange(struct azure *azure, const char *method, const char *key, const char *query,
				    struct arena *arena)
{
	const char *sas = secret_reveal(azure->account.sas), *url = azure_url(azure, key, arena);

	if (*query || *sas)
		url = arena_printf(arena, "%s?%s%s%s", url, query, *query && *sas ? "&" : "", sas);
	return (struct http_exchange){
		.method = method, .url = url, .repeatable = true, .prepare = authorize, .context = azure};
}

/* A token is asked for beforehand, so that its absence is told apart from a failure of the service. */
static bool have_token(struct azure *azure, struct arena *arena, struct error *error)
{
	struct azure_token_fault fault;
	struct secret token;

	if (!azure->identity || azure_identity_token(azure->identity, azure->client, &token, &fault, arena))
		return true;
	log_error("storage: azure: %s", fault.why);
	return fault.passes ? error_unavailable(error, 5) : error_set(error, E_UNKNOWN);
}

/* Tokens end early when the identity is changed: one that is refused is fetched anew, once. */
static bool run_with_new_token(struct azure *azure, struct http_exchange *list, size_t count, struct arena *arena)
{
	bool ok = true;

	azure_identity_forget(azure->identity);
	for (size_t i = 0; i < count; i++)
		if (list[i].status == 401)
			ok = http_client_run(azure->client, &list[i], arena) && ok;
	return ok;
}

static bool any_is_unauthorized(const struct http_exchange *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (list[i].status == 401)
			return true;
	return false;
}

bool azure_run_quietly(struct azure *azure, struct http_exchange *list, size_t count, struct arena *arena,
		       struct error *error)
{
	bool ok;

	if (!have_token(azure, arena, error))
		return false;
	ok = http_client_run_all(azure->client, list, count, AT_ONCE, arena);
	if (ok && azure->identity && any_is_unauthorized(list, count))
		ok = run_with_new_token(azure, list, count, arena);
	return ok;
}

bool azure_run_all(struct azure *azure, struct http_exchange *list, size_t count, const char *key, struct arena *arena,
		   struct error *error)
{
	if (azure_run_quietly(azure, list, count, arena, error))
		return true;
	for (size_t i = 0; i < count && !error_is_set(error); i++)
		if (list[i].failure && list[i].attempts > 0)
			azure_failed(list[i].method, key, list[i].failure, error);
	return false;
}
