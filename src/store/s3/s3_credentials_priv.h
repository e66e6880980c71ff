/* SPDX-License-Identifier: MIT */
/*
 * The source of S3's keys: the configuration, the environment, the shared credentials file, the container's agent, the
 * instance's metadata service (version 2), in this order. The first source that has keys is asked again when they run out.
 *
 * The variables are those of Amazon's SDKs: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN; AWS_PROFILE,
 * AWS_SHARED_CREDENTIALS_FILE; AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and _FULL_URI, AWS_CONTAINER_AUTHORIZATION_TOKEN and
 * _TOKEN_FILE; AWS_EC2_METADATA_DISABLED, AWS_EC2_METADATA_SERVICE_ENDPOINT.
 */
#ifndef BERTH_STORE_S3_CREDENTIALS_PRIV_H
#define BERTH_STORE_S3_CREDENTIALS_PRIV_H

#include "../service/credential_priv.h"
#include "s3_search_priv.h"

struct s3_credentials {
	struct credential credential; /* when the sources are asked */
	struct s3_keys keys;          /* valid while the credential holds */
	bool is_fixed;                /* the keys are the configuration's: no source is asked */
	bool is_known;                /* `source` is where keys were found */
	size_t source;
};

/* Copies the configuration's own keys into `memory`; empty ones are as good as none. */
void s3_credentials_init(struct s3_credentials *credentials, const char *access_key, struct secret secret_key,
			 struct secret token, struct arena *memory);

/* Wipes the keys. */
void s3_credentials_release(struct s3_credentials *credentials);

/* Makes sure that the keys hold for now, as credential_have does. */
bool s3_credentials_have(struct s3_credentials *credentials, struct arena *scratch, struct error *error);

/* The name of the source of the keys, for log lines. */
const char *s3_credentials_source(const struct s3_credentials *credentials);

#endif
