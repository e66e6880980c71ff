/* SPDX-License-Identifier: MIT */
/* What the files of the gcs service share. */
#ifndef BERTH_STORE_GCS_PRIV_H
#define BERTH_STORE_GCS_PRIV_H

#include "berth/http/client.h"
#include "berth/store/gcs.h"
#include "gcs_account_priv.h"
#include "../service/jsondoc_priv.h"

#define GCS_SCOPE "https://www.googleapis.com/auth/devstorage.read_write"

/* The token of the moment. */
struct gcs_token {
	char *bearer; /* "Bearer ..."; malloc'd, wiped when it is replaced; NULL: none */
	int64_t refresh_at;
	int64_t expires_at;
	enum error_code refused; /* why there is none; that was logged */
};

#define GCS_SIGNED_MAX 128

/* URLs that another service has signed, until half of their life is over. */
struct gcs_signed {
	char *key; /* the verb and the key */
	char *url;
	int64_t until;
};

struct gcs {
	struct object_service service; /* must be first */
	struct arena arena;            /* what lives as long as this does */
	struct http_client *client;
	struct gcs_account account;
	struct gcs_token token;
	struct gcs_signed *signed_urls; /* GCS_SIGNED_MAX of them */
	bool cannot_sign;               /* the IAM service has said so, and that was logged */
	const char *bucket;
	const char *endpoint;     /* https://storage.googleapis.com */
	const char *iam_endpoint; /* https://iamcredentials.googleapis.com */
	unsigned at_once;
};

static inline struct gcs *gcs_of(struct object_service *service)
{
	return (struct gcs *)service;
}

/* ---- gcs_token.c ---- */

/* Sets Authorization; an http_prepare_fn whose context is the struct gcs. */
bool gcs_authorize(struct http_exchange *exchange, void *context, struct arena *arena);

/* The token was refused: the next request gets a new one. */
void gcs_token_drop(struct gcs *gcs);

/* The e-mail of the machine's account, asked for once; false when the metadata server does not tell (that is logged).
 */
bool gcs_token_email(struct gcs *gcs, struct arena *arena);

/* ---- gcs_call.c ---- */

/* URLs of the JSON API ("b/<bucket>/o", then what `format` makes), of its uploads, and of the XML API
 * ("/<bucket>/<key>"). */
const char *gcs_json_url(const struct gcs *gcs, struct arena *arena, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
const char *gcs_upload_url(const struct gcs *gcs, const char *key, struct arena *arena);
const char *gcs_xml_url(const struct gcs *gcs, const char *key, const char *query, struct arena *arena);

/* As one name of a path or value of a query. */
const char *gcs_quote(const char *text, struct arena *arena);

/*
 * Runs them as ours: authorized, unless they have a `prepare` that sees to it; those that a stale token has failed once
 * more with a new one.
 */
bool gcs_run(struct gcs *gcs, struct http_exchange *list, size_t count, struct arena *arena);

static inline bool gcs_run_one(struct gcs *gcs, struct http_exchange *exchange, struct arena *arena)
{
	return gcs_run(gcs, exchange, 1, arena);
}

/* Logs what came instead of success, with what to do about it, and sets the error. Returns false. */
bool gcs_failed(struct gcs *gcs, const struct http_exchange *exchange, const char *verb, const char *key,
		struct arena *arena, struct error *error);

/* The answer makes no sense: logs `why` and sets the error. Returns false. */
bool gcs_strange(const struct http_exchange *exchange, const char *verb, const char *key, const char *why,
		 struct error *error);

/* A size as the JSON API writes it: a number in quotes. */
bool gcs_size(const struct jsondoc *object, const char *name, uint64_t *out);

/* A 404 for the object, and not for the bucket. */
bool gcs_is_missing(const struct http_exchange *exchange, struct arena *arena);

/* ---- gcs_sign.c ---- */

/* What a V4 signature is made of. */
struct gcs_v4 {
	const char *method;
	const char *endpoint; /* scheme://host[:port][/path] */
	const char *path;     /* percent-encoded: "/bucket/some/key" */
	const char *email;
	int64_t now;
	unsigned seconds;
};

/*
 * The URL up to its signature, and the text to be signed: Cloud Storage, "V4 signing process with your own program". As
 * in Google's own tests, a port is not part of the host that is signed.
 */
const char *gcs_v4_url(const struct gcs_v4 *v4, const char **to_sign, struct arena *arena);

/* With its signature behind. */
const char *gcs_v4_signed(const char *url, struct span signature, struct arena *arena);

object_sign_fn gcs_sign;

/* ---- gcs_object.c, gcs_copy.c, gcs_list.c, gcs_upload.c: struct object_service_ops ---- */

object_put_fn gcs_put;
object_head_fn gcs_head;
object_get_fn gcs_get;
object_remove_fn gcs_remove;
object_copy_fn gcs_copy;
object_list_fn gcs_list;
object_list_unfinished_fn gcs_list_unfinished;
object_begin_fn gcs_begin;
object_put_parts_fn gcs_put_parts;
object_complete_fn gcs_complete;
object_abandon_fn gcs_abandon;

#endif
