/* SPDX-License-Identifier: MIT */
/*
 * Signatures of Alibaba Cloud OSS ("Include a V4 signature in the Authorization header", "Add a V4 signature in a URL", and
 * the same two for V1, Object Storage Service Developer Reference). Pure: time and keys are the caller's.
 *
 * The resource is always /BUCKET/KEY, wherever the host says the bucket is. V4 covers the x-oss-* fields, Content-Type and
 * Content-MD5; V1 the same and Date.
 */
#ifndef BERTH_STORE_OSS_SIGN_PRIV_H
#define BERTH_STORE_OSS_SIGN_PRIV_H

#include <stddef.h>
#include <stdint.h>

#include "berth/base/arena.h"
#include "berth/base/secret.h"
#include "berth/http/client.h"

struct oss_signer {
	const char *access_key;
	struct secret secret_key;
	const char *region; /* V4: cn-hangzhou, without "oss-" */
	const char *bucket;
	int64_t now;
};

struct oss_signed {
	const char *method;
	const char *key;   /* as it is, not encoded; "" for the bucket */
	const char *query; /* encoded; "" for none */
	const struct http_field *fields;
	size_t field_count;
};

/* The value of Authorization. x-oss-date (V4, ISO 8601 basic) or Date (V1) is the caller's to set among the fields. */
char *oss_v4_header(const struct oss_signer *signer, const struct oss_signed *request, struct arena *arena)
	__attribute__((returns_nonnull));
char *oss_v1_header(const struct oss_signer *signer, const struct oss_signed *request, struct arena *arena)
	__attribute__((returns_nonnull));

/* The whole query of a URL that is good for `seconds` (V4: at most a week). The request's fields are not signed. */
char *oss_v4_query(const struct oss_signer *signer, const struct oss_signed *request, unsigned seconds, struct arena *arena)
	__attribute__((returns_nonnull));
char *oss_v1_query(const struct oss_signer *signer, const struct oss_signed *request, unsigned seconds, struct arena *arena)
	__attribute__((returns_nonnull));

#endif
