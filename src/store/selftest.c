/* SPDX-License-Identifier: MIT */
/* The steps of the self-test, which call the functions of store.h and no others. */
#include "berth/store/selftest.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "berth/base/clock.h"
#include "berth/base/log.h"
#include "berth/base/uuid.h"
#include "berth/http/client.h"

#define SMALL ((size_t)64 << 10)
#define LARGE ((size_t)320 << 10) /* more than the object engine keeps in the session's row */
#define RANGE_AT 100
#define RANGE_LENGTH 1000

/* A blob of the self-test, and the upload that is to become it. */
struct sample {
	struct span bytes;
	struct digest digest;
	struct store_upload upload;
	bool uploading; /* the upload may have left something */
	bool placed;    /* the blob may be there */
};

struct selftest {
	struct store *store;
	const char *spool;
	struct arena *arena;
	struct error *error;
	struct sample small, parts, aborted, copied;
	const char *url;
	const char *skip; /* why the step at hand is skipped; NULL: it is not */
};

static bool selftest_fail(struct selftest *test, const char *what)
{
	log_error("storage: %s: %s", test->store->driver->name, what);
	return error_unavailable(test->error, 0);
}

/* ---- uploads ---- */

/* Bytes that compress badly, differ from place to place, and are in no other blob. */
static void make_sample(struct selftest *test, struct sample *sample, size_t size)
{
	char *bytes = arena_alloc(test->arena, size), id[UUID_TEXT_MAX];
	uint64_t state = 88172645463325252u;

	for (size_t i = 0; i < size; i++) {
		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		bytes[i] = (char)state;
	}
	uuid_new(id);
	memcpy(bytes, id, strlen(id));
	*sample = (struct sample){.bytes = {bytes, size}};
	digest_of(&sample->digest, DIGEST_SHA256, bytes, size);
	uuid_new(sample->upload.id);
	uuid_new(sample->upload.generation);
}

static bool read_sample(void *context, void *buffer, size_t len, size_t *got, struct error *error)
{
	struct span *rest = context;

	(void)error;
	*got = rest->len < len ? rest->len : len;
	memcpy(buffer, rest->ptr, *got);
	*rest = span_after(*rest, *got);
	return true;
}

static bool append_sample(struct selftest *test, struct sample *sample, const struct store_source *source)
{
	struct hasher hasher;
	struct digest digest;

	hasher_init(&hasher, DIGEST_SHA256);
	sample->uploading = true;
	if (!store_append(test->store, &sample->upload, source, &hasher, test->arena, test->error))
		return false;
	hasher_final(&hasher, &digest);
	return digest_equal(&digest, &sample->digest) || selftest_fail(test, "an upload has other bytes than were sent");
}

static bool append_stream(struct selftest *test, struct sample *sample, bool whole)
{
	struct span rest = sample->bytes;

	return append_sample(test, sample, &(struct store_source){.read = read_sample, .context = &rest, .whole = whole});
}

static bool finish_sample(struct selftest *test, struct sample *sample)
{
	uint64_t size = 0;
	bool found;

	sample->placed = true;
	if (!store_finish(test->store, &sample->upload, &sample->digest, test->arena, test->error) ||
	    !store_stat(test->store, &sample->digest, &found, &size, test->arena, test->error))
		return false;
	if (!found || size != sample->bytes.len)
		return selftest_fail(test, "a blob that was written is missing, or has another size");
	store_forget(test->store, &sample->upload, test->arena);
	sample->uploading = false;
	return true;
}

/* ---- the steps ---- */

static bool end_walk(void *context, const struct digest *digest, uint64_t size)
{
	(void)digest, (void)size;
	*(bool *)context = true;
	return false;
}

bool selftest_reach(struct store *store, struct arena *arena, struct error *error)
{
	bool found;

	return store_walk(store, end_walk, &found, arena, error);
}

static bool step_reach(struct selftest *test)
{
	return selftest_reach(test->store, test->arena, test->error);
}

static bool step_write(struct selftest *test)
{
	make_sample(test, &test->small, SMALL);
	return append_stream(test, &test->small, false) && finish_sample(test, &test->small);
}

struct range {
	struct span due;
	bool differs;
};

static bool compare_range(void *context, const void *bytes, size_t len)
{
	struct range *range = context;

	range->differs |= len > range->due.len || memcmp(range->due.ptr, bytes, len) != 0;
	range->due = span_after(range->due, range->differs ? 0 : len);
	return !range->differs;
}

static bool step_read(struct selftest *test)
{
	struct range range = {{test->small.bytes.ptr + RANGE_AT, RANGE_LENGTH}, false};
	bool ok = store_read(test->store, &test->small.digest, RANGE_AT, RANGE_LENGTH, compare_range, &range, test->arena,
			     test->error);

	if (range.differs || (ok && range.due.len > 0))
		return selftest_fail(test, "a range of a blob has other bytes than were written");
	return ok;
}

static bool step_parts(struct selftest *test)
{
	make_sample(test, &test->parts, LARGE);
	make_sample(test, &test->aborted, LARGE);
	if (!append_stream(test, &test->parts, true) || !finish_sample(test, &test->parts) ||
	    !append_stream(test, &test->aborted, true))
		return false;
	test->aborted.uploading = false;
	store_abort(test->store, &test->aborted.upload, test->arena);
	return true;
}

