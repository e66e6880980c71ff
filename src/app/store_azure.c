/* SPDX-License-Identifier: MIT */
/* From storage.azure to the azure service. */
#include "berth/store/azure.h"

#include <string.h>

#include "store_object_priv.h"

#define NS_PER_MS 1000000

static enum azure_credentials credentials_of(const struct config_azure *azure)
{
	if (secret_is_set(azure->connectionstring))
		return AZURE_CONNECTION;
	if (strcmp(azure->credentials, "shared_key") == 0)
		return AZURE_SHARED_KEY;
	return strcmp(azure->credentials, "client_secret") == 0 ? AZURE_CLIENT_SECRET : AZURE_DEFAULT_CREDENTIALS;
}

static struct http_client_settings http_settings(const struct config_azure *azure)
{
	return (struct http_client_settings){
		.skip_verify = azure->skipverify,
		.retries = azure->max_retries < 0 ? HTTP_CLIENT_NO_RETRIES : (unsigned)azure->max_retries,
		.retry_delay_ms = (unsigned)(azure->retry_delay / NS_PER_MS),
	};
}

struct object_service *app_azure_service(const struct config *config, char *reason, size_t size)
{
	const struct config_azure *azure = &config->storage.azure;
	const struct azure_settings settings = {
		.credentials = credentials_of(azure),
		.account = azure->accountname,
		.account_key = azure->accountkey,
		.connection = azure->connectionstring,
		.tenant = azure->tenantid,
		.client = azure->clientid,
		.client_secret = azure->secret,
		.realm = azure->realm,
		.service_url = azure->serviceurl,
		.container = azure->container,
		.legacy_root = azure->legacyrootprefix,
		.http = http_settings(azure),
		.copy_first_ms = (unsigned)(azure->copy_first_wait / NS_PER_MS),
		.copy_longest_ms = (unsigned)(azure->copy_longest_wait / NS_PER_MS),
		.copy_all_ms = (unsigned)(azure->copy_all_waits / NS_PER_MS),
	};

	return azure_open(&settings, reason, size);
}
