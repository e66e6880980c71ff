/* SPDX-License-Identifier: MIT */
/* The parts of the service table that any object has, and large ones. */
#ifndef BERTH_STORE_SWIFT_OBJECT_H
#define BERTH_STORE_SWIFT_OBJECT_H

#include "swift_session.h"

/* One object of a listing. */
typedef bool swift_entry_fn(void *context, const char *name, uint64_t size, int64_t age);

/*
 * Every object of the container whose name begins with `prefix` and comes after `marker`, a page at a time, until the visitor
 * returns false.
 */
bool swift_list(struct swift *swift, const char *prefix, const char *marker, swift_entry_fn *visit, void *context,
		struct arena *arena, struct error *error);

/* swift_refused, for a PUT; that the container is gone is remembered. */
bool swift_put_refused(const struct http_exchange *exchange, struct error *error);

/* What struct object_service_ops wants; its header says what they do. */
bool swift_put(struct object_service *service, const char *key, const struct http_client_body *body, struct arena *arena,
	       struct error *error);
bool swift_begin(struct object_service *service, const char *key, struct object_upload *out, struct arena *arena,
		 struct error *error);
bool swift_put_parts(struct object_service *service, const struct object_upload *upload, struct object_part *parts,
		     size_t count, struct arena *arena, struct error *error);
bool swift_complete(struct object_service *service, const struct object_upload *upload, const struct object_part *parts,
		    size_t count, struct arena *arena, struct error *error);
bool swift_abandon(struct object_service *service, const struct object_upload *upload, const struct object_part *parts,
		   size_t count, struct arena *arena, struct error *error);
bool swift_copy(struct object_service *service, const char *from, const char *to, uint64_t size, struct arena *arena,
		struct error *error);
bool swift_head(struct object_service *service, const char *key, bool *found, uint64_t *size, struct arena *arena,
		struct error *error);
bool swift_get(struct object_service *service, const char *key, uint64_t offset, uint64_t length, store_sink_fn *sink,
	       void *context, struct arena *arena, struct error *error);
bool swift_remove(struct object_service *service, const char *key, struct arena *arena, struct error *error);
bool swift_list_objects(struct object_service *service, const char *prefix, object_visit_fn *visit, void *context,
			struct arena *arena, struct error *error);
bool swift_list_unfinished(struct object_service *service, const char *prefix, object_unfinished_fn *visit, void *context,
			   struct arena *arena, struct error *error);

#endif
