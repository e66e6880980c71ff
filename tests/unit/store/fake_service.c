/* SPDX-License-Identifier: MIT */
/* An object service in memory. It holds callers to the limits that it names. */
#include "fake_service.h"

#include <stdio.h>
#include <unistd.h>

#include "../../lib/test.h"

#define PARTS 1024

struct bytes {
	unsigned char *ptr;
	size_t len;
};

struct fake_object {
	struct fake_object *next;
	char *key;
	struct bytes bytes;
};

struct fake_upload {
	struct fake_upload *next;
	char *key, *id;
	struct bytes parts[PARTS];
};

static struct fake_service *fake_of(struct object_service *service)
{
	return (struct fake_service *)service;
}

/* ---- failing ---- */

/* The call is counted; false: it fails without having done anything. */
static bool enter(struct fake_service *fake, const char *name, struct error *error)
{
	size_t len = strlen(fake->trace);

	(void)snprintf(fake->trace + len, sizeof fake->trace - len, "%s%s", len ? " " : "", name);
	fake->calls++;
	if (fake->calls != fake->fail_at || fake->fail_after)
		return true;
	fake->failed = true;
	return error_unavailable(error, 1);
}

/* What the caller sees of a call that has done its work. */
static bool leave(struct fake_service *fake, struct error *error)
{
	if (fake->calls != fake->fail_at || !fake->fail_after)
		return true;
	fake->failed = true;
	return error_unavailable(error, 1);
}

/* ---- memory ---- */

static struct bytes read_body(const struct http_client_body *body)
{
	struct bytes bytes = {malloc((size_t)body->length + 1), (size_t)body->length};

	ck_assert_ptr_nonnull(bytes.ptr);
	if (body->bytes)
		memcpy(bytes.ptr, body->bytes, bytes.len);
	else if (bytes.len)
		ck_assert_int_eq(pread(body->fd, bytes.ptr, bytes.len, (off_t)body->offset), (ssize_t)bytes.len);
	return bytes;
}

static struct fake_object **find(struct fake_service *fake, const char *key)
{
	struct fake_object **at = &fake->objects;

	while (*at && strcmp((*at)->key, key) != 0)
		at = &(*at)->next;
	return at;
}

static void drop(struct fake_object **at)
{
	struct fake_object *object = *at;

	if (!object)
		return;
	*at = object->next;
	free(object->key);
	free(object->bytes.ptr);
	free(object);
}

static void store(struct fake_service *fake, const char *key, struct bytes bytes)
{
	struct fake_object *object = calloc(1, sizeof *object);

	drop(find(fake, key));
	object->key = strdup(key);
	object->bytes = bytes;
	object->next = fake->objects;
	fake->objects = object;
	if (fake->mute)
		drop(&fake->objects);
}

static struct fake_upload **find_upload(struct fake_service *fake, const struct object_upload *upload)
{
	struct fake_upload **at = &fake->uploads;

	while (*at && (strcmp((*at)->id, upload->id) != 0 || strcmp((*at)->key, upload->key) != 0))
		at = &(*at)->next;
	return at;
}

static void drop_upload(struct fake_upload **at)
{
	struct fake_upload *upload = *at;

	if (!upload)
		return;
	*at = upload->next;
	for (size_t i = 0; i < PARTS; i++)
		free(upload->parts[i].ptr);
	free(upload->key);
	free(upload->id);
	free(upload);
}

/* ---- the calls ---- */

static bool put(struct object_service *service, const char *key, const struct http_client_body *body, struct arena *arena,
		struct error *error)
{
	struct fake_service *fake = fake_of(service);

	(void)arena;
	if (!enter(fake, "put", error))
		return false;
	ck_assert_uint_le(body->length, service->limits.part_max);
	store(fake, key, read_body(body));
	return leave(fake, error);
}

static bool begin(struct object_service *service, const char *key, struct object_upload *out, struct arena *arena,
		  struct error *error)
{
	struct fake_service *fake = fake_of(service);
	struct fake_upload *upload;

	if (!enter(fake, "begin", error))
		return false;
	upload = calloc(1, sizeof *upload);
	upload->key = strdup(key);
	ck_assert_int_gt(asprintf(&upload->id, "upload %u", ++fake->next_id), 0);
	upload->next = fake->uploads;
	fake->uploads = upload;
	*out = (struct object_upload){arena_strdup(arena, key), arena_strdup(arena, upload->id)};
	return leave(fake, error);
}

