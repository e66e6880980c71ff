/* SPDX-License-Identifier: MIT */
/* What the azure service is told about its account, container and credentials. */
#ifndef BERTH_STORE_AZURE_SETTINGS_H
#define BERTH_STORE_AZURE_SETTINGS_H

#include <stdbool.h>

#include "berth/base/secret.h"
#include "berth/http/client.h"

enum azure_credentials {
	AZURE_SHARED_KEY,
	AZURE_CLIENT_SECRET,       /* an application of Microsoft Entra */
	AZURE_DEFAULT_CREDENTIALS, /* what the environment has: see azure_identity_priv.h */
	AZURE_CONNECTION           /* what the connection string has: a key or a SAS */
};

/* Strings are copied. NULL and "" are the same. */
struct azure_settings {
	enum azure_credentials credentials;
	const char *account;
	struct secret account_key; /* base64 */
	struct secret connection;
	const char *tenant;
	const char *client;
	struct secret client_secret;
	const char *realm;       /* core.windows.net */
	const char *service_url; /* in place of https://ACCOUNT.blob.REALM; may have the account in its path */
	const char *container;
	bool legacy_root; /* names begin with a slash, as distribution 2.x and GitLab before 16.0 wrote them */
	struct http_client_settings http;
	unsigned copy_first_ms;   /* waits for a copy that the service has not ended at once: the first, doubled up to */
	unsigned copy_longest_ms; /* this one, */
	unsigned copy_all_ms;     /* and how long altogether */
};

#endif
