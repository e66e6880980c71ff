/* SPDX-License-Identifier: MIT */
/* Parts: sending them in batches, and laying out again what was sent in too small ones. */
#include <string.h>

#include "object_priv.h"

#define BATCH 32
#define AT_ONCE 4 /* parts that are fetched before they are sent again */

struct batch {
	struct object_service *service;
	const struct object_upload *upload;
	struct object_part *parts;
	size_t count;
	struct error *error;
};

static bool send_batch(void *object, struct arena *arena)
{
	const struct batch *batch = object;

	return batch->service->ops->put_parts(batch->service, batch->upload, batch->parts, batch->count, arena,
					      batch->error);
}

bool object_send(const struct object_body *body, const struct object_upload *upload, const struct object_plan *plan,
		 unsigned first, struct object_part *out, struct error *error)
{
	struct object_store *objects = body->call->objects;

	for (unsigned i = 0; i < plan->count; i++) {
		uint64_t at = i * plan->part_size, length = i + 1 < plan->count ? plan->part_size : body->length - at;

		out[i] = (struct object_part){
			.number = first + i, .size = length, .body = {.fd = body->fd, .offset = at, .length = length}};
	}
	for (unsigned i = 0; i < plan->count; i += BATCH) {
		struct batch batch = {objects->service, upload, &out[i], plan->count - i < BATCH ? plan->count - i : BATCH,
				      error};

		if (!object_guard(objects, send_batch, &batch, error))
			return false;
	}
	return true;
}

/* Parts that leave three quarters of the allowed number for what is still to come. */
static struct object_plan spacious(const struct object_limits *limits, uint64_t size)
{
	struct object_limits quarter = *limits;
	struct object_plan plan;

	quarter.parts_max = limits->parts_max / 4 ? limits->parts_max / 4 : 1;
	if (!object_plan_whole(&quarter, size, &plan))
		plan.part_size = limits->part_max;
	plan.count = (unsigned)(size / plan.part_size);
	return plan;
}

static bool move_parts(struct object_call *call, const char *from, const struct object_plan *plan,
		       const struct object_upload *to)
{
	struct object_part *parts = arena_array(call->arena, plan->count + 1, sizeof *parts);
	struct object_body window;

	object_body_init(&window, call);
	for (unsigned done = 0; done < plan->count; done += AT_ONCE) {
		struct object_plan some = {plan->part_size, plan->count - done < AT_ONCE ? plan->count - done : AT_ONCE};

		if (!object_body_empty(&window) ||
		    !object_body_fetch(&window, from, done * plan->part_size, some.count * plan->part_size) ||
		    !object_send(&window, to, &some, done + 1, &parts[done], call->error))
			return false;
	}
	object_state_add(&call->state, parts, plan->count, call->arena);
	return true;
}

bool object_lay_out(struct object_call *call, const char *from, uint64_t size, struct object_body *body,
		    struct object_upload *begun)
{
	struct object_service *service = call->objects->service;
	struct object_plan plan = spacious(&service->limits, size);
	uint64_t moved = plan.count * plan.part_size;
	const char *own = call->upload->generation;
	const char *key = object_staging_key(call->objects, call->upload->id, own, call->arena);
	struct object_state *state = &call->state;

	if (!service->ops->begin(service, key, begun, call->arena, call->error)) {
		begun->key = NULL;
		return false;
	}
	begun->key = key;
	if (state->stage == OBJECT_STAGED && strcmp(state->maker, own) != 0)
		state->stale_staging = state->maker;
	state->stage = OBJECT_STAGED;
	state->maker = own;
	state->id = begun->id;
	state->part_count = 0;
	state->part_bytes = 0;
	state->parts = (struct span){"", 0};
	return move_parts(call, from, &plan, begun) && object_body_fetch(body, from, moved, size - moved);
}
