/* SPDX-License-Identifier: MIT */
/* A store to try things on. */
#include "lab.h"

#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>

#include "../../lib/test.h"

static struct lab with(struct store *store)
{
	struct lab lab = {.store = store};

	ck_assert_ptr_nonnull(store);
	return lab;
}

struct lab lab_fs(void)
{
	char root[] = "/tmp/berth-store.XXXXXX", reason[200];
	struct lab lab;

	ck_assert_ptr_nonnull(mkdtemp(root));
	lab = with(store_fs_open(root, NULL, reason, sizeof reason));
	lab.is_fs = true;
	memcpy(lab.root, root, sizeof root);
	return lab;
}

struct lab lab_mem(void)
{
	return with(store_mem_open());
}

struct lab lab_service(struct object_service *service, const char *prefix)
{
	char root[] = "/tmp/berth-store.XXXXXX", reason[200];
	struct lab lab;

	ck_assert_ptr_nonnull(mkdtemp(root));
	lab = with(store_object_open(service, &(struct store_object_settings){prefix, root, 600, NULL}, reason,
				     sizeof reason));
	memcpy(lab.root, root, sizeof root);
	lab.keeps_tails = true;
	return lab;
}

struct lab lab_object(const struct object_limits *limits)
{
	struct fake_service *fake = fake_service_new(limits);
	struct lab lab = lab_service(&fake->service, "pre/fix/");

	lab.fake = fake;
	lab.keeps_tails = limits->part_min > 1 << 10;
	return lab;
}

struct lab lab_object_tails(void)
{
	return lab_object(&(struct object_limits){10 << 20, 5 << 20, (uint64_t)5 << 30, 10000});
}

struct lab lab_object_parts(void)
{
	return lab_object(&(struct object_limits){1000, 4, (uint64_t)5 << 30, 1000});
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *where)
{
	(void)status, (void)kind, (void)where;
	return remove(path);
}

