/* SPDX-License-Identifier: MIT */
/*
 * Where S3's keys come from: the configuration, the environment, the shared credentials file, the container's agent, the
 * instance's metadata service (version 2), in this order; the first that has them is asked again when they run out.
 *
 * The variables are those of Amazon's SDKs: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN; AWS_PROFILE,
 * AWS_SHARED_CREDENTIALS_FILE; AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and _FULL_URI, AWS_CONTAINER_AUTHORIZATION_TOKEN and
 * _TOKEN_FILE; AWS_EC2_METADATA_DISABLED, AWS_EC2_METADATA_SERVICE_ENDPOINT.
 */
#ifndef BERTH_STORE_S3_CREDENTIALS_H
#define BERTH_STORE_S3_CREDENTIALS_H

#include <stdbool.h>
#include <stdint.h>

#include "berth/base/arena.h"
#include "berth/base/secret.h"
#include "berth/http/client.h"

struct s3_keys {
	const char *access_key;
	struct secret secret_key;
	struct secret token; /* unset: none */
	int64_t expires;     /* seconds since the epoch; 0: never */
};

struct s3_credentials;

/* The configuration's own keys are copied; empty ones are as good as none. NULL when memory is out. */
struct s3_credentials *s3_credentials_new(const char *access_key, struct secret secret_key, struct secret token);

/* NULL is fine. */
void s3_credentials_free(struct s3_credentials *credentials);

/*
 * Keys that hold for some minutes at least; borrowed until the next call. Asks the source anew when it is time. NULL when
 * nobody has keys, after one log line that says who was asked; that is not repeated for some seconds.
 */
const struct s3_keys *s3_credentials_get(struct s3_credentials *credentials);

/* The service says that the keys are no longer good: the next get asks the source again. False: they cannot change. */
bool s3_credentials_expire(struct s3_credentials *credentials);

/* Which source the keys are of, for log lines. */
const char *s3_credentials_source(const struct s3_credentials *credentials);

#endif
