/* SPDX-License-Identifier: MIT */
/* The body of an upload request: a file that NGINX has spooled, or the worker's stream. */
#include "upload_body.h"

#include "berth/core/room.h"
#include "berth/http/byterange.h"
#include "berth/http/front.h"

/* If there is no length, only NGINX tells: a body that comes by HTTP/2 through Apache has neither length nor coding. */
static bool is_bodiless(const struct http_request *request)
{
	return request->has_length ? request->length == 0
				   : span_is(http_header(request, FRONT_ANNOUNCED), FRONT_ANNOUNCED_NONE);
}

struct held_room {
	const struct room *room;
	uint64_t ticket;
};

static void give_back(void *object)
{
	const struct held_room *held = object;

	room_return(held->room, held->ticket);
}

bool upload_body_room(struct call *call)
{
	struct held_room *held = arena_alloc(call->request.arena, sizeof *held);
	const struct room_wish wish = {
		.repository = call->match.name,
		.has_length = call->request.has_length || is_bodiless(&call->request),
		.length = call->request.length,
		.streamed = true,
	};

	held->room = call->api->core.room;
	if (call->request.spooled)
		return true;
	if (!room_take(held->room, &wish, &held->ticket, &call->error))
		return false;
	arena_defer(call->request.arena, give_back, held);
	return true;
}

/* The room on the disk is judged again after each ROOM_STEP bytes: other bodies fill the disk meanwhile. */
static bool read_streamed(void *context, void *buffer, size_t len, size_t *got, struct error *error)
{
	struct call *call = context;

	if (!http_body_read(&call->request, buffer, len, got, error))
		return false;
	call->unjudged += *got;
	if (call->unjudged < ROOM_STEP)
		return true;
	call->unjudged = 0;
	return room_judge(call->api->core.room, error);
}

static bool read_range(struct call *call, struct upload_chunk *chunk)
{
	struct span header = http_header(&call->request, "HTTP_CONTENT_RANGE");
	struct byterange range;

	if (header.len == 0)
		return true;
	if (!byterange_parse_chunk(&range, header))
		return error_setf(&call->error, E_RANGE_INVALID, "Content-Range is <first>-<last>");
	if (chunk->has_length && chunk->length != byterange_length(range))
		return error_setf(&call->error, E_SIZE_INVALID, "Content-Range and Content-Length differ");
	chunk->has_first = chunk->has_length = true;
	chunk->first = range.first;
	chunk->length = byterange_length(range);
	return true;
}

bool upload_body_read(struct call *call, struct upload_chunk *out)
{
	struct http_request *request = &call->request;

	*out = (struct upload_chunk){
		.source = {.spool_path = request->spool_path, .read = read_streamed, .context = call},
		.empty = request->spooled ? !request->spool_path : is_bodiless(request),
		.has_length = request->has_length,
		.length = request->length,
	};
	return read_range(call, out);
}
