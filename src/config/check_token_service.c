/* SPDX-License-Identifier: MIT */
/* token_service: words, paths and waits. */
#include "check_priv.h"

#include <string.h>

#include "form_priv.h"
#include "value_priv.h"

/* Checks a word that stands in a claim, and in quotes in a challenge. */
static void check_word(struct load *load, const char *key, const char *word)
{
	size_t len = strlen(word);

	for (size_t i = 0; i < len; i++)
		if (word[i] < ' ' || word[i] > '~' || word[i] == '"' || word[i] == '\\')
			len = 0;
	if (len == 0 || len > 255)
		load_error(load, key, "must be 1 to 255 printable characters without quotes and backslashes");
}

void check_token_service(struct load *load)
{
	struct config_token_service *service = &load->config->token_service;

	if (!service->enabled)
		return;
	check_word(load, "token_service.issuer", service->issuer);
	check_word(load, "token_service.service", service->service);
	if (service->keys[0] != '/')
		load_error(load, "token_service.keys", "must be an absolute path, not %s",
			   value_quote(service->keys, load->arena));
	service->keys = form_without_slash(load, service->keys);
	if (service->backoff.longest < service->backoff.first)
		load_error(load, "token_service.backoff.longest", "must not be shorter than token_service.backoff.first");
	if (service->backoff.forget < service->backoff.longest)
		load_error(load, "token_service.backoff.forget", "must not be shorter than token_service.backoff.longest");
}
