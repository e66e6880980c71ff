/* SPDX-License-Identifier: MIT */
/*
 * Where a bucket is. Amazon's hosts by region ("Amazon S3 endpoints and quotas", AWS General Reference):
 *
 *     https://BUCKET.s3[-fips][.dualstack].REGION.amazonaws.com/   or   https://BUCKET.s3-accelerate[.dualstack].amazonaws.com/
 *
 * and any other server by its end-point: a host, or a URL with or without a path. The bucket goes in front of the host, or
 * with path style in front of the key.
 */
#ifndef BERTH_STORE_S3_ENDPOINT_PRIV_H
#define BERTH_STORE_S3_ENDPOINT_PRIV_H

#include "berth/base/arena.h"
#include "berth/store/s3.h"

struct s3_endpoint {
	const char *base;   /* URL of the bucket, with a slash at its end: a key goes behind it */
	const char *region; /* to sign for */
	bool secure;
};

/* The settings are those that a configuration's check lets through: a bucket, and a region or an end-point. */
struct s3_endpoint s3_endpoint_of(const struct s3_settings *settings, struct arena *arena);

#endif
