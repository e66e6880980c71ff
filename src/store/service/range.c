/* SPDX-License-Identifier: MIT */
/* Reading a part of an object (RFC 9110 section 14). */
#include "range_priv.h"

#include <inttypes.h>

/* The part of the range that is still to come. */
struct window {
	store_sink_fn *sink;
	void *context;
	uint64_t first, left;
	bool is_gone;  /* the receiver */
	bool too_long; /* the answer has more bytes than were asked for */
};

static bool pass_on(void *context, const void *bytes, size_t len)
{
	struct window *window = context;

	window->too_long = len > window->left;
	if (window->too_long)
		return false;
	window->first += len;
	window->left -= len;
	window->is_gone = !window->sink(window->context, bytes, len);
	return !window->is_gone;
}

/* Takes one answer. True: every byte is there, or the answer broke off after some bytes and the rest is worth asking for. */
static bool range_take(struct http_exchange *exchange, struct window *window, struct arena *arena, struct error *error)
{
	uint64_t before = window->left;
	const char *field = service_call_of(exchange)->service->kind->range;
	bool answered;

	http_exchange_set(exchange, field,
			  arena_printf(arena, "bytes=%" PRIu64 "-%" PRIu64, window->first,
				       window->first + window->left - 1));
	exchange->sink = pass_on;
	exchange->sink_context = window;
	exchange->partial = window->first > 0;
	answered = service_run_quietly(exchange, 1, 1, arena, error);
	if (window->is_gone)
		return error_unavailable(error, 0);
	if (window->too_long)
		return service_failed(exchange, "the answer has more bytes than the range", error);
	if (window->left == 0)
		return true;
	if (!answered && error_is_set(error))
		return false;
	if (answered && !service_fine(exchange))
		return service_refused(exchange, error);
	if (answered)
		return service_failed(
			exchange, arena_printf(arena, "the answer is %" PRIu64 " bytes too short", window->left), error);
	return window->left < before || service_failed(exchange, exchange->failure, error);
}

bool range_read(range_ask_fn *ask, struct object_service *service, const char *key, uint64_t offset, uint64_t length,
		store_sink_fn *sink, void *context, struct arena *arena, struct error *error)
{
	struct window window = {.sink = sink, .context = context, .first = offset, .left = length};

	while (window.left > 0) {
		struct http_exchange exchange = ask(service, key, arena);

		if (!range_take(&exchange, &window, arena, error))
			return false;
	}
	return true;
}