static bool put_parts(struct object_service *service, const struct object_upload *to, struct object_part *parts,
		      size_t count, struct arena *arena, struct error *error)
{
	struct fake_service *fake = fake_of(service);
	struct fake_upload *upload = *find_upload(fake, to);

	(void)arena;
	if (!enter(fake, "parts", error))
		return false;
	if (!upload)
		return error_set(error, E_UNAVAILABLE);
	for (size_t i = 0; i < count; i++) {
		ck_assert_uint_ge(parts[i].number, 1);
		ck_assert_uint_le(parts[i].number, service->limits.parts_max);
		ck_assert_uint_le(parts[i].body.length, service->limits.part_max);
		ck_assert_uint_eq(parts[i].body.length, parts[i].size);
		free(upload->parts[parts[i].number].ptr);
		upload->parts[parts[i].number] = read_body(&parts[i].body);
		(void)snprintf(parts[i].tag, sizeof parts[i].tag, "\"tag %u\"", parts[i].number);
	}
	return leave(fake, error);
}

static struct bytes joined(const struct object_service *service, const struct fake_upload *upload,
			   const struct object_part *parts, size_t count)
{
	struct bytes all = {malloc(1), 0};

	for (size_t i = 0; i < count; i++) {
		const struct bytes *part = &upload->parts[parts[i].number];
		char tag[OBJECT_TAG_MAX];

		(void)snprintf(tag, sizeof tag, "\"tag %zu\"", i + 1);
		ck_assert_uint_eq(parts[i].number, i + 1);
		ck_assert_str_eq(parts[i].tag, tag);
		ck_assert_uint_eq(parts[i].size, part->len);
		if (i + 1 < count)
			ck_assert_uint_ge(part->len, service->limits.part_min);
		all.ptr = realloc(all.ptr, all.len + part->len + 1);
		memcpy(all.ptr + all.len, part->ptr, part->len);
		all.len += part->len;
	}
	return all;
}

static bool complete(struct object_service *service, const struct object_upload *to, const struct object_part *parts,
		     size_t count, struct arena *arena, struct error *error)
{
	struct fake_service *fake = fake_of(service);
	struct fake_upload *upload = *find_upload(fake, to);
	uint64_t size = 0;

	(void)arena;
	if (!enter(fake, "complete", error))
		return false;
	for (size_t i = 0; i < count; i++)
		size += parts[i].size;
	if (upload) {
		store(fake, to->key, joined(service, upload, parts, count));
		drop_upload(find_upload(fake, to));
	} else if (!*find(fake, to->key) || (*find(fake, to->key))->bytes.len != size) {
		return error_set(error, E_UNAVAILABLE);
	}
	return leave(fake, error);
}

static bool abandon(struct object_service *service, const struct object_upload *to, const struct object_part *parts,
		    size_t count, struct arena *arena, struct error *error)
{
	struct fake_service *fake = fake_of(service);

	(void)parts, (void)count, (void)arena;
	if (!enter(fake, "abandon", error))
		return false;
	drop_upload(find_upload(fake, to));
	return leave(fake, error);
}

static bool copy(struct object_service *service, const char *from, const char *to, uint64_t size, struct arena *arena,
		 struct error *error)
{
	struct fake_service *fake = fake_of(service);
	const struct fake_object *object = *find(fake, from);

	(void)arena;
	if (!enter(fake, "copy", error))
		return false;
	if (!object)
		return error_set(error, E_UNAVAILABLE);
	ck_assert_uint_eq(object->bytes.len, size);
	store(fake, to, read_body(&(struct http_client_body){.bytes = object->bytes.ptr, .length = size}));
	return leave(fake, error);
}

static bool head(struct object_service *service, const char *key, bool *found, uint64_t *size, struct arena *arena,
		 struct error *error)
{
	struct fake_service *fake = fake_of(service);
	const struct fake_object *object = *find(fake, key);

	(void)arena;
	if (!enter(fake, "head", error))
		return false;
	*found = object != NULL;
	*size = object ? object->bytes.len : 0;
	return leave(fake, error);
}

