/* SPDX-License-Identifier: MIT */
/* What the files of the Swift driver share: the service, and calls that carry its token. */
#ifndef BERTH_STORE_SWIFT_SESSION_H
#define BERTH_STORE_SWIFT_SESSION_H

#include "berth/base/hash.h"
#include "berth/store/swift.h"
#include "../service/jsondoc_priv.h"
#include "swift_auth_priv.h"

#define SWIFT_RETRY_SECONDS 5 /* Retry-After of a request that Swift could not serve */
#define SWIFT_AT_ONCE 4       /* requests on the wire */

/* What `/info` says of the cluster. */
struct swift_powers {
	bool slo;
	uint64_t manifest_max; /* segments of a static manifest */
	uint64_t object_max;   /* bytes of an object that is not large */
	uint64_t page;         /* names of a listing that are asked for at once */
	bool container_key;    /* temporary URLs by a key of the container */
	bool tempurl;          /* GET is among their methods */
	enum hash digest;      /* of their signatures */
};

struct swift {
	struct object_service service;
	struct swift_settings settings;
	struct http_client *client;
	int version; /* of the sign-in */
	bool apikey; /* v2: the password turned out to be an API key */

	struct arena memory; /* of what follows; cleared with each sign-in */
	struct secret token;
	const char *storage_url;
	const char *tenant_id;
	int64_t renew_at; /* 0: when a request is refused */

	bool known; /* what follows has been asked */
	struct swift_powers powers;
	struct arena key_memory;
	struct secret key; /* of temporary URLs; unset: none can be had */
};

/* One request on an object: the context of its exchange. */
struct swift_call {
	struct swift *swift;
	const char *key;   /* NULL: the container, or with `account` the account */
	const char *query; /* "multipart-manifest=get"; NULL: none */
	bool account;
	bool quiet;  /* without an answer nothing is logged and no error set: the caller tells */
	bool summed; /* the MD5 of the body goes along, and the server checks it */
	const char *sum;
};

/* An exchange for the call; `key` and `query` are borrowed, the rest is in `arena`. */
struct http_exchange swift_exchange(struct swift *swift, const char *method, const char *key, const char *query,
				    struct arena *arena);

/* A PUT of a body whose sum goes along. */
struct http_exchange swift_put_exchange(struct swift *swift, const char *key, const struct http_client_body *body,
					struct arena *arena);

/* URL of an object of the container; NULL: of the container. */
const char *swift_url(const struct swift *swift, const char *key, struct arena *arena);

/*
 * Runs the exchanges, signed in; those that are answered 401 are run once more with a new token. True when each has an
 * answer, whatever its status; otherwise the cause is logged and the error set.
 */
bool swift_run_all(struct swift *swift, struct http_exchange *list, size_t count, struct arena *arena, struct error *error);

static inline bool swift_run(struct swift *swift, struct http_exchange *exchange, struct arena *arena, struct error *error)
{
	return swift_run_all(swift, exchange, 1, arena, error);
}

/* Runs it; 404 is an answer (*found false), any other but a 2xx is refused. */
bool swift_find(struct swift *swift, struct http_exchange *exchange, bool *found, struct arena *arena, struct error *error);

/* swift_run without a sign-in before and after: what a sign-in itself is made of. */
bool swift_run_plain(struct swift *swift, struct http_exchange *exchange, struct arena *arena, struct error *error);

/* Signs in where that is due and learns what the cluster can. */
bool swift_ready(struct swift *swift, struct arena *arena, struct error *error);

/* Asks for the container (and makes it), the cluster's powers and the key of temporary URLs. */
bool swift_explore(struct swift *swift, struct arena *arena, struct error *error);

/* Whether the answer's status is a 2xx. */
static inline bool swift_fine(const struct http_exchange *exchange)
{
	return exchange->status >= 200 && exchange->status < 300;
}

/* Logs the answer in one line, with what to do about it where that is known; sets the error; returns false. */
bool swift_refused(const struct http_exchange *exchange, struct error *error);

/* The same for the answer to a sign-in. */
bool swift_refused_sign_in(const struct http_exchange *exchange, struct error *error);

/* What a log line calls the object of an exchange of swift_exchange. */
const char *swift_called(const struct http_exchange *exchange);

/* The same for an answer whose status is fine and whose content is not. */
bool swift_strange(const struct http_exchange *exchange, const char *what, struct error *error);

/* A text of a document, "" when there is none; a number that is not negative. */
static inline const char *swift_text(const struct jsondoc *object, const char *key)
{
	const char *text = jsondoc_text(object, key);

	return text ? text : "";
}

static inline uint64_t swift_number(const struct jsondoc *object, const char *key, uint64_t otherwise)
{
	int64_t number = jsondoc_number(object, key, -1);

	return number < 0 ? otherwise : (uint64_t)number;
}

/* What `/info` says, with defaults where it is silent. */
void swift_read_info(struct swift_powers *out, const struct jsondoc *info);

#endif
