/* SPDX-License-Identifier: MIT */
/* From the configuration's `auth` section to a scheme. */
#include "berth/app/app.h"

#include "berth/auth/htpasswd_scheme.h"
#include "berth/auth/silly.h"
#include "berth/auth/token_scheme.h"
#include "worker_priv.h"

static jwa_set algorithms(const struct text_list *names)
{
	jwa_set set = 0;
	enum jwa one;

	for (size_t i = 0; i < names->count; i++)
		if (jwa_parse(&one, span_of(names->items[i])))
			set |= JWA_BIT(one);
	return names->count ? set : JWA_ALL;
}

static struct auth *open_token(const struct config *config, char *reason, size_t size)
{
	struct token_settings settings = {
		.realm = config->auth.token.realm,
		.service = config->auth.token.service,
		.issuer = config->auth.token.issuer,
		.rootcertbundle = config->auth.token.rootcertbundle,
		.jwks = config->auth.token.jwks,
		.algorithms = algorithms(&config->auth.token.signingalgorithms),
		.autoredirect = config->auth.token.autoredirect,
		.autoredirectpath = config->auth.token.autoredirectpath,
	};

	return token_scheme_new(&settings, reason, size);
}

bool app_open_auth(struct app *app, char *reason, size_t size)
{
	const struct config_auth *auth = &app->config->auth;
	char why[256] = "out of memory";

	switch (auth->scheme) {
	case CONFIG_AUTH_NONE: return true;
	case CONFIG_AUTH_SILLY: app->auth = silly_new(auth->silly.realm, auth->silly.service); break;
	case CONFIG_AUTH_HTPASSWD:
		app->auth = htpasswd_scheme_new(auth->htpasswd.realm, auth->htpasswd.path, why, sizeof why);
		break;
	case CONFIG_AUTH_TOKEN: app->auth = open_token(app->config, why, sizeof why); break;
	}
	if (!app->auth)
		(void)snprintf(reason, size, "auth: %s", why);
	return app->auth != NULL;
}
