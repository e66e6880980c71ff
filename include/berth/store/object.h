/* SPDX-License-Identifier: MIT */
/*
 * The service of an object store, behind a table of functions: s3, azure, gcs, swift and oss each provide one. store_object_open
 * makes a whole `struct store` on top of any service: sessions, parts, tails, commits and sweeps are written once, in
 * src/store/object/.
 *
 * Keys are complete, with the prefix of the configuration. They are made of digests and upload ids, never of request text. All
 * functions allocate from the caller's arena. A function that returns false has set the error: E_UNAVAILABLE, E_STORAGE_FULL, or
 * E_UNKNOWN when the store is configured wrongly. One log line tells the service's own code and request id, and never a
 * secret or a signature. A call that fails leaves nothing half visible and may be repeated.
 */
#ifndef BERTH_STORE_OBJECT_H
#define BERTH_STORE_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "berth/base/arena.h"
#include "berth/base/error.h"
#include "berth/http/client.h"
#include "berth/store/prehash.h"
#include "berth/store/store.h"

struct object_service;

/* An upload in parts. It becomes an object at once when it is completed, and is no object before. */
struct object_upload {
	const char *key;
	const char *id; /* the service's own, printable ASCII, at most OBJECT_ID_MAX */
};

#define OBJECT_ID_MAX 1024
#define OBJECT_TAG_MAX 80 /* with NUL; ETags are 32 to 70 characters */

struct object_part {
	unsigned number; /* from 1, without gaps */
	struct http_client_body body;
	char tag[OBJECT_TAG_MAX]; /* the service's name of the part: put_parts fills it, complete sends it back */
	uint64_t size;            /* body.length, also when the body does not exist any more */
};

/* Limits of the service, and what the configuration asks for. */
struct object_limits {
	uint64_t part_size; /* chunksize: of a part, grown so that parts_max never limits a blob */
	uint64_t part_min;  /* least size of all parts but the last; 0: none */
	uint64_t part_max;
	unsigned parts_max;
};

/* Sees one key of a listing; `age` is in seconds since its last change. Returns false to end the listing. */
typedef bool object_visit_fn(void *context, const char *key, uint64_t size, int64_t age);

/* Sees one upload that is neither completed nor abandoned. Returns false to end the listing. */
typedef bool object_unfinished_fn(void *context, const struct object_upload *upload, int64_t age);

enum object_verb { OBJECT_GET, OBJECT_HEAD };

/*
 * The operations, as types, so that a service declares each of its functions in one word. The `arena` is the caller's; what a
 * function returns lives as long.
 */

/* Makes or replaces an object in one request. */
typedef bool object_put_fn(struct object_service *service, const char *key, const struct http_client_body *body,
			   struct arena *arena, struct error *error);

/* Begins an upload in parts. */
typedef bool object_begin_fn(struct object_service *service, const char *key, struct object_upload *out,
			     struct arena *arena, struct error *error);

/* Sends the parts, some at once, and fills their tags. When it returns true, the parts are durable and not yet visible. */
typedef bool object_put_parts_fn(struct object_service *service, const struct object_upload *upload,
				 struct object_part *parts, size_t count, struct arena *arena, struct error *error);

/*
 * Makes the object of all its parts. True also when an earlier try, or another upload of the same key, has made it already
 * and the object has the size of the parts: keys name their content.
 */
typedef bool object_complete_fn(struct object_service *service, const struct object_upload *upload,
				const struct object_part *parts, size_t count, struct arena *arena, struct error *error);

/* Removes the upload and its parts. An upload that is gone is success. */
typedef bool object_abandon_fn(struct object_service *service, const struct object_upload *upload,
			       const struct object_part *parts, size_t count, struct arena *arena, struct error *error);

/* Copies on the server, whatever the size (in parts, some at once, above the service's threshold). */
typedef bool object_copy_fn(struct object_service *service, const char *from, const char *to, uint64_t size,
			    struct arena *arena, struct error *error);

/* Asks whether there is an object, and its size. */
typedef bool object_head_fn(struct object_service *service, const char *key, bool *found, uint64_t *size,
			    struct arena *arena, struct error *error);

/* Reads `length` bytes from `offset` on into `sink`. A body of another length is a failure. */
typedef bool object_get_fn(struct object_service *service, const char *key, uint64_t offset, uint64_t length,
			   store_sink_fn *sink, void *context, struct arena *arena, struct error *error);

/* Removes an object. An object that is gone is success. */
typedef bool object_remove_fn(struct object_service *service, const char *key, struct arena *arena, struct error *error);

/* Shows every key that begins with `prefix`, page by page, until the visitor returns false. */
typedef bool object_list_fn(struct object_service *service, const char *prefix, object_visit_fn *visit, void *context,
			    struct arena *arena, struct error *error);

/* Shows every unfinished upload of a key that begins with `prefix`, as object_list_fn does. */
typedef bool object_list_unfinished_fn(struct object_service *service, const char *prefix, object_unfinished_fn *visit,
				       void *context, struct arena *arena, struct error *error);

/* Makes a URL that anybody may use for `seconds`. *out NULL, without an error: this set-up cannot sign. */
typedef bool object_sign_fn(struct object_service *service, const char *key, enum object_verb verb, unsigned seconds,
			    const char **out, struct arena *arena, struct error *error);

/* Gives everything back, the service included. */
typedef void object_close_fn(struct object_service *service);

struct object_service_ops {
	const char *name;
	object_put_fn *put;
	object_begin_fn *begin;
	object_put_parts_fn *put_parts;
	object_complete_fn *complete;
	object_abandon_fn *abandon;
	object_copy_fn *copy;
	object_head_fn *head;
	object_get_fn *get;
	object_remove_fn *remove;
	object_list_fn *list;
	object_list_unfinished_fn *list_unfinished; /* NULL: the service drops unfinished uploads, or lists them as keys */
	object_sign_fn *sign;                       /* NULL: the service never can */
	object_close_fn *close;
};

/* The head of every service's own struct. */
struct object_service {
	const struct object_service_ops *ops;
	struct object_limits limits;
};

struct store_object_settings {
	const char *prefix;                    /* in front of "docker/registry/v2/..." in keys: "" or "some/folder/" */
	const char *spool;                     /* absolute path of the spool folder; made if missing */
	unsigned sign_seconds;                 /* how long a URL is valid */
	const struct prehash_table *prehashes; /* of spool files hashed ahead; NULL: none */
};

/*
 * Makes a store on top of `service`. The store owns the service, and closes it also when opening fails. Strings are copied. No
 * request is sent to the service. Returns NULL, with one line in `reason`, when the spool folder cannot be used.
 */
struct store *store_object_open(struct object_service *service, const struct store_object_settings *settings, char *reason,
				size_t size);

#endif
