/* SPDX-License-Identifier: MIT */
/*
 * AWS signature version 4, as S3 wants it: paths are encoded once and not normalised ("Authenticating Requests (AWS
 * Signature Version 4)", Amazon S3 API Reference). Pure: time and keys are the caller's.
 */
#ifndef BERTH_STORE_S3_SIGN_PRIV_H
#define BERTH_STORE_S3_SIGN_PRIV_H

#include <stddef.h>
#include <stdint.h>

#include "berth/base/arena.h"
#include "berth/base/secret.h"
#include "berth/base/span.h"
#include "berth/http/client.h"

#define S3_UNSIGNED "UNSIGNED-PAYLOAD"

struct s3_signer {
	const char *access_key;
	struct secret secret_key;
	struct secret token; /* of a session; unset: none */
	const char *region;
	const char *service; /* "s3" */
	int64_t now;
};

/* What a signature covers. The URL is absolute and encoded; header fields need no order, Host is taken from the URL. */
struct s3_signed {
	const char *method;
	const char *url;
	const struct http_field *fields;
	size_t field_count;
	const char *payload; /* SHA-256 of the body in hex, or S3_UNSIGNED */
};

/* The value of Authorization. X-Amz-Date and X-Amz-Security-Token are the caller's to set among the fields. */
char *s3_sign_header(const struct s3_signer *signer, const struct s3_signed *request, struct arena *arena)
	__attribute__((returns_nonnull));

/* The URL with a signature in its query, good for `seconds` (S3 takes at most a week). The payload is not signed. */
char *s3_sign_url(const struct s3_signer *signer, const char *method, const char *url, unsigned seconds,
		  struct arena *arena) __attribute__((returns_nonnull));

#endif
