/* SPDX-License-Identifier: MIT */
/*
 * What an object store can do for us, behind a table of functions: s3, azure, gcs, swift and oss each provide one.
 * store_object_open makes of any of them a whole `struct store`: sessions, parts, tails, commits and sweeps are written
 * once, in src/store/object*.c.
 *
 * Keys are complete (the prefix of the configuration included) and safe: made of digests and upload ids, never of request
 * text. Every function that can fail sets the error (E_UNAVAILABLE, E_STORAGE_FULL, or E_UNKNOWN where the store is wrongly
 * set up), after one log line with the service's own code and request id; no secret and no signature is ever logged.
 * A call that fails leaves nothing half visible and may be repeated.
 */
#ifndef BERTH_STORE_OBJECT_H
#define BERTH_STORE_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "berth/base/arena.h"
#include "berth/base/error.h"
#include "berth/http/client.h"
#include "berth/store/ahead.h"
#include "berth/store/store.h"

struct object_service;

/* Parts that become an object at once, when they are completed, and nothing before. */
struct object_upload {
	const char *key;
	const char *id; /* the service's own, printable ASCII, at most OBJECT_ID_MAX */
};

#define OBJECT_ID_MAX 1024
#define OBJECT_TAG_MAX 80 /* with NUL; ETags are 32 to 70 characters */

struct object_part {
	unsigned number; /* from 1, without gaps */
	struct http_client_body body;
	char tag[OBJECT_TAG_MAX]; /* what the service calls the part: filled by put_parts, given back by complete */
	uint64_t size;            /* body.length, also when the body is long gone */
};

/* Powers and sizes of the service, and what the configuration asks for. */
struct object_limits {
	uint64_t part_size; /* chunksize: of a part, grown so that parts_max never limits a blob */
	uint64_t part_min;  /* least size of all parts but the last; 0: none */
	uint64_t part_max;
	unsigned parts_max;
	uint64_t put_max; /* most that one `put` takes; at most part_size is sent so */
};

/* A key that a list met; `age` is in seconds since its last change. */
typedef bool object_visit_fn(void *context, const char *key, uint64_t size, int64_t age);

/* An upload that is neither completed nor abandoned. */
typedef bool object_unfinished_fn(void *context, const struct object_upload *upload, int64_t age);

enum object_verb { OBJECT_GET, OBJECT_HEAD };

struct object_service_ops {
	const char *name;

	/* Makes or replaces an object in one request. */
	bool (*put)(struct object_service *, const char *key, const struct http_client_body *, struct arena *,
		    struct error *);

	bool (*begin)(struct object_service *, const char *key, struct object_upload *out, struct arena *, struct error *);

	/* Sends the parts, some at once, and fills their tags: durable, but not visible, when it returns true. */
	bool (*put_parts)(struct object_service *, const struct object_upload *, struct object_part *parts, size_t count,
			  struct arena *, struct error *);

	/*
	 * The object is there, whole. True also when an earlier try, or another upload of the same key, had done it already
	 * and the object has the size of the parts (keys name their content).
	 */
	bool (*complete)(struct object_service *, const struct object_upload *, const struct object_part *parts,
			 size_t count, struct arena *, struct error *);

	/* Leaves nothing of the upload behind. What is not there is success. */
	bool (*abandon)(struct object_service *, const struct object_upload *, const struct object_part *parts,
			size_t count, struct arena *, struct error *);

	/* On the server, whatever the size (parts in parallel above the service's threshold). */
	bool (*copy)(struct object_service *, const char *from, const char *to, uint64_t size, struct arena *,
		     struct error *);

	bool (*head)(struct object_service *, const char *key, bool *found, uint64_t *size, struct arena *, struct error *);

	/* A body of another length than asked for is a failure. */
	bool (*get)(struct object_service *, const char *key, uint64_t offset, uint64_t length, store_sink_fn *,
		    void *context, struct arena *, struct error *);

	/* Removing what is not there is success. */
	bool (*remove)(struct object_service *, const char *key, struct arena *, struct error *);

	/* Every key that begins with `prefix`, until the visitor returns false; pages of the service, nothing is held. */
	bool (*list)(struct object_service *, const char *prefix, object_visit_fn *, void *context, struct arena *,
		     struct error *);

	/* NULL when the service drops unfinished uploads by itself, or keeps them as keys that `list` shows. */
	bool (*list_unfinished)(struct object_service *, const char *prefix, object_unfinished_fn *, void *context,
				struct arena *, struct error *);

	/* A URL that anybody may use for `seconds`. *out NULL, without an error: this set-up cannot sign. NULL: never can. */
	bool (*sign)(struct object_service *, const char *key, enum object_verb, unsigned seconds, const char **out,
		     struct arena *, struct error *);

	void (*close)(struct object_service *);
};

/* The head of every service's own struct. */
struct object_service {
	const struct object_service_ops *ops;
	struct object_limits limits;
};

struct store_object_settings {
	const char *prefix;              /* in front of "docker/registry/v2/..." in keys: "" or "some/folder/" */
	const char *spool;               /* absolute path of the local folder for bodies on their way; made where missing */
	unsigned sign_seconds;           /* life of a redirect's URL */
	const struct ahead_board *board; /* of spool files hashed ahead; NULL: none */
};

/*
 * The store on top of `service`, which it owns from here on, also when it fails. NULL with one line in `reason`.
 * Strings are copied. The service is not asked anything yet.
 */
struct store *store_object_open(struct object_service *service, const struct store_object_settings *settings, char *reason,
				size_t size);

#endif
