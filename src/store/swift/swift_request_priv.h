/* SPDX-License-Identifier: MIT */
/* The swift service, and its requests. */
#ifndef BERTH_STORE_SWIFT_REQUEST_PRIV_H
#define BERTH_STORE_SWIFT_REQUEST_PRIV_H

#include "berth/base/json_read.h"
#include "../service/service_priv.h"
#include "berth/base/hash.h"
#include "berth/store/swift.h"
#include "swift_auth_priv.h"

#define SWIFT_AT_ONCE 4 /* requests on the wire */

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
	struct service service; /* first */
	struct swift_settings settings;
	int version; /* of the sign-in */
	bool apikey; /* v2: the password turned out to be an API key */

	struct credential credential; /* when to sign in */
	struct swift_access access;   /* valid while the credential holds */

	bool known; /* what follows has been asked */
	struct swift_powers powers;
	struct arena key_memory;
	struct secret key; /* of temporary URLs; unset: none can be had */
};

static inline struct swift *swift_of(struct object_service *service)
{
	return (struct swift *)service;
}

/*
 * A request about the object `key` ("": the container) with an encoded query ("": none). Its URL and token are set at each
 * attempt: a sign-in can move the storage. `key` and `query` are borrowed.
 */
struct http_exchange swift_exchange(struct swift *swift, const char *method, const char *key, const char *query,
				    struct arena *arena);

/* A request about the account. */
struct http_exchange swift_account_exchange(struct swift *swift, const char *method, struct arena *arena);

/* A PUT of a body whose MD5 goes along, which the server checks. */
struct http_exchange swift_put_exchange(struct swift *swift, const char *key, const struct http_client_body *body,
					struct arena *arena);

/* Runs it; 404 is an answer (*found false), any other but a 2xx is refused. */
bool swift_find(struct http_exchange *exchange, bool *found, struct arena *arena, struct error *error);

/* Refuses a PUT. When the container is gone, the next request makes it. */
bool swift_put_refused(const struct http_exchange *exchange, struct error *error);

/* Runs a PUT; an answer other than a 2xx is refused. */
bool swift_run_put(struct http_exchange *exchange, struct arena *arena, struct error *error);

/* A text of a document, "" when there is none; a number that is not negative. */
static inline const char *swift_text(const struct json *object, const char *key)
{
	const char *text = json_get_string(object, key);

	return text ? text : "";
}

static inline uint64_t swift_number(const struct json *object, const char *key, uint64_t otherwise)
{
	int64_t number = json_get_integer(object, key, -1);

	return number < 0 ? otherwise : (uint64_t)number;
}

#endif
