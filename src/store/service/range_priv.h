/* SPDX-License-Identifier: MIT */
/*
 * Reading a part of an object, in as many answers as it takes. A body that breaks off is asked for again from where it
 * broke, as long as each answer brings at least one byte. All object services read this way.
 */
#ifndef BERTH_STORE_SERVICE_RANGE_PRIV_H
#define BERTH_STORE_SERVICE_RANGE_PRIV_H

#include "berth/store/object.h"

/* What differs between services. Each function gets the service that range_read was called with. */
struct range_calls {
	const char *field; /* request header that carries the range: "Range", "x-ms-range" */

	/* A GET of the whole object; range_read adds the range and the sink. */
	struct http_exchange (*ask)(struct object_service *, const char *key, struct arena *);

	/*
	 * Runs the exchange, with credentials renewed once where the service refuses them. True: there is an answer, of any
	 * status. False without an error set: the exchange's `failure` says why, and nothing has been logged.
	 */
	bool (*run)(struct object_service *, struct http_exchange *, struct arena *, struct error *);

	/* Logs an answer that is no success, sets the error, returns false. */
	bool (*refused)(struct object_service *, const struct http_exchange *, const char *key, struct arena *,
			struct error *);

	/* Logs `why` there are not the bytes that were asked for, sets the error, returns false. */
	bool (*failed)(struct object_service *, const struct http_exchange *, const char *key, const char *why,
		       struct arena *, struct error *);
};

/*
 * Reads `length` bytes of the object `key` from `offset` on into `sink`. Bytes beyond the range and answers that ignore the
 * range are failures: their bytes never reach the sink. False: the error is set; E_UNAVAILABLE without a log line when the
 * sink has refused bytes, because its receiver is gone.
 */
bool range_read(const struct range_calls *calls, struct object_service *service, const char *key, uint64_t offset,
		uint64_t length, store_sink_fn *sink, void *context, struct arena *arena, struct error *error);

#endif
