/* SPDX-License-Identifier: MIT */
/* Parts: sending them in batches, and laying out again what was sent in too small ones. */
#include <string.h>

#include "object_priv.h"

#define BATCH 32
#define AT_ONCE 4 /* parts that are fetched before they are sent again */

struct batch {
	struct object_store *objects;
	const struct object_upload *upload;
	struct object_part *parts;
	size_t count;
	struct error *error;
};

static bool send_batch(void *object)
{
	const struct batch *batch = object;
	struct object_service *service = batch->objects->service;

	return service->ops->put_parts(service, batch->upload, batch->parts, batch->count, &batch->objects->batch,
				       batch->error);
}

bool object_send(struct object_store *objects, const struct object_upload *upload, const struct object_body *body,
		 const struct object_plan *plan, unsigned first, struct object_part *out, struct error *error)
{
	for (unsigned i = 0; i < plan->count; i++) {
		uint64_t at = i * plan->part_size, length = i + 1 < plan->count ? plan->part_size : body->length - at;

		out[i] = (struct object_part){
			.number = first + i, .size = length, .body = {.fd = body->fd, .offset = at, .length = length}};
	}
	for (unsigned i = 0; i < plan->count; i += BATCH) {
		struct batch batch = {objects, upload, &out[i], plan->count - i < BATCH ? plan->count - i : BATCH, error};

		if (!object_guard(&objects->batch, send_batch, &batch, error))
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

static bool move_parts(struct object_store *objects, const char *from, const struct object_plan *plan,
		       const struct object_upload *to, struct object_state *state, struct arena *keep, struct arena *arena,
		       struct error *error)
{
	struct object_part *parts = arena_array(arena, plan->count + 1, sizeof *parts);
	struct object_body window;

	object_body_init(&window, arena);
	for (unsigned done = 0; done < plan->count; done += AT_ONCE) {
		struct object_plan some = {plan->part_size, plan->count - done < AT_ONCE ? plan->count - done : AT_ONCE};

		if (!object_body_empty(&window, error) ||
		    !object_body_fetch(objects, &window, from, done * plan->part_size, some.count * plan->part_size,
				       error) ||
		    !object_send(objects, to, &window, &some, done + 1, &parts[done], error))
			return false;
	}
	object_state_add(state, parts, plan->count, keep);
	return true;
}

bool object_lay_out(struct object_store *objects, const struct store_upload *upload, const char *from, uint64_t size,
		    struct object_state *state, struct object_body *body, struct object_upload *begun, struct arena *keep,
		    struct error *error)
{
	struct object_plan plan = spacious(&objects->service->limits, size);
	uint64_t moved = plan.count * plan.part_size;
	const char *key = object_staging_key(objects, upload->id, upload->generation, body->arena);

	if (!objects->service->ops->begin(objects->service, key, begun, body->arena, error)) {
		begun->key = NULL;
		return false;
	}
	begun->key = key;
	if (state->stage == OBJECT_STAGED && strcmp(state->maker, upload->generation) != 0)
		state->stale_staging = state->maker;
	state->stage = OBJECT_STAGED;
	state->maker = arena_strdup(keep, upload->generation);
	state->id = arena_strdup(keep, begun->id);
	state->part_count = 0;
	state->part_bytes = 0;
	state->parts = (struct span){"", 0};
	return move_parts(objects, from, &plan, begun, state, keep, body->arena, error) &&
	       object_body_fetch(objects, body, from, moved, size - moved, error);
}
