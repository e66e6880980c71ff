/* SPDX-License-Identifier: MIT */
/*
 * The settings of the driver gcs. The configuration fills this struct from storage.gcs, and the service (berth/store/gcs.h)
 * reads it. A member has the name of its key; src/config/settings.def has defaults, ranges and help.
 *
 * A text is never NULL; an unset text is "". Sizes are bytes.
 */
#ifndef BERTH_SETTINGS_GCS_H
#define BERTH_SETTINGS_GCS_H

#include <stdint.h>

#include "berth/base/secret.h"

/* The members of a service account's key file. */
struct gcs_key_settings {
	const char *type;
	const char *client_email;
	const char *private_key_id;
	struct secret private_key; /* PEM; set exactly when client_email is */
	const char *token_uri;
	const char *universe_domain;
};

struct gcs_settings {
	const char *bucket;
	const char *keyfile; /* goes before `credentials`; without both the environment is asked */
	struct gcs_key_settings credentials;
	const char *rootdirectory; /* without slashes at its ends */
	int64_t chunksize;
	int64_t maxconcurrency; /* parts that one worker sends at once */
	const char *useragent;
	const char *endpoint;    /* "" or an http(s) URL without a slash at its end */
	const char *iamendpoint; /* likewise */
};

#endif