static bool get(struct object_service *service, const char *key, uint64_t offset, uint64_t length, store_sink_fn *sink,
		void *context, struct arena *arena, struct error *error)
{
	struct fake_service *fake = fake_of(service);
	const struct fake_object *object = *find(fake, key);

	(void)arena;
	if (!enter(fake, "get", error))
		return false;
	if (!object || offset > object->bytes.len || length > object->bytes.len - offset)
		return error_set(error, E_UNAVAILABLE);
	while (length > 0) {
		size_t some = length < 65536 ? (size_t)length : 65536;

		if (!sink(context, object->bytes.ptr + offset, some))
			return false;
		offset += some;
		length -= some;
	}
	return leave(fake, error);
}

static bool remove_object(struct object_service *service, const char *key, struct arena *arena, struct error *error)
{
	struct fake_service *fake = fake_of(service);

	(void)arena;
	if (!enter(fake, "remove", error))
		return false;
	if (fake->locked && strcmp(fake->locked, key) == 0)
		return error_set(error, E_UNKNOWN);
	drop(find(fake, key));
	return leave(fake, error);
}

static bool list(struct object_service *service, const char *prefix, object_visit_fn *visit, void *context,
		 struct arena *arena, struct error *error)
{
	struct fake_service *fake = fake_of(service);

	(void)arena;
	if (!enter(fake, "list", error))
		return false;
	for (const struct fake_object *object = fake->objects; object; object = object->next)
		if (strncmp(object->key, prefix, strlen(prefix)) == 0 && !visit(context, object->key, object->bytes.len, 0))
			break;
	return leave(fake, error);
}

static bool list_unfinished(struct object_service *service, const char *prefix, object_unfinished_fn *visit, void *context,
			    struct arena *arena, struct error *error)
{
	struct fake_service *fake = fake_of(service);

	(void)arena;
	if (!enter(fake, "list-unfinished", error))
		return false;
	for (const struct fake_upload *upload = fake->uploads; upload; upload = upload->next)
		if (strncmp(upload->key, prefix, strlen(prefix)) == 0 &&
		    !visit(context, &(struct object_upload){upload->key, upload->id}, 0))
			break;
	return leave(fake, error);
}

static bool sign(struct object_service *service, const char *key, enum object_verb verb, unsigned seconds, const char **out,
		 struct arena *arena, struct error *error)
{
	struct fake_service *fake = fake_of(service);

	if (!enter(fake, "sign", error))
		return false;
	if (!fake->cannot_sign)
		*out = arena_printf(arena, "https://fake/%s?verb=%s&seconds=%u", key, verb == OBJECT_HEAD ? "HEAD" : "GET",
				    seconds);
	return leave(fake, error);
}

static void close_service(struct object_service *service)
{
	struct fake_service *fake = fake_of(service);

	while (fake->objects)
		drop(&fake->objects);
	while (fake->uploads)
		drop_upload(&fake->uploads);
	free(fake);
}

struct fake_service *fake_service_new(const struct object_limits *limits)
{
	static const struct object_service_ops ops = {
		.name = "fake",
		.put = put,
		.begin = begin,
		.put_parts = put_parts,
		.complete = complete,
		.abandon = abandon,
		.copy = copy,
		.head = head,
		.get = get,
		.remove = remove_object,
		.list = list,
		.list_unfinished = list_unfinished,
		.sign = sign,
		.close = close_service,
	};
	struct fake_service *fake = calloc(1, sizeof *fake);

	ck_assert_ptr_nonnull(fake);
	fake->service.ops = &ops;
	fake->service.limits = *limits;
	return fake;
}

void fake_reset(struct fake_service *fake)
{
	fake->calls = fake->fail_at = 0;
	fake->fail_after = fake->failed = false;
	fake->trace[0] = '\0';
}

size_t fake_objects(const struct fake_service *fake, const char *prefix)
{
	size_t count = 0;

	for (const struct fake_object *object = fake->objects; object; object = object->next)
		count += strncmp(object->key, prefix, strlen(prefix)) == 0;
	return count;
}

size_t fake_uploads(const struct fake_service *fake)
{
	size_t count = 0;

	for (const struct fake_upload *upload = fake->uploads; upload; upload = upload->next)
		count++;
	return count;
}
