/* SPDX-License-Identifier: MIT */
/*
 * Amazon S3, and what speaks like it, as an object service: signature version 4, multipart uploads, presigned URLs.
 *
 * Every body's SHA-256 is part of its request's signature, and the service checks it: that is the checksum of uploads.
 * It costs a pass over the part (SHA-NI: some 1.5 GB/s) before it is sent. Over TLS `unsigned_payload` spares that pass.
 */
#ifndef BERTH_STORE_S3_H
#define BERTH_STORE_S3_H

#include "berth/base/secret.h"
#include "berth/store/object.h"

/* Texts may be "". Copies are made. */
struct store_s3_settings {
	const char *access_key; /* with secret_key; without: see src/store/s3_credentials.h */
	struct secret secret_key;
	struct secret session_token;
	const char *region;   /* may be missing where there is an end-point */
	const char *endpoint; /* host or URL of another server than Amazon's */
	const char *bucket;
	bool path_style; /* the bucket in the path, not in the host */
	bool insecure;   /* plain http, unless the end-point says otherwise */
	bool skip_verify;
	bool dualstack;
	bool accelerate;
	bool fips;
	bool encrypt;
	const char *key_id; /* KMS; with encrypt */
	const char *storage_class;
	const char *acl;
	bool unsigned_payload;
	uint64_t part_size;
	unsigned parts_max; /* of one multipart upload; 0: 10,000 as Amazon's */
	uint64_t copy_part_size;
	uint64_t copy_threshold; /* larger objects are copied in parts */
	unsigned copies_at_once;
	unsigned requests_per_second; /* of this process; 0: no bound */
	unsigned retries;
	const char *user_agent;
	bool log_requests;
};

/* Nothing is asked yet. NULL with one line in `reason`. */
struct object_service *store_s3_service_new(const struct store_s3_settings *settings, char *reason, size_t size);

#endif
