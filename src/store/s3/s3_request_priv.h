/* SPDX-License-Identifier: MIT */
/* Requests of the s3 service, and of services that have S3's operations and documents. */
#ifndef BERTH_STORE_S3_REQUEST_PRIV_H
#define BERTH_STORE_S3_REQUEST_PRIV_H

#include "../service/service_priv.h"
#include "../service/xml_priv.h"
#include "berth/store/s3.h"
#include "s3_credentials_priv.h"
#include "s3_endpoint_priv.h"

#define S3_PARTS_MAX 10000            /* "Amazon S3 multipart upload limits" */
#define S3_BATCH 64                   /* parts whose requests are in memory at once */
#define S3_SCRATCH ((size_t)48 << 20) /* memory of a batch */

struct s3;

/* Where services that have S3's operations differ. */
struct s3_dialect {
	struct service_kind kind;
	struct s3_endpoint (*endpoint)(const struct s3_settings *settings, struct arena *arena);
	http_prepare_fn *prepare; /* signs an attempt; its context is a struct service_call */
	char *(*sign_url)(const struct s3 *s3, const char *method, const char *key, unsigned seconds, struct arena *arena);
	void (*set_object_fields)(const struct s3 *s3, struct http_exchange *exchange); /* type, encryption, class, ACL */
	const char *copy_source, *copy_range;                                           /* names of fields */
	const char *xml_namespace; /* of bodies that we send: an attribute with a blank before it, or "" */
	uint64_t part_min;
};

struct s3 {
	struct service service; /* first */
	struct object_service_ops ops;
	const struct s3_dialect *dialect;
	struct s3_settings settings;
	struct s3_endpoint endpoint;
	struct s3_credentials credentials;
};

static inline struct s3 *s3_of(struct object_service *service)
{
	return (struct s3 *)service;
}

/* An exchange about `key` ("": the bucket) with an encoded query ("": none). It may be repeated; each attempt is signed. */
struct http_exchange s3_exchange(struct s3 *s3, const char *method, const char *key, const char *query,
				 struct arena *arena);

/* Amazon's way to sign a request and a URL, and Amazon's fields of a new object. */
http_prepare_fn s3_prepare;
char *s3_sign_key(const struct s3 *s3, const char *method, const char *key, unsigned seconds, struct arena *arena);
void s3_set_object_fields(const struct s3 *s3, struct http_exchange *exchange);

/* Names a key of our bucket as the source of a copy. */
void s3_set_copy_source(const struct s3 *s3, struct http_exchange *exchange, const char *key, struct arena *arena);

/*
 * The document of an answer, whose root must be `name`: some successes are errors (CompleteMultipartUpload, CopyObject). NULL
 * after service_refused otherwise.
 */
const struct xml *s3_document(const struct http_exchange *exchange, const char *name, struct arena *arena,
			      struct error *error);

#endif
