/* SPDX-License-Identifier: MIT */
/* The gcs service, and its requests to the JSON API and the XML API. */
#ifndef BERTH_STORE_GCS_REQUEST_PRIV_H
#define BERTH_STORE_GCS_REQUEST_PRIV_H

#include "../service/service_priv.h"
#include "berth/base/json_read.h"
#include "berth/store/gcs.h"
#include "gcs_account_priv.h"

#define GCS_SIGNED_MAX 128

/* A URL that the IAM service has signed. */
struct gcs_signed {
	char *key; /* the verb and the key */
	char *url;
	int64_t until; /* half of its life */
};

struct gcs {
	struct service service; /* first */
	struct gcs_account account;
	struct credential credential;   /* when a token is fetched */
	struct secret bearer;           /* "Bearer TOKEN"; valid while the credential holds */
	struct gcs_signed *signed_urls; /* GCS_SIGNED_MAX of them */
	bool cannot_sign;               /* the IAM service has said so, and that is logged */
	const char *bucket;
	const char *endpoint;     /* https://storage.googleapis.com */
	const char *iam_endpoint; /* https://iamcredentials.googleapis.com */
	unsigned at_once;
};

static inline struct gcs *gcs_of(struct object_service *service)
{
	return (struct gcs *)service;
}

/* A request about `key` ("": the bucket). It may be repeated; each attempt carries a token that holds. */
struct http_exchange gcs_exchange(struct gcs *gcs, const char *method, const char *url, const char *key,
				  struct arena *arena);

/* Sets Authorization: the `prepare` of every exchange, or the end of one. */
http_prepare_fn gcs_prepare;

/* URLs of the JSON API ("b/BUCKET/o", then what `format` makes) and of its uploads. */
const char *gcs_json_url(const struct gcs *gcs, struct arena *arena, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
const char *gcs_upload_url(const struct gcs *gcs, const char *key, struct arena *arena);

/* URLs of the XML API ("/BUCKET/KEY"). */
const char *gcs_xml_url(const struct gcs *gcs, const char *key, const char *query, struct arena *arena);

/* Reads a size, which the JSON API writes as a number in quotes. Returns false if there is none. */
bool gcs_size(const struct json *object, const char *key, uint64_t *out);

/* Encodes a text as one name of a path or one value of a query. */
const char *gcs_quote(const char *text, struct arena *arena);

#endif
