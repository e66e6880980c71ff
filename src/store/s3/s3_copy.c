/* SPDX-License-Identifier: MIT */
/* Copies on the server: in one request, or above the threshold in parts. */
#include "s3_copy_priv.h"

#include <inttypes.h>

#include "../service/multipart_priv.h"
#include "s3_upload_priv.h"

#define COPIES_AT_ONCE_MAX 32 /* each copy is a connection, and a worker's memory is bounded */

static bool copy_whole(struct s3 *s3, const char *from, const char *to, struct arena *arena, struct error *error)
{
	struct http_exchange exchange = s3_exchange(s3, "PUT", to, "", arena);

	s3_set_copy_source(s3, &exchange, from, arena);
	s3->dialect->set_object_fields(s3, &exchange);
	return service_run_fine(&exchange, arena, error) &&
	       s3_document(&exchange, "CopyObjectResult", arena, error) != NULL;
}

uint64_t s3_copy_part(const struct s3 *s3, uint64_t size)
{
	uint64_t part = (uint64_t)s3->settings.multipartcopychunksize, most = s3->service.base.limits.parts_max;
	uint64_t least = (size + most - 1) / most;

	return part > least ? part : least;
}

static unsigned copies_at_once(const struct s3_settings *settings)
{
	int64_t wanted = settings->multipartcopymaxconcurrency;

	return wanted < COPIES_AT_ONCE_MAX ? (unsigned)wanted : COPIES_AT_ONCE_MAX;
}

static bool copy_batch(struct s3 *s3, const struct object_upload *upload, const char *from, uint64_t offset,
		       struct object_part *parts, size_t count, struct arena *arena, struct error *error)
{
	struct http_exchange *list = arena_array(arena, count, sizeof *list);

	for (size_t i = 0; i < count; i++) {
		list[i] = s3_exchange(s3, "PUT", upload->key, s3_part_query(parts[i].number, upload->id, arena), arena);
		s3_set_copy_source(s3, &list[i], from, arena);
		http_exchange_set(&list[i], s3->dialect->copy_range,
				  arena_printf(arena, "bytes=%" PRIu64 "-%" PRIu64, offset, offset + parts[i].size - 1));
		offset += parts[i].size;
	}
	if (!service_run_all(list, count, copies_at_once(&s3->settings), arena, error))
		return false;
	for (size_t i = 0; i < count; i++) {
		const struct xml *root;
		const char *tag;

		if (!service_fine(&list[i]))
			return service_refused(&list[i], error);
		root = s3_document(&list[i], "CopyPartResult", arena, error);
		tag = root ? xml_text(root, "ETag", arena) : NULL;
		if (!root)
			return false;
		if (!tag || !multipart_take_tag(&parts[i], span_of(tag)))
			return service_failed(&list[i], "the answer has no ETag", error);
	}
	return true;
}

static bool copy_all(struct s3 *s3, const struct object_upload *upload, const char *from, struct object_part *parts,
		     size_t count, struct arena *arena, struct error *error)
{
	struct arena *scratch = service_scratch(arena, S3_SCRATCH);
	uint64_t offset = 0;
	bool ok = true;

	for (size_t done = 0; ok && done < count; done += S3_BATCH) {
		size_t most = count - done < S3_BATCH ? count - done : S3_BATCH;

		ok = copy_batch(s3, upload, from, offset, parts + done, most, scratch, error);
		offset += most * parts[0].size;
		arena_clear(scratch);
	}
	arena_release(scratch);
	return ok;
}

static bool copy_parts(struct s3 *s3, const char *from, const char *to, uint64_t size, struct arena *arena,
		       struct error *error)
{
	uint64_t part = s3_copy_part(s3, size);
	size_t count = (size_t)((size + part - 1) / part);
	struct object_part *parts = arena_array(arena, count, sizeof *parts);
	struct object_upload upload;
	struct error ignored;

	for (size_t i = 0; i < count; i++) {
		parts[i].number = (unsigned)i + 1;
		parts[i].size = i + 1 < count ? part : size - part * (count - 1);
	}
	if (!s3_begin(&s3->service.base, to, &upload, arena, error))
		return false;
	if (copy_all(s3, &upload, from, parts, count, arena, error) &&
	    s3_complete(&s3->service.base, &upload, parts, count, arena, error))
		return true;
	error_init(&ignored, arena);
	(void)s3_abandon(&s3->service.base, &upload, NULL, 0, arena, &ignored);
	return false;
}

bool s3_copy(struct object_service *service, const char *from, const char *to, uint64_t size, struct arena *arena,
	     struct error *error)
{
	struct s3 *s3 = s3_of(service);

	if (size > (uint64_t)s3->settings.multipartcopythresholdsize && size > 0)
		return copy_parts(s3, from, to, size, arena, error);
	return copy_whole(s3, from, to, arena, error);
}
