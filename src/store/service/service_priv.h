/* SPDX-License-Identifier: MIT */
/*
 * What every service of an object store has in common: its head, its requests, and what becomes of their answers.
 *
 * A folder of a service reads like the next one: `_open` makes the service, `_request` builds a request and signs it,
 * `_refusal` has the table of its error codes, `_object`, `_list`, `_upload` and `_copy` are the operations.
 *
 *     exchange = s3_exchange(s3, "DELETE", key, "", arena);
 *     if (!service_run(&exchange, arena, error))        no answer: logged, and the error is set
 *             return false;
 *     return exchange.status == 204 || service_refused(&exchange, error);
 */
#ifndef BERTH_STORE_SERVICE_SERVICE_PRIV_H
#define BERTH_STORE_SERVICE_SERVICE_PRIV_H

#include "berth/base/arena.h"
#include "berth/base/error.h"
#include "berth/http/client.h"
#include "berth/store/object.h"
#include "credential_priv.h"
#include "refusal_priv.h"

struct service;

/* What an answer that refuses says of itself; "" for what it does not say. */
struct service_words {
	const char *code;
	const char *message; /* without secrets and signatures, for it is logged */
};

/* What differs between services. */
struct service_kind {
	const char *name;               /* in the log */
	const char *bucket;             /* its word for the bucket, in the log: "the container" */
	const char *range;              /* request header that carries a range */
	const char *request_id;         /* answer header that names the request */
	const char *const *stale_codes; /* with NULL behind: they refuse the credential, as status 401 does; NULL: none */
	const struct refusal_table *refusals;
	struct service_words (*read_words)(const struct http_exchange *exchange, struct arena *arena);

	/* Called before requests, once there is a credential; NULL: nothing to do. False: the error is set. */
	bool (*ready)(struct service *service, struct arena *arena, struct error *error);
};

/* The head of every service's own struct. */
struct service {
	struct object_service base; /* first */
	const struct service_kind *kind;
	struct arena memory; /* lives as long as the service */
	struct http_client *client;
	struct credential *credential; /* NULL: none that runs out */
	bool log_requests;
};

/* The context of every exchange. */
struct service_call {
	struct service *service;
	const char *key;   /* "": the bucket */
	const char *query; /* encoded; "": none */
	const char *sum;   /* of the body, by the service's rules; NULL until the first attempt */
};

/* What the five read alike of their settings. */
struct service_settings {
	size_t size; /* of the service's own struct */
	const struct service_kind *kind;
	const struct object_service_ops *ops;
	struct object_limits limits;
	struct http_client_settings http;
};

static inline struct service *service_of(struct object_service *base)
{
	return (struct service *)base;
}

/* A zeroed struct of the service with its head filled. NULL with one line in `reason`. */
void *service_new(const struct service_settings *settings, char *reason, size_t size);

/* Gives the head and the struct back; the credential is the owner's. */
void service_free(struct service *service);

static inline const struct service_call *service_call_of(const struct http_exchange *exchange)
{
	return exchange->context;
}

/* Has a credential, and what the service needs to know before a request. False: the error is set. */
bool service_ready(struct service *service, struct arena *arena, struct error *error);

/* For a `prepare`: has a credential that holds at this attempt. False: the exchange's `failure` is set. */
bool service_authorize(struct http_exchange *exchange, struct arena *arena);

/*
 * Runs exchanges of one service, `at_once` at a time. Those whose credential is refused run once more with a new one. True when
 * each has an answer, whatever its status. False: one has none, which is logged, and the error is set.
 */
bool service_run_all(struct http_exchange *list, size_t count, unsigned at_once, struct arena *arena, struct error *error);

static inline bool service_run(struct http_exchange *exchange, struct arena *arena, struct error *error)
{
	return service_run_all(exchange, 1, 1, arena, error);
}

/* The same without the log line; the error is set only where there is no credential. `failure` says why there is no answer. */
bool service_run_quietly(struct http_exchange *list, size_t count, unsigned at_once, struct arena *arena,
			 struct error *error);

/* The same without a credential that is fetched or renewed: for the requests that `ready` makes. */
bool service_run_plain(struct http_exchange *exchange, struct arena *arena, struct error *error);

static inline bool service_fine(const struct http_exchange *exchange)
{
	return exchange->status / 100 == 2;
}

/* Runs it; an answer other than a 2xx is refused. */
bool service_run_fine(struct http_exchange *exchange, struct arena *arena, struct error *error);

/*
 * Logs a refusal in one line: what was asked of which key, the service's code, message and request id, and what to do about it;
 * never the URL, which may hold a signature. Sets the error by the service's table. Returns false.
 */
bool service_refused(const struct http_exchange *exchange, struct error *error);

/* Logs why an exchange has no answer, or an answer that makes no sense. Sets E_UNAVAILABLE. Returns false. */
bool service_failed(const struct http_exchange *exchange, const char *why, struct error *error);

/* Asks whether the object is there with this size. False: that cannot be known, and the error is set. */
bool service_is_there(struct service *service, const char *key, uint64_t size, bool *is_there, struct arena *arena,
		      struct error *error);

/* The age of what was changed at `time` (any form of timetext.h), in seconds; 0 when that is not known. */
int64_t service_age(const char *time);

/* An arena of at most `ceiling` bytes, for one batch or page; released with `arena` at the latest. */
struct arena *service_scratch(struct arena *arena, size_t ceiling);

/* The name of the exchange's key in the log. */
const char *service_key_name(const struct http_exchange *exchange);

#endif
