/* SPDX-License-Identifier: MIT */
/* Where an account's blob service is and what its owner gave us to get in: from settings or a connection string. */
#ifndef BERTH_STORE_AZURE_ACCOUNT_PRIV_H
#define BERTH_STORE_AZURE_ACCOUNT_PRIV_H

#include <stdbool.h>
#include <stddef.h>

#include "berth/base/arena.h"
#include "berth/base/secret.h"
#include "berth/settings/azure.h"

enum azure_credentials {
	AZURE_SHARED_KEY,
	AZURE_CLIENT_SECRET,       /* an application of Microsoft Entra */
	AZURE_DEFAULT_CREDENTIALS, /* what the environment has: see azure_identity_priv.h */
	AZURE_CONNECTION           /* what the connection string has: a key or a SAS */
};

struct azure_account {
	const char *name;
	const char *endpoint; /* http(s)://host[:port][/path], no slash at its end */
	const char *container;
	const char *root;  /* in front of every key: "/" or "" */
	struct secret key; /* base64; unset with a SAS or an identity */
	struct secret sas; /* of a connection string: a query without its question mark */
};

/* Returns the kind of credentials that the settings use. */
enum azure_credentials azure_credentials_of(const struct azure_settings *settings);

/* Fills *out from what the settings' kind of credentials uses. False with one line in `reason`, without a secret. */
bool azure_account_read(struct azure_account *out, const struct azure_settings *settings, struct arena *arena, char *reason,
			size_t size);

/* Whether bytes sent there cannot be read on the way: HTTPS, or this machine. Tokens go nowhere else. */
bool azure_is_private(const char *url);

#endif