/* A file as the web server leaves it: its name has letters and digits only. */
static const char *make_spooled(struct selftest *test, struct span bytes)
{
	char id[UUID_TEXT_MAX];
	const char *path;
	int fd;

	uuid_new(id);
	path = arena_printf(test->arena, "%s/selftest%.8s", test->spool, id);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd >= 0 && write(fd, bytes.ptr, bytes.len) == (ssize_t)bytes.len && close(fd) == 0)
		return path;
	log_error("storage: spool file %s: %m", path);
	if (fd >= 0)
		(void)unlink(path);
	(void)error_unavailable(test->error, 0);
	return NULL;
}

static bool step_copy(struct selftest *test)
{
	struct store_source source = {.whole = false};
	bool ok;

	make_sample(test, &test->copied, LARGE);
	source.spool_path = make_spooled(test, test->copied.bytes);
	if (!source.spool_path)
		return false;
	ok = append_sample(test, &test->copied, &source);
	(void)unlink(source.spool_path);
	return ok && finish_sample(test, &test->copied);
}

static bool step_sign(struct selftest *test)
{
	struct store_location location;

	if (!store_locate(test->store, &test->small.digest, &(struct store_client){.head = false}, &location, test->arena,
			  test->error))
		return false;
	if (location.place == STORE_PLACE_URL)
		test->url = location.url;
	else
		test->skip = "this storage has no signed URLs, or they are not configured";
	return true;
}

static bool step_fetch(struct selftest *test)
{
	struct http_exchange x = {.method = "GET", .url = test->url};
	struct http_client *client;
	bool ok;

	if (!test->url) {
		test->skip = "there is no signed URL";
		return true;
	}
	client = http_client_new(&(struct http_client_settings){.retries = HTTP_CLIENT_NO_RETRIES});
	ok = client && http_client_run(client, &x, test->arena);
	if (!ok)
		log_error("%s", client ? x.failure : "out of memory");
	else if (x.status != 200)
		log_error("the signed URL is answered with status %d: %.200s", x.status, x.answer.ptr);
	else if (!span_equal(x.answer, test->small.bytes))
		log_error("the signed URL leads to other bytes than were written");
	http_client_free(client);
	return (ok && x.status == 200 && span_equal(x.answer, test->small.bytes)) || error_unavailable(test->error, 0);
}

static bool step_list(struct selftest *test)
{
	bool found = false;

	return store_walk(test->store, end_walk, &found, test->arena, test->error) &&
	       (found || selftest_fail(test, "a blob that was written is not listed"));
}

static bool remove_sample(struct selftest *test, const struct sample *sample)
{
	uint64_t size;
	bool found;

	if (sample->uploading)
		store_abort(test->store, &sample->upload, test->arena);
	if (!sample->placed)
		return true;
	if (!store_remove(test->store, &sample->digest, test->arena, test->error) ||
	    !store_stat(test->store, &sample->digest, &found, &size, test->arena, test->error))
		return false;
	return !found || selftest_fail(test, "a blob that was removed is still there");
}

static bool step_remove(struct selftest *test)
{
	const struct sample *const samples[] = {&test->small, &test->parts, &test->aborted, &test->copied};
	bool ok = true;

	for (size_t i = 0; i < sizeof samples / sizeof *samples; i++)
		ok &= remove_sample(test, samples[i]);
	return ok;
}

/* ---- taking them ---- */

static const struct selftest_step {
	const char *name;
	bool (*take)(struct selftest *test);
	bool needs_small; /* the blob of step `write` */
	bool strict;      /* a warning is a failure: the store goes on without what the step is about */
} selftest_steps[SELFTEST_STEPS] = {
	{"reach", step_reach, false, false}, {"write", step_write, false, false}, {"read", step_read, true, false},
	{"parts", step_parts, false, true},  {"copy", step_copy, false, true},    {"sign", step_sign, true, false},
	{"fetch", step_fetch, true, false},  {"list", step_list, true, false},    {"remove", step_remove, false, false},
};

static void take_step(struct selftest *test, const struct selftest_step *step, struct selftest_result *result)
{
	int64_t begun = clock_us();
	struct error error;
	bool ok;

	error_init(&error, test->arena);
	test->error = &error;
	test->skip = NULL;
	log_capture(result->why, sizeof result->why);
	ok = step->take(test);
	log_capture(NULL, 0);
	ok = ok && !(step->strict && *result->why);
	result->outcome = !ok ? SELFTEST_FAILED : test->skip ? SELFTEST_SKIPPED : SELFTEST_OK;
	result->microseconds = test->skip ? 0 : clock_us() - begun;
	if (ok && test->skip)
		(void)snprintf(result->why, sizeof result->why, "%s", test->skip);
	else if (!ok && !*result->why)
		(void)snprintf(result->why, sizeof result->why, "%s", error_message(error_code(&error)));
}

bool selftest_run(struct store *store, const char *spool, struct selftest_result results[static SELFTEST_STEPS],
		  struct arena *arena)
{
	struct selftest test = {.store = store, .spool = spool, .arena = arena};
	const struct selftest_result *reach = &results[0], *write = &results[1];
	bool ok = true;

	for (size_t i = 0; i < SELFTEST_STEPS; i++) {
		const struct selftest_step *step = &selftest_steps[i];

		results[i] = (struct selftest_result){.step = step->name, .outcome = SELFTEST_SKIPPED};
		if ((i > 0 && reach->outcome == SELFTEST_FAILED) ||
		    (step->needs_small && write->outcome == SELFTEST_FAILED))
			(void)snprintf(results[i].why, sizeof results[i].why, "an earlier step failed");
		else
			take_step(&test, step, &results[i]);
		ok &= results[i].outcome != SELFTEST_FAILED;
	}
	return ok;
}
