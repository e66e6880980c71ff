/* SPDX-License-Identifier: MIT */
/* The parts of the service table that any object has, and large ones. */
#ifndef BERTH_STORE_SWIFT_OBJECT_H
#define BERTH_STORE_SWIFT_OBJECT_H

#include "swift_request_priv.h"

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
object_put_fn swift_put;
object_begin_fn swift_begin;
object_put_parts_fn swift_put_parts;
object_complete_fn swift_complete;
object_abandon_fn swift_abandon;
object_copy_fn swift_copy;
object_head_fn swift_head;
object_get_fn swift_get;
object_remove_fn swift_remove;
object_list_fn swift_list_objects;
object_list_unfinished_fn swift_list_unfinished;

#endif
