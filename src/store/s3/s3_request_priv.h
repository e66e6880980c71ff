/* SPDX-License-Identifier: MIT */
/* What the files of the s3 service share: requests, and what their answers mean. */
#ifndef BERTH_STORE_S3_SERVICE_H
#define BERTH_STORE_S3_SERVICE_H

#include "berth/base/arena.h"
#include "berth/base/error.h"
#include "berth/http/client.h"
#include "berth/store/s3.h"
#include "s3_credentials_priv.h"
#include "s3_endpoint_priv.h"
#include "../service/xml_priv.h"

#define S3_PARTS_MAX 10000 /* "Amazon S3 multipart upload limits" */
#define S3_PART_MIN ((uint64_t)5 << 20)
#define S3_PART_MAX ((uint64_t)5 << 30)
#define S3_PUT_MAX ((uint64_t)5 << 30)
#define S3_PARTS_AT_ONCE 4
#define S3_BATCH 64      /* parts whose requests are in memory at once */
#define S3_RETRY_AFTER 5 /* seconds, for the client */

/* What a code of the service's answers means. */
struct s3_refusal {
	const char *code;
	enum error_code error;
	const char *advice;
};

struct s3_service;

/* Stays from attempt to attempt of one exchange: the context of `prepare`. */
struct s3_job {
	struct s3_service *s3;
	const char *key;
	const char *query;
	const char *payload; /* the body's sum, by the dialect's rules; NULL until the first attempt */
};

/* Where services that have S3's operations and documents differ. */
struct s3_dialect {
	const char *name; /* in the log */
	struct s3_endpoint (*endpoint)(const struct s3_settings *, struct arena *);
	http_prepare_fn *prepare; /* signs an attempt; its context is a struct s3_job */
	char *(*sign_url)(const struct s3_service *, const struct s3_keys *, const char *method, const char *key,
			  unsigned seconds, struct arena *);
	void (*set_object_fields)(const struct s3_service *, struct http_exchange *); /* of a new object */
	const char *copy_source, *copy_range, *request_id;                            /* names of fields */
	const char *xml_namespace; /* of bodies that we send: an attribute with a blank before it, or "" */
	uint64_t part_min;
	const struct s3_refusal *refusals;
	size_t refusal_count;
	const char *(*advice_on_status)(int status); /* where there is no code: answers to HEAD have no body */
};

/* Amazon's own, and its parts. */
#define S3_REFUSALS 31
extern const struct s3_refusal s3_refusals[S3_REFUSALS];
extern const struct s3_dialect s3_amazon;
http_prepare_fn s3_prepare;
char *s3_amazon_url(const struct s3_service *, const struct s3_keys *, const char *method, const char *key,
		    unsigned seconds, struct arena *);
void s3_set_amazon_fields(const struct s3_service *, struct http_exchange *);
const char *s3_advice_on_status(int status);

struct s3_service {
	struct object_service base;
	struct object_service_ops ops;
	const struct s3_dialect *dialect;
	struct arena own;
	struct s3_settings settings;
	struct s3_endpoint endpoint;
	struct s3_credentials *credentials;
	struct http_client *client;
};

/* A service of another dialect; as store_s3_service_new otherwise. */
struct object_service *s3_service_new(const struct s3_dialect *dialect, const struct s3_settings *settings, char *reason,
				      size_t size);

static inline struct s3_service *s3_of(struct object_service *service)
{
	return (struct s3_service *)service;
}

/*
 * An exchange about a key ("" is the bucket) with an encoded query ("": none), signed anew at each attempt. It may be
 * repeated.
 */
struct http_exchange s3_exchange(struct s3_service *s3, const char *method, const char *key, const char *query,
				 struct arena *arena);

/* What a new object is told: type, encryption, storage class, ACL. */
static inline void s3_set_object_fields(const struct s3_service *s3, struct http_exchange *exchange)
{
	s3->dialect->set_object_fields(s3, exchange);
}

/* The copy's source, for a key of our bucket. */
void s3_set_copy_source(const struct s3_service *s3, struct http_exchange *exchange, const char *key, struct arena *arena);

/* Runs them; true when each has an answer, whatever its status. Keys that have expired are renewed once. */
bool s3_run(struct s3_service *s3, struct http_exchange *list, size_t count, unsigned at_once, struct arena *arena,
	    struct error *error);

/* The same without the log line and the error: each exchange's `failure` says why there is no answer. */
bool s3_run_quietly(struct s3_service *s3, struct http_exchange *list, size_t count, unsigned at_once, struct arena *arena);

/* Runs one, which must be answered with a 2xx. */
bool s3_run_one(struct s3_service *s3, struct http_exchange *exchange, struct arena *arena, struct error *error);

static inline bool s3_fine(const struct http_exchange *exchange)
{
	return exchange->status / 100 == 2;
}

/* The service's own code of an answer that is no success; "" when it says none. */
const char *s3_code(const struct http_exchange *exchange, struct arena *arena);

/* Logs what the answer says and what to do about it, sets the error, returns false. */
bool s3_refused(struct s3_service *s3, const struct http_exchange *exchange, struct arena *arena, struct error *error);

/*
 * The answer's document, whose root must be `name`: some successes are errors (CompleteMultipartUpload, CopyObject). NULL
 * after s3_refused otherwise.
 */
const struct xml *s3_document(struct s3_service *s3, const struct http_exchange *exchange, const char *name,
			      struct arena *arena, struct error *error);

/* An arena whose memory goes with the other's, at the latest: for what one page or one batch needs. */
struct arena *s3_scratch(struct arena *arena);

/* ---- the operations of the table ---- */

object_put_fn s3_put;
object_head_fn s3_head;
object_get_fn s3_get;
object_remove_fn s3_remove;
object_sign_fn s3_sign;
object_begin_fn s3_begin;
object_put_parts_fn s3_put_parts;
object_complete_fn s3_complete;
object_abandon_fn s3_abandon;
object_copy_fn s3_copy;
object_list_fn s3_list;
object_list_unfinished_fn s3_list_unfinished;

/* The size of a part of a copy of `size` bytes: the settings', grown so that the parts never run out. */
uint64_t s3_copy_part(const struct s3_service *s3, uint64_t size);

/* "partNumber=N&uploadId=ID", encoded. */
const char *s3_part_query(unsigned number, const char *id, struct arena *arena);

/* ETag in header or document, without quotes, into the part's tag; false when it is missing or too long. */
bool s3_take_tag(struct object_part *part, struct span tag);

#endif
