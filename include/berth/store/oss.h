/* SPDX-License-Identifier: MIT */
/*
 * Alibaba Cloud OSS as an object service: the operations and documents of S3 (src/store/s3_service.h), its own fields,
 * signatures and hosts. Bodies carry Content-MD5, which the service checks.
 */
#ifndef BERTH_STORE_OSS_H
#define BERTH_STORE_OSS_H

#include "berth/base/secret.h"
#include "berth/store/object.h"

/* Texts may be "" unless it says otherwise. Copies are made. */
struct store_oss_settings {
	const char *access_key; /* needed, and so are the next three */
	struct secret secret_key;
	const char *region; /* cn-hangzhou or oss-cn-hangzhou */
	const char *bucket;
	const char *endpoint; /* host or URL that takes the place of BUCKET.REGION.aliyuncs.com */
	bool internal;        /* the end-point inside Alibaba's network, when `endpoint` names none */
	bool insecure;        /* plain http, unless the end-point says otherwise */
	bool encrypt;         /* AES256, with keys of the service */
	const char *key_id;   /* of the key management service, which then encrypts; NULL or "": none */
	bool v1;              /* signature version 1: older accounts and servers */
	uint64_t part_size;
	unsigned retries;
	const char *user_agent;
};

/* Nothing is asked yet. NULL with one line in `reason`. */
struct object_service *store_oss_service_new(const struct store_oss_settings *settings, char *reason, size_t size);

#endif