void lab_close(struct lab *lab)
{
	if (lab->arena.ceiling)
		arena_release(&lab->arena);
	store_close(lab->store);
	if (*lab->root)
		ck_assert_int_eq(nftw(lab->root, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

void lab_begin(struct lab *lab)
{
	if (!lab->arena.ceiling)
		arena_init(&lab->arena, 64 << 20);
	error_init(&lab->error, &lab->arena);
	lab->upload = (struct store_upload){.offset = 0};
	uuid_new(lab->upload.id);
	uuid_new(lab->upload.generation);
	hasher_init(&lab->hasher, DIGEST_SHA256);
}

struct stream {
	struct span rest;
	size_t piece;
	bool breaks;
};

static bool stream_read(void *context, void *buffer, size_t len, size_t *got, struct error *error)
{
	struct stream *stream = context;

	*got = stream->rest.len < stream->piece ? stream->rest.len : stream->piece;
	if (*got > len)
		*got = len;
	if (*got == 0 && stream->breaks)
		return error_set(error, E_SIZE_INVALID);
	memcpy(buffer, stream->rest.ptr, *got);
	stream->rest = span_after(stream->rest, *got);
	return true;
}

static bool append(struct lab *lab, const struct store_source *source)
{
	error_init(&lab->error, &lab->arena);
	return store_append(lab->store, &lab->upload, source, &lab->hasher, &lab->arena, &lab->error);
}

bool lab_stream(struct lab *lab, struct span bytes, size_t piece)
{
	struct stream stream = {bytes, piece, false};

	return append(lab, &(struct store_source){.read = stream_read, .context = &stream});
}

bool lab_stream_as(struct lab *lab, struct store_upload upload, struct hasher hasher, struct span bytes)
{
	struct stream stream = {bytes, 7, false};
	struct error error;

	error_init(&error, &lab->arena);
	return store_append(lab->store, &upload, &(struct store_source){.read = stream_read, .context = &stream}, &hasher,
			    &lab->arena, &error);
}

bool lab_stream_broken(struct lab *lab, struct span bytes)
{
	struct stream stream = {bytes, 7, true};

	return append(lab, &(struct store_source){.read = stream_read, .context = &stream});
}

bool lab_whole(struct lab *lab, struct span bytes)
{
	struct stream stream = {bytes, 1 << 16, false};

	return append(lab, &(struct store_source){.read = stream_read, .context = &stream, .whole = true});
}

void lab_abort(struct lab *lab)
{
	store_abort(lab->store, &lab->upload, &lab->arena);
	lab->upload.state = (struct span){"", 0};
}

bool lab_spooled(struct lab *lab, const char *path)
{
	return append(lab, &(struct store_source){.spool_path = path});
}

bool lab_finish_uncommitted(struct lab *lab, struct digest *digest)
{
	struct hasher copy = lab->hasher;

	hasher_final(&copy, digest);
	error_init(&lab->error, &lab->arena);
	return store_finish(lab->store, &lab->upload, digest, &lab->arena, &lab->error);
}

bool lab_finish(struct lab *lab, struct digest *digest)
{
	if (!lab_finish_uncommitted(lab, digest))
		return false;
	store_forget(lab->store, &lab->upload, &lab->arena);
	return true;
}

void lab_reopen(struct lab *lab)
{
	uuid_new(lab->upload.generation);
}

bool lab_take_over(struct lab *lab)
{
	const struct store_upload before = lab->upload;

	lab_reopen(lab);
	error_init(&lab->error, &lab->arena);
	if (!store_take_over(lab->store, &lab->upload, &lab->arena, &lab->error))
		return false;
	if (!span_equal(before.state, lab->upload.state))
		store_abort(lab->store, &before, &lab->arena); /* the session's row has the new state by now */
	return true;
}

struct digest lab_blob(struct lab *lab, struct span bytes)
{
	struct digest digest;

	lab_begin(lab);
	ck_assert(lab_stream(lab, bytes, 1 << 16));
	ck_assert(lab_finish(lab, &digest));
	return digest;
}

struct digest lab_digest(struct span bytes)
{
	struct digest digest;

	digest_of(&digest, DIGEST_SHA256, bytes.ptr, bytes.len);
	return digest;
}

int64_t lab_size(struct lab *lab, const struct digest *digest)
{
	bool found = false;
	uint64_t size = 0;

	ck_assert(store_stat(lab->store, digest, &found, &size, &lab->arena, &lab->error));
	return found ? (int64_t)size : -1;
}

struct seen {
	struct span due;
	size_t at;
};

static bool compare(void *context, const void *bytes, size_t len)
{
	struct seen *seen = context;

	ck_assert_uint_le(len, seen->due.len - seen->at);
	ck_assert_mem_eq(bytes, seen->due.ptr + seen->at, len);
	seen->at += len;
	return true;
}

void lab_holds(struct lab *lab, const struct digest *digest, struct span bytes)
{
	struct seen seen = {bytes, 0};

	ck_assert_int_eq(lab_size(lab, digest), (int64_t)bytes.len);
	ck_assert(store_read(lab->store, digest, 0, bytes.len, compare, &seen, &lab->arena, &lab->error));
	ck_assert_uint_eq(seen.at, bytes.len);
}

const char *lab_path(const struct lab *lab, const char *relative)
{
	static char path[512];

	(void)snprintf(path, sizeof path, "%s/%s", lab->root, relative);
	return path;
}

void lab_file(const struct lab *lab, const char *relative, struct span bytes)
{
	char path[512];
	int fd;

	(void)snprintf(path, sizeof path, "%s", lab_path(lab, relative));
	for (char *slash = strchr(path + strlen(lab->root) + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		(void)mkdir(path, 0755); /* most are there */
		*slash = '/';
	}
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, bytes.ptr, bytes.len), (ssize_t)bytes.len);
	close(fd);
}
