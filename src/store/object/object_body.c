/* SPDX-License-Identifier: MIT */
/* Bytes on their way to the service: the web server's file, or one of ours without a name, in the spool folder. */
#include <errno.h>
#include <unistd.h>

#include "../file_io_priv.h"
#include "object_priv.h"

static void close_body(void *object)
{
	file_close(*(int *)object);
}

/* The descriptor is closed with the arena. */
static void hold(struct object_body *body, int fd)
{
	int *kept = arena_alloc(body->call->arena, sizeof *kept);

	*kept = body->fd = fd;
	arena_defer(body->call->arena, close_body, kept);
}

void object_body_init(struct object_body *body, const struct object_call *call)
{
	*body = (struct object_body){.call = call, .fd = -1};
}

static bool make_body_file(struct object_body *body)
{
	int fd;

	if (body->fd >= 0)
		return true;
	fd = spool_temporary(&body->call->objects->spool, body->call->error);
	if (fd >= 0)
		hold(body, fd);
	return fd >= 0;
}

bool object_body_add(struct object_body *body, struct span bytes)
{
	if (!make_body_file(body) ||
	    !file_write_all(body->fd, bytes.ptr, bytes.len, body->call->objects->spool.path, body->call->error))
		return false;
	body->length += bytes.len;
	return true;
}

bool object_body_empty(struct object_body *body)
{
	body->length = 0;
	return body->fd < 0 || (ftruncate(body->fd, 0) == 0 && lseek(body->fd, 0, SEEK_SET) == 0) ||
	       file_failed(body->call->error, "empty", "a spooled file");
}

static bool take_piece(void *context, const void *bytes, size_t len)
{
	return object_body_add(context, (struct span){bytes, len});
}

bool object_body_fetch(struct object_body *body, const char *key, uint64_t offset, uint64_t length)
{
	const struct object_call *call = body->call;
	uint64_t due = body->length + length;

	if (!make_body_file(body))
		return false;
	if (length > 0 &&
	    !object_ops(call->objects)
		     ->get(call->objects->service, key, offset, length, take_piece, body, call->arena, call->error))
		return false;
	return body->length == due || error_unavailable(call->error, 0);
}

/* ---- sources ---- */

static bool hash_body(struct object_body *body, const char *path, struct hasher *hasher, uint64_t seen)
{
	struct object_store *objects = body->call->objects;
	ssize_t got;

	if (lseek(body->fd, (off_t)seen, SEEK_SET) < 0)
		return file_failed(body->call->error, "seek", path);
	body->length = seen;
	while ((got = file_read_some(body->fd, objects->chunk, sizeof objects->chunk, path, body->call->error)) > 0) {
		hasher_update(hasher, objects->chunk, (size_t)got);
		body->length += (uint64_t)got;
	}
	return got == 0;
}

/* From the descriptor `spooled`; -1: from the source's stream. */
static bool copy_source(struct object_body *body, const struct store_source *source, int spooled, struct hasher *hasher)
{
	struct object_store *objects = body->call->objects;
	struct error *error = body->call->error;

	for (;;) {
		size_t got;

		if (spooled < 0) {
			if (!source->read(source->context, objects->chunk, sizeof objects->chunk, &got, error))
				return false;
		} else {
			ssize_t count =
				file_read_some(spooled, objects->chunk, sizeof objects->chunk, source->spool_path, error);

			if (count < 0)
				return false;
			got = (size_t)count;
		}
		if (got == 0)
			return true;
		hasher_update(hasher, objects->chunk, got);
		if (!object_body_add(body, (struct span){(const char *)objects->chunk, got}))
			return false;
	}
}

static int open_spooled(const struct object_call *call, const char *path)
{
	struct spooled spooled;
	int fd = spool_find(&call->objects->spool, path, &spooled, call->error)
			 ? spool_open_found(&spooled, path, call->error)
			 : -1;

	spool_release(&spooled);
	return fd;
}

bool object_body_take(struct object_body *body, const struct store_source *source, struct hasher *hasher, bool first)
{
	struct object_body spooled;

	if (!source->spool_path)
		return make_body_file(body) && copy_source(body, source, -1, hasher);
	object_body_init(&spooled, body->call);
	hold(&spooled, open_spooled(body->call, source->spool_path));
	if (spooled.fd < 0)
		return false;
	if (body->fd >= 0)
		return copy_source(body, source, spooled.fd, hasher);
	*body = spooled;
	return hash_body(body, source->spool_path, hasher,
			 first ? prehash_take(body->call->objects->prehashes, body->fd, hasher) : 0);
}

bool object_body_read(const struct object_body *body, struct span *out)
{
	char *bytes = arena_alloc(body->call->arena, (size_t)body->length + 1);
	size_t done = 0;

	while (done < body->length) {
		ssize_t got = pread(body->fd, bytes + done, (size_t)body->length - done, (off_t)done);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return file_failed(body->call->error, "read", "a spooled file");
		done += (size_t)got;
	}
	*out = (struct span){bytes, done};
	return true;
}
