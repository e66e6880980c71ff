/* SPDX-License-Identifier: MIT */
/* Bytes on their way to the service: the web server's file, or one of ours without a name, in the spool folder. */
#include <errno.h>
#include <unistd.h>

#include "../fs/fs_io.h"
#include "object_priv.h"

static void close_body(void *object)
{
	fs_close(*(int *)object);
}

/* The descriptor is closed with the arena. */
static void hold(struct object_body *body, int fd)
{
	int *kept = arena_alloc(body->arena, sizeof *kept);

	*kept = body->fd = fd;
	arena_defer(body->arena, close_body, kept);
}

void object_body_init(struct object_body *body, struct arena *arena)
{
	*body = (struct object_body){.fd = -1, .arena = arena};
}

static bool make(struct object_store *objects, struct object_body *body, struct error *error)
{
	int fd;

	if (body->fd >= 0)
		return true;
	fd = spool_temporary(&objects->spool, error);
	if (fd >= 0)
		hold(body, fd);
	return fd >= 0;
}

bool object_body_add(struct object_store *objects, struct object_body *body, struct span bytes, struct error *error)
{
	if (!make(objects, body, error) || !fs_write_all(body->fd, bytes.ptr, bytes.len, objects->spool.path, error))
		return false;
	body->length += bytes.len;
	return true;
}

bool object_body_empty(struct object_body *body, struct error *error)
{
	body->length = 0;
	return body->fd < 0 || (ftruncate(body->fd, 0) == 0 && lseek(body->fd, 0, SEEK_SET) == 0) ||
	       fs_failed(error, "empty", "a spooled file");
}

struct fetch {
	struct object_store *objects;
	struct object_body *body;
	struct error *error;
};

static bool take_piece(void *context, const void *bytes, size_t len)
{
	struct fetch *fetch = context;

	return object_body_add(fetch->objects, fetch->body, (struct span){bytes, len}, fetch->error);
}

bool object_body_fetch(struct object_store *objects, struct object_body *body, const char *key, uint64_t offset,
		       uint64_t length, struct error *error)
{
	struct fetch fetch = {objects, body, error};
	uint64_t due = body->length + length;

	if (!make(objects, body, error))
		return false;
	if (length > 0 &&
	    !objects->service->ops->get(objects->service, key, offset, length, take_piece, &fetch, body->arena, error))
		return false;
	return body->length == due || error_unavailable(error, 0);
}

/* ---- sources ---- */

static bool hash_file(struct object_store *objects, struct object_body *body, const char *path, struct hasher *hasher,
		      uint64_t seen, struct error *error)
{
	ssize_t got;

	if (lseek(body->fd, (off_t)seen, SEEK_SET) < 0)
		return fs_failed(error, "seek", path);
	body->length = seen;
	while ((got = fs_read_some(body->fd, objects->chunk, sizeof objects->chunk, path, error)) > 0) {
		hasher_update(hasher, objects->chunk, (size_t)got);
		body->length += (uint64_t)got;
	}
	return got == 0;
}

static bool copy_source(struct object_store *objects, struct object_body *body, const struct store_source *source,
			int spooled, struct hasher *hasher, struct error *error)
{
	for (;;) {
		size_t got;

		if (spooled < 0) {
			if (!source->read(source->context, objects->chunk, sizeof objects->chunk, &got, error))
				return false;
		} else {
			ssize_t count =
				fs_read_some(spooled, objects->chunk, sizeof objects->chunk, source->spool_path, error);

			if (count < 0)
				return false;
			got = (size_t)count;
		}
		if (got == 0)
			return true;
		hasher_update(hasher, objects->chunk, got);
		if (!object_body_add(objects, body, (struct span){(const char *)objects->chunk, got}, error))
			return false;
	}
}

static int open_spooled(struct object_store *objects, const char *path, struct error *error)
{
	struct spooled spooled;
	int fd = spool_find(&objects->spool, path, &spooled, error) ? spool_open_found(&spooled, path, error) : -1;

	spool_release(&spooled);
	return fd;
}

bool object_body_take(struct object_store *objects, struct object_body *body, const struct store_source *source,
		      struct hasher *hasher, bool first, struct error *error)
{
	struct object_body spooled;

	if (!source->spool_path)
		return make(objects, body, error) && copy_source(objects, body, source, -1, hasher, error);
	object_body_init(&spooled, body->arena);
	hold(&spooled, open_spooled(objects, source->spool_path, error));
	if (spooled.fd < 0)
		return false;
	if (body->fd >= 0)
		return copy_source(objects, body, source, spooled.fd, hasher, error);
	*body = spooled;
	return hash_file(objects, body, source->spool_path, hasher,
			 first ? ahead_take(objects->board, body->fd, hasher) : 0, error);
}

bool object_body_read(const struct object_body *body, struct span *out, struct arena *arena, struct error *error)
{
	char *bytes = arena_alloc(arena, (size_t)body->length + 1);
	size_t done = 0;

	while (done < body->length) {
		ssize_t got = pread(body->fd, bytes + done, (size_t)body->length - done, (off_t)done);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return fs_failed(error, "read", "a spooled file");
		done += (size_t)got;
	}
	*out = (struct span){bytes, done};
	return true;
}
