/* SPDX-License-Identifier: MIT */
/* The settings and the signing key of the token service. */
#include "berth/app/token.h"

#include <stdio.h>

#include "berth/base/log.h"
#include "berth/issuer/keystore.h"
#include "worker_priv.h"

#define NS_PER_S 1000000000

struct issuer_settings app_issuer_settings(const struct config *config)
{
	const struct config_token_service *service = &config->token_service;

	return (struct issuer_settings){
		.issuer = service->issuer,
		.service = service->service,
		.expiry = service->expiry / NS_PER_S,
		.refresh_expiry = service->refreshexpiry / NS_PER_S,
		.refresh_lifetime = service->refreshlifetime / NS_PER_S,
		.refresh_most = service->refreshtokens,
		.anonymous = service->anonymous,
		.backoff.free = service->backoff.attempts,
		.backoff.first = service->backoff.first / NS_PER_S,
		.backoff.longest = service->backoff.longest / NS_PER_S,
		.backoff.forget = service->backoff.forget / NS_PER_S,
	};
}

static bool load_key(struct app *app, char *reason, size_t size)
{
	const char *folder = app->config->token_service.keys;
	struct keystore *store = arena_alloc(&app->arena, sizeof *store);
	char why[384];

	if (!keystore_read(store, &app->arena, folder, why, sizeof why)) {
		(void)snprintf(reason, size, "token_service.keys: %s", why);
		return false;
	}
	if (store->count == 0) {
		(void)snprintf(reason, size, "token_service.keys: %s holds no key: run `berth key generate CONFIG`",
			       folder);
		return false;
	}
	app->issuer = app_issuer_settings(app->config);
	app->issuer.key = &store->entries[store->count - 1].key;
	log_info("tokens are signed with key %s (kid %s)", store->entries[store->count - 1].name,
		 app->issuer.key->libtrust);
	return true;
}

bool app_open_issuer(struct app *app, char *reason, size_t size)
{
	if (app->config->token_service.enabled)
		return load_key(app, reason, size);
	(void)snprintf(reason, size, "token_service.enabled is not set");
	return false;
}
