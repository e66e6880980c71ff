/* SPDX-License-Identifier: MIT */
/*
 * The frame of signature version 4, which Amazon, Alibaba Cloud and Google share: a scope of date, region and service, a text
 * to sign that holds the digest of the canonical request, and a key that is derived from the secret by the parts of the scope.
 * What the canonical request holds differs, and is the caller's. "Signature Version 4 signing process" (Amazon IAM User Guide).
 */
#ifndef BERTH_STORE_SERVICE_SIGV4_PRIV_H
#define BERTH_STORE_SERVICE_SIGV4_PRIV_H

#include <stdint.h>

#include "berth/base/arena.h"
#include "berth/base/secret.h"
#include "berth/base/span.h"
#include "berth/base/timetext.h"

/* The names that a vendor gives its version. */
struct sigv4_dialect {
	const char *algorithm;  /* "AWS4-HMAC-SHA256" */
	const char *key_prefix; /* in front of the secret: "AWS4". NULL: the signer has no shared secret */
	const char *terminator; /* end of the scope: "aws4_request" */
};

/* What one signature is good for. */
struct sigv4_scope {
	const struct sigv4_dialect *dialect;
	const char *region;
	const char *service;
	char time[TIMETEXT_MAX]; /* ISO 8601 basic: 20130524T000000Z */
	const char *text;        /* 20130524/us-east-1/s3/aws4_request */
};

/* The scope at `now`, seconds since the epoch. Strings are borrowed; `text` is in the arena. */
struct sigv4_scope sigv4_scope(const struct sigv4_dialect *dialect, const char *region, const char *service, int64_t now,
			       struct arena *arena);

/* The text that is signed for a canonical request. */
const char *sigv4_text(const struct sigv4_scope *scope, struct span canonical, struct arena *arena);

/* The signature of a canonical request in lower-case hex, by HMAC-SHA256 with the key that is derived from the secret. */
const char *sigv4_signature(const struct sigv4_scope *scope, struct secret secret, struct span canonical,
			    struct arena *arena);

#endif
