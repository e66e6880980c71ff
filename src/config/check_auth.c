/* SPDX-License-Identifier: MIT */
/* auth: the scheme and the settings that it needs. */
#include "check_priv.h"

#include <string.h>

#include "form_priv.h"
#include "value_priv.h"

static const char algorithms[] = "RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA HS256 HS384 HS512";

/* Returns the scheme that the configuration names. apply_tree has reported more than one. */
static enum config_scheme scheme_given(const struct load *load)
{
	static const char *const keys[] = {
		[CONFIG_AUTH_SILLY] = "auth.silly",
		[CONFIG_AUTH_HTPASSWD] = "auth.htpasswd",
		[CONFIG_AUTH_TOKEN] = "auth.token",
	};

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (keys[i] && load_given(load, keys[i]))
			return (enum config_scheme)i;
	return CONFIG_AUTH_NONE;
}

/* Returns whether the text may stand in a response header. */
static bool is_printable(const char *text)
{
	while (*text >= ' ' && *text <= '~')
		text++;
	return *text == '\0';
}

static void auth_need(struct load *load, const char *key, const char *text)
{
	if (!*text)
		load_error(load, key, "is missing");
	else if (!is_printable(text))
		load_error(load, key, "must be printable ASCII");
}

static bool is_algorithm(struct span name)
{
	struct span rest = span_of(algorithms), known;

	while (span_split(&rest, ' ', &known))
		if (span_equal(known, name))
			return true;
	return false;
}

static void check_token(struct load *load)
{
	const struct config_auth *auth = &load->config->auth;

	if (!auth->token.autoredirect || *auth->token.realm)
		auth_need(load, "auth.token.realm", auth->token.realm);
	auth_need(load, "auth.token.service", auth->token.service);
	auth_need(load, "auth.token.issuer", auth->token.issuer);
	if (!*auth->token.rootcertbundle && !*auth->token.jwks)
		load_error(load, "auth.token.rootcertbundle", "is missing, and so is auth.token.jwks: tokens need a key");
	if (auth->token.autoredirectpath[0] != '/' || !is_printable(auth->token.autoredirectpath))
		load_error(load, "auth.token.autoredirectpath", "must be a path like /auth/token, not %s",
			   value_quote(auth->token.autoredirectpath, load->arena));
	for (size_t i = 0; i < auth->token.signingalgorithms.count; i++)
		if (!is_algorithm(span_of(auth->token.signingalgorithms.items[i])))
			load_error(load, "auth.token.signingalgorithms", "must list %s only, not %s", algorithms,
				   value_quote(auth->token.signingalgorithms.items[i], load->arena));
}

void check_auth(struct load *load)
{
	struct config_auth *auth = &load->config->auth;

	auth->scheme = scheme_given(load);
	switch (auth->scheme) {
	case CONFIG_AUTH_NONE: break;
	case CONFIG_AUTH_SILLY:
		auth_need(load, "auth.silly.realm", auth->silly.realm);
		auth_need(load, "auth.silly.service", auth->silly.service);
		break;
	case CONFIG_AUTH_HTPASSWD:
		auth_need(load, "auth.htpasswd.realm", auth->htpasswd.realm);
		if (!*auth->htpasswd.path)
			load_error(load, "auth.htpasswd.path", "is missing");
		break;
	case CONFIG_AUTH_TOKEN: check_token(load); break;
	}
}
