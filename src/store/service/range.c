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

static struct http_exchange ask(const struct range_calls *calls, struct object_service *service, const char *key,
				struct window *window, struct arena *arena)
{
	struct http_exchange exchange = calls->ask(service, key, arena);

	http_exchange_set(&exchange, calls->field,
			  arena_printf(arena, "bytes=%" PRIu64 "-%" PRIu64, window->first,
				       window->first + window->left - 1));
	exchange.sink = pass_on;
	exchange.sink_context = window;
	exchange.partial = window->first > 0;
	return exchange;
}

/* Takes one answer. True: every byte is there, or the answer broke off after some bytes and the rest is worth asking for. */
static bool read_some(const struct range_calls *calls, struct object_service *service, const char *key,
		      struct window *window, struct arena *arena, struct error *error)
{
	struct http_exchange exchange = ask(calls, service, key, window, arena);
	uint64_t before = window->left;
	bool answered = calls->run(service, &exchange, arena, error);

	if (window->is_gone)
		return error_unavailable(error, 0);
	if (window->too_long)
		return calls->failed(service, &exchange, key, "the answer has more bytes than the range", arena, error);
	if (window->left == 0)
		return true;
	if (!answered && error_is_set(error))
		return false;
	if (answered && exchange.status / 100 != 2)
		return calls->refused(service, &exchange, key, arena, error);
	if (answered)
		return calls->failed(service, &exchange, key,
				     arena_printf(arena, "the answer is %" PRIu64 " bytes too short", window->left), arena,
				     error);
	return window->left < before || calls->failed(service, &exchange, key, exchange.failure, arena, error);
}

bool range_read(const struct range_calls *calls, struct object_service *service, const char *key, uint64_t offset,
		uint64_t length, store_sink_fn *sink, void *context, struct arena *arena, struct error *error)
{
	struct window window = {.sink = sink, .context = context, .first = offset, .left = length};

	while (window.left > 0)
		if (!read_some(calls, service, key, &window, arena, error))
			return false;
	return true;
}
