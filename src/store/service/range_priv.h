/* SPDX-License-Identifier: MIT */
/*
 * Reading a part of an object, in as many answers as it takes. A body that breaks off is asked for again from where it
 * broke, as long as each answer brings at least one byte. All object services read this way.
 */
#ifndef BERTH_STORE_SERVICE_RANGE_PRIV_H
#define BERTH_STORE_SERVICE_RANGE_PRIV_H

#include "service_priv.h"

/* Makes a GET of the whole object `key`; range_read adds the range and the sink. */
typedef struct http_exchange range_ask_fn(struct object_service *service, const char *key, struct arena *arena);

/*
 * Reads `length` bytes of the object `key` from `offset` on into `sink`. Bytes beyond the range and answers that ignore the
 * range are failures: their bytes never reach the sink. False: the error is set; E_UNAVAILABLE without a log line when the
 * sink has refused bytes, because its receiver is gone.
 */
bool range_read(range_ask_fn *ask, struct object_service *service, const char *key, uint64_t offset, uint64_t length,
		store_sink_fn *sink, void *context, struct arena *arena, struct error *error);

#endif
