/* SPDX-License-Identifier: MIT */
/* URLs that are given away: signed with the account's key, or with one that the service lends to an identity. */
#include "azure_delegation_priv.h"

#include <string.h>

#include "../service/xml_priv.h"
#include "berth/base/log.h"
#include "berth/base/timetext.h"

#define LENT_FOR 86400   /* seconds that a lent key is asked for; a week is the most that the service lends it */
#define LENT_MOST 600000 /* of that week, with room for clocks */
#define RETRY_AFTER 5    /* seconds, for the client */
#define SKEW 900         /* our clock may be ahead of the service's */

/* Get User Delegation Key is asked of the account, not of the container. */
static bool ask_key(struct azure *azure, const char *start, const char *expiry, struct http_exchange *exchange,
		    struct arena *arena, struct error *error)
{
	const char *body = arena_printf(arena,
					"<?xml version=\"1.0\" encoding=\"utf-8\"?>"
					"<KeyInfo><Start>%s</Start><Expiry>%s</Expiry></KeyInfo>",
					start, expiry);

	*exchange = azure_exchange(azure, "POST", "", "", arena);
	exchange->url = arena_printf(arena, "%s/?restype=service&comp=userdelegationkey", azure->account.endpoint);
	exchange->body = http_body_bytes(span_of(body));
	http_exchange_set(exchange, "Content-Type", "application/xml");
	if (!service_run(exchange, arena, error))
		return false;
	return exchange->status == 200 || service_refused(exchange, error);
}

static bool delegation_keep(struct azure *azure, struct span answer, struct arena *arena)
{
	static const char *const names[] = {"SignedOid",     "SignedTid",     "SignedStart", "SignedExpiry",
					    "SignedService", "SignedVersion", "Value"};
	const struct xml *root = xml_parse(answer, arena);
	const char *texts[sizeof names / sizeof *names];
	struct secret value;
	int64_t ends;

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		texts[i] = root ? xml_text(root, names[i], arena) : NULL;
		if (!texts[i] || !*texts[i] || strlen(texts[i]) > 256)
			return false;
	}
	if (!timetext_parse(&ends, span_of(texts[3])))
		return false;
	arena_clear(&azure->delegation_memory);
	for (size_t i = 0; i + 1 < sizeof names / sizeof *names; i++)
		texts[i] = arena_strdup(&azure->delegation_memory, texts[i]);
	value = secret_new(&azure->delegation_memory, texts[6]);
	azure->delegation = (struct azure_delegation){texts[0], texts[1], texts[2], texts[3], texts[4], texts[5], value};
	azure->delegation_ends = ends;
	return true;
}

/* A key that holds for the URL's whole life. */
static bool have_key(struct azure *azure, unsigned seconds, struct arena *arena, struct error *error)
{
	char start[TIMETEXT_MAX], expiry[TIMETEXT_MAX];
	int64_t now = http_client_now(), life = LENT_FOR + (int64_t)seconds;
	struct http_exchange exchange;

	if (secret_is_set(azure->delegation.key) && azure->delegation_ends >= now + (int64_t)seconds)
		return true;
	timetext_extended(start, now - SKEW);
	timetext_extended(expiry, now + (life < LENT_MOST ? life : LENT_MOST));
	if (!ask_key(azure, start, expiry, &exchange, arena, error))
		return false;
	return delegation_keep(azure, exchange.answer, arena) || service_failed(&exchange, "the answer is no key", error);
}

bool azure_sign_query(struct azure *azure, const char *key, unsigned seconds, const char **out, struct arena *arena,
		      struct error *error)
{
	const struct azure_account *account = &azure->account;
	char expiry[TIMETEXT_MAX];
	struct azure_sas sas = {
		.account = account->name,
		.container = account->container,
		.blob = arena_printf(arena, "%s%s", account->root, key),
		.expiry = expiry,
		.protocol = strncmp(account->endpoint, "https:", 6) == 0 ? "https" : "https,http",
		.key = account->key,
	};

	*out = NULL;
	if (!azure->identity && !secret_is_set(account->key))
		return true;
	seconds = seconds < LENT_MOST / 2 ? seconds : LENT_MOST / 2;
	if (azure->identity) {
		if (!have_key(azure, seconds, arena, error))
			return false;
		sas.delegation = &azure->delegation;
	}
	timetext_extended(expiry, http_client_now() + (int64_t)seconds);
	*out = azure_sas_query(&sas, arena);
	if (*out)
		return true;
	log_error("storage: azure: sign %s: the key is not base64", key);
	return error_unavailable(error, RETRY_AFTER);
}

bool azure_sign(struct object_service *service, const char *key, enum object_verb verb, unsigned seconds, const char **out,
		struct arena *arena, struct error *error)
{
	struct azure *azure = azure_of(service);
	const char *query;

	(void)verb; /* read permission is good for both */
	*out = NULL;
	if (!azure_sign_query(azure, key, seconds, &query, arena, error))
		return false;
	if (query)
		*out = arena_printf(arena, "%s?%s", azure_url(azure, key, arena), query);
	return true;
}
