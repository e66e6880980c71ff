/* SPDX-License-Identifier: MIT */
/*
 * The settings of the driver azure. The configuration fills this struct from storage.azure, and the service
 * (berth/store/azure.h) reads it. A member has the name of its key, or of the key's last part; src/config/settings.def has
 * defaults, ranges and help.
 *
 * A text is never NULL; an unset text is "". Times are nanoseconds.
 */
#ifndef BERTH_SETTINGS_AZURE_H
#define BERTH_SETTINGS_AZURE_H

#include <stdbool.h>
#include <stdint.h>

#include "berth/base/secret.h"

struct azure_settings {
	const char *accountname;
	struct secret accountkey; /* base64 */
	const char *container;
	const char *realm;              /* core.windows.net */
	const char *rootdirectory;      /* without slashes at its ends */
	const char *serviceurl;         /* in place of https://ACCOUNT.blob.REALM; its path may name the account */
	struct secret connectionstring; /* goes before all other credentials */
	int64_t max_retries;            /* attempts after the first; 0: the client's default; negative: none */
	int64_t retry_delay;            /* before the second attempt; doubled from there on */
	bool skipverify;
	const char *credentials; /* client_secret, shared_key, default_credentials */
	const char *clientid;
	const char *tenantid;
	struct secret secret;
	bool legacyrootprefix; /* names begin with a slash, as distribution 2.x and GitLab before 16.0 wrote them */
	bool trimlegacyrootprefix;
	int64_t copy_first_wait;   /* for a copy that is still pending: the first wait, which is doubled */
	int64_t copy_longest_wait; /* up to this one, */
	int64_t copy_all_waits;    /* and the sum of all waits */
};

#endif
