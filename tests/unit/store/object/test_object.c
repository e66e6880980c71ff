/* SPDX-License-Identifier: MIT */
/*
 * The object engine: what it asks of a service, and what is left when any one of those calls fails. That it stores blobs as
 * every driver does is in test_drivers.c.
 */
#include <sys/stat.h>

#include "../../../lib/test.h"
#include "berth/store/layout.h"
#include "berth/store/selftest.h"
#include "../lab.h"

#define KIB ((size_t)1 << 10)
#define BLOBS "pre/fix/" LAYOUT_BLOBS "/"
#define UPLOADS "pre/fix/" LAYOUT_UPLOADS "/"

/* A row holds a tail of 256 KiB; parts are 300 KiB and more; sixteen of them, so that a session crowds soon. */
static const struct object_limits narrow = {400 * KIB, 300 * KIB, 4096 * KIB, 16};

static struct lab lab;

static struct span some(size_t len)
{
	static char bytes[8192 * KIB];

	if (!bytes[1])
		for (size_t i = 0; i < sizeof bytes; i++)
			bytes[i] = (char)(i * 2654435761u >> 13);
	ck_assert_uint_le(len, sizeof bytes);
	return (struct span){bytes, len};
}

static void begin(void)
{
	lab = lab_object(&narrow);
	lab_begin(&lab);
}

static bool nobody(void *context, const char *id)
{
	(void)context, (void)id;
	return false;
}

/* Nothing of an upload is on the service. */
static void clean(void)
{
	ck_assert_uint_eq(fake_objects(lab.fake, UPLOADS), 0);
	ck_assert_uint_eq(fake_uploads(lab.fake), 0);
}

/* ---- what is asked of the service ---- */

START_TEST(a_small_whole_blob_is_one_put)
{
	struct digest digest;

	begin();
	ck_assert(lab_whole(&lab, some(256 * KIB)));
	ck_assert_str_eq(lab.fake->trace, "");
	ck_assert(lab_finish(&lab, &digest));
	ck_assert_str_eq(lab.fake->trace, "head put head");
	lab_holds(&lab, &digest, some(256 * KIB));
	lab_close(&lab);
}
END_TEST

START_TEST(a_whole_blob_is_sent_to_where_it_belongs_and_not_copied)
{
	struct digest digest;

	begin();
	ck_assert(lab_whole(&lab, some(1000 * KIB)));
	ck_assert_str_eq(lab.fake->trace, "begin parts");
	digest = lab_digest(some(1000 * KIB));
	ck_assert_int_eq(lab_size(&lab, &digest), -1);
	fake_reset(lab.fake);
	ck_assert(lab_finish(&lab, &digest));
	ck_assert_str_eq(lab.fake->trace, "head complete head");
	lab_holds(&lab, &digest, some(1000 * KIB));
	clean();
	lab_close(&lab);
}
END_TEST

START_TEST(chunks_are_staged_and_copied_once)
{
	struct digest digest;

	begin();
	ck_assert(lab_stream(&lab, some(350 * KIB), 65536));
	ck_assert_str_eq(lab.fake->trace, "begin parts");
	ck_assert_uint_eq(lab.upload.offset, 350 * KIB);
	fake_reset(lab.fake);
	ck_assert(lab_stream(&lab, some(10 * KIB), 65536));
	ck_assert_str_eq(lab.fake->trace, ""); /* in the row */
	ck_assert(lab_finish(&lab, &digest));
	ck_assert_str_eq(lab.fake->trace, "head head parts complete copy head remove");
	ck_assert_int_eq(lab_size(&lab, &digest), 360 * (int)KIB);
	clean();
	lab_close(&lab);
}
END_TEST

START_TEST(a_tail_too_large_for_a_row_is_an_object_until_it_is_a_part)
{
	struct digest digest, due = lab_digest(some(700 * KIB));

	begin();
	ck_assert(lab_stream(&lab, some(280 * KIB), 65536));
	ck_assert_str_eq(lab.fake->trace, "put");
	ck_assert_uint_lt(lab.upload.state.len, 100);
	ck_assert(lab_stream(&lab, span_after(some(290 * KIB), 280 * KIB), 65536));
	ck_assert(lab_stream(&lab, span_after(some(700 * KIB), 290 * KIB), 65536));
	ck_assert_uint_eq(fake_objects(lab.fake, UPLOADS), 1); /* the one that was superseded last */
	ck_assert(lab_finish(&lab, &digest));
	ck_assert(digest_equal(&digest, &due));
	lab_holds(&lab, &digest, some(700 * KIB));
	clean();
	lab_close(&lab);
}
END_TEST

START_TEST(what_is_there_already_is_not_copied_again)
{
	struct digest digest;

	begin();
	ck_assert(lab_stream(&lab, some(350 * KIB), 65536));
	ck_assert(lab_finish(&lab, &digest));
	lab_begin(&lab);
	ck_assert(lab_stream(&lab, some(350 * KIB), 65536));
	fake_reset(lab.fake);
	ck_assert(lab_finish(&lab, &digest));
	ck_assert_str_eq(lab.fake->trace, "head abandon remove");
	clean();
	lab_close(&lab);
}
END_TEST

START_TEST(parts_for_a_blob_are_laid_out_again_when_more_comes_after_all)
{
	struct digest digest, whole = lab_digest(some(1000 * KIB)), due = lab_digest(some(1400 * KIB));

	begin();
	ck_assert(lab_whole(&lab, some(1000 * KIB)));
	ck_assert(lab_stream(&lab, span_after(some(1400 * KIB), 1000 * KIB), 65536));
	ck_assert_uint_eq(lab.upload.offset, 1400 * KIB);
	lab_holds(&lab, &whole, some(1000 * KIB)); /* what was completed is a blob, whether wanted or not */
	ck_assert(lab_finish(&lab, &digest));
	ck_assert(digest_equal(&digest, &due));
	lab_holds(&lab, &digest, some(1400 * KIB));
	clean();
	lab_close(&lab);
}
END_TEST

START_TEST(a_crowded_session_is_laid_out_again)
{
	struct digest digest, due = lab_digest(some(7800 * KIB));

	begin();
	for (size_t at = 0; at < 7800 * KIB; at += 300 * KIB)
		ck_assert(lab_stream(&lab, span_after(some(at + 300 * KIB), at), 65536));
	ck_assert_ptr_nonnull(strstr(lab.fake->trace, "complete begin get"));
	ck_assert(lab_finish(&lab, &digest));
	ck_assert(digest_equal(&digest, &due));
	lab_holds(&lab, &digest, some(7800 * KIB));
	clean();
	lab_close(&lab);
}
END_TEST

START_TEST(an_aborted_upload_leaves_nothing)
{
	begin();
	ck_assert(lab_whole(&lab, some(1000 * KIB)));
	lab_abort(&lab);
	clean();
	lab_begin(&lab);
	ck_assert(lab_stream(&lab, some(1000 * KIB), 65536));
	ck_assert(lab_stream(&lab, some(280 * KIB), 65536));
	ck_assert(lab_stream(&lab, some(5 * KIB), 65536));
	lab_abort(&lab);
	clean();
	ck_assert_uint_eq(fake_objects(lab.fake, ""), 0);
	lab_close(&lab);
}
END_TEST

START_TEST(a_failed_append_leaves_nothing)
{
	begin();
	lab.fake->fail_at = 2; /* the parts */
	ck_assert(!lab_whole(&lab, some(1000 * KIB)));
	ck_assert_int_eq(error_code(&lab.error), E_UNAVAILABLE);
	ck_assert_uint_eq(lab.upload.offset, 0);
	clean();
	lab_close(&lab);
}
END_TEST

START_TEST(an_object_that_the_service_does_not_show_is_not_acknowledged)
{
	struct digest digest;

	for (int whole = 0; whole < 2; whole++) {
		begin();
		ck_assert(whole ? lab_whole(&lab, some(1000 * KIB)) : lab_stream(&lab, some(1000 * KIB), 65536));
		lab.fake->mute = true;
		ck_assert(!lab_finish(&lab, &digest));
		ck_assert_int_eq(error_code(&lab.error), E_UNAVAILABLE);
		lab_close(&lab);
	}
}
END_TEST

START_TEST(a_session_whose_parts_became_an_object_cannot_grow)
{
	struct digest digest;

	begin();
	ck_assert(lab_stream(&lab, some(350 * KIB), 65536));
	ck_assert(store_digest_upload(lab.store, &lab.upload, DIGEST_SHA512, &digest, &lab.arena, &lab.error));
	ck_assert(!lab_stream(&lab, some(350 * KIB), 65536));
	ck_assert_int_eq(error_code(&lab.error), E_BLOB_UPLOAD_INVALID);
	lab_abort(&lab);
	clean();
	lab_close(&lab);
}
END_TEST

START_TEST(a_blob_is_found_by_a_signed_url)
{
	static const struct store_client get, head = {.head = true};
	struct digest digest;
	struct store_location location;

	begin();
	digest = lab_blob(&lab, SPAN_LIT("hello"));
	ck_assert(store_locate(lab.store, &digest, &get, &location, &lab.arena, &lab.error));
	ck_assert_int_eq(location.place, STORE_PLACE_URL);
	ck_assert_str_eq(location.url, "https://fake/pre/fix/docker/registry/v2/blobs/sha256/2c/"
				       "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824/data"
				       "?verb=GET&seconds=600");
	ck_assert(store_locate(lab.store, &digest, &head, &location, &lab.arena, &lab.error));
	ck_assert_ptr_nonnull(strstr(location.url, "verb=HEAD"));
	lab.fake->cannot_sign = true;
	ck_assert(store_locate(lab.store, &digest, &get, &location, &lab.arena, &lab.error));
	ck_assert_int_eq(location.place, STORE_PLACE_STREAM);
	lab_close(&lab);
}
END_TEST

START_TEST(a_spooled_file_is_sent_as_it_is)
{
	struct digest digest, due = lab_digest(some(1000 * KIB));

	begin();
	lab_file(&lab, "0000000001", some(1000 * KIB));
	ck_assert(lab_spooled(&lab, lab_path(&lab, "0000000001")));
	lab_file(&lab, "0000000002", SPAN_LIT(""));
	ck_assert(lab_spooled(&lab, lab_path(&lab, "0000000002")));
	ck_assert_uint_eq(lab.upload.offset, 1000 * KIB);
	ck_assert(lab_finish(&lab, &digest));
	ck_assert(digest_equal(&digest, &due));
	ck_assert(!lab_spooled(&lab, "/etc/passwd"));
	ck_assert_int_eq(error_code(&lab.error), E_UNAVAILABLE);
	lab_close(&lab);
}
END_TEST

START_TEST(keys_that_are_not_ours_are_left_alone)
{
	static const char *const keys[] = {UPLOADS "note", UPLOADS "00000000-0000-4000-8000-00000000000g",
					   BLOBS "sha256/2c/2cf24d/data", BLOBS "sha256/x", "pre/fix/other"};
	struct http_client_body body = http_body_bytes(SPAN_LIT("x"));
	struct store_swept swept;

	begin();
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		ck_assert(lab.fake->service.ops->put(&lab.fake->service, keys[i], &body, &lab.arena, &lab.error));
	ck_assert(store_sweep(lab.store, -10, false, nobody, NULL, &swept, &lab.arena, &lab.error));
	ck_assert_uint_eq(swept.count, 0);
	ck_assert_uint_eq(fake_objects(lab.fake, ""), sizeof keys / sizeof *keys);
	lab_close(&lab);
}
END_TEST

START_TEST(a_sweep_removes_hundreds_and_old_spool_files)
{
	struct http_client_body body = http_body_bytes(SPAN_LIT("x"));
	struct store_swept swept;
	struct stat status;

	begin();
	for (int i = 0; i < 200; i++) {
		char id[UUID_TEXT_MAX];

		uuid_new(id);
		ck_assert(lab.fake->service.ops->put(&lab.fake->service, arena_printf(&lab.arena, UPLOADS "%s.%d", id, i),
						     &body, &lab.arena, &lab.error));
	}
	lab_file(&lab, "0000000001", SPAN_LIT("left by a web server"));
	ck_assert(store_sweep(lab.store, -10, true, nobody, NULL, &swept, &lab.arena, &lab.error));
	ck_assert_uint_eq(swept.count, 201);
	ck_assert(store_sweep(lab.store, -10, false, nobody, NULL, &swept, &lab.arena, &lab.error));
	ck_assert_uint_eq(swept.count, 201);
	ck_assert_uint_eq(swept.bytes, 200 + strlen("left by a web server"));
	clean();
	ck_assert_int_ne(stat(lab_path(&lab, "0000000001"), &status), 0);
	lab_close(&lab);
}
END_TEST

START_TEST(what_may_not_be_removed_and_a_service_that_is_away_keep_no_sweep_from_the_rest)
{
	struct http_client_body body = http_body_bytes(SPAN_LIT("x"));
	struct store_swept swept;
	const char *keys[3];

	begin();
	for (size_t i = 0; i < 3; i++) {
		char id[UUID_TEXT_MAX];

		uuid_new(id);
		keys[i] = arena_printf(&lab.arena, UPLOADS "%s", id);
		ck_assert(lab.fake->service.ops->put(&lab.fake->service, keys[i], &body, &lab.arena, &lab.error));
	}
	lab_file(&lab, "0000000001", SPAN_LIT("left by a web server"));
	fake_reset(lab.fake);
	lab.fake->fail_at = 1;
	ck_assert(!store_sweep(lab.store, -10, false, nobody, NULL, &swept, &lab.arena, &lab.error));
	ck_assert_int_eq(error_code(&lab.error), E_UNAVAILABLE);
	ck_assert_uint_eq(swept.count, 1); /* the spool is our own */
	error_init(&lab.error, &lab.arena);
	for (size_t i = 0; i < 3; i++) {
		lab.fake->locked = keys[i];
		for (size_t k = 0; k < 3; k++)
			ck_assert(lab.fake->service.ops->put(&lab.fake->service, keys[k], &body, &lab.arena, &lab.error));
		ck_assert(!store_sweep(lab.store, -10, false, nobody, NULL, &swept, &lab.arena, &lab.error));
		ck_assert_int_eq(error_code(&lab.error), E_UNKNOWN);
		ck_assert_uint_eq(fake_objects(lab.fake, UPLOADS), 1);
	}
	lab.fake->locked = NULL;
	error_init(&lab.error, &lab.arena);
	ck_assert(store_sweep(lab.store, -10, false, nobody, NULL, &swept, &lab.arena, &lab.error));
	clean();
	lab_close(&lab);
}
END_TEST

START_TEST(a_spool_that_cannot_be_used_is_explained)
{
	struct fake_service *fake = fake_service_new(&narrow);
	char reason[200] = "";

	ck_assert_ptr_null(store_object_open(&fake->service, &(struct store_object_settings){"", "/proc/no/such", 1, NULL},
					     reason, sizeof reason));
	ck_assert_ptr_nonnull(strstr(reason, "spool.directory: /proc/no/such: "));
}
END_TEST

static const struct selftest_result *step(const struct selftest_result *results, const char *name)
{
	for (size_t i = 0; i < SELFTEST_STEPS; i++)
		if (strcmp(results[i].step, name) == 0)
			return &results[i];
	ck_abort_msg("%s", name);
}

START_TEST(a_self_test_finds_a_service_that_lies)
{
	struct selftest_result results[SELFTEST_STEPS];

	begin();
	lab.fake->mute = true;
	ck_assert(!selftest_run(lab.store, lab.root, results, &lab.arena));
	ck_assert_int_eq(step(results, "reach")->outcome, SELFTEST_OK);
	ck_assert_int_eq(step(results, "write")->outcome, SELFTEST_FAILED);
	ck_assert_ptr_nonnull(strstr(step(results, "write")->why, "does not show"));
	ck_assert_int_eq(step(results, "read")->outcome, SELFTEST_SKIPPED);
	ck_assert_str_eq(step(results, "read")->why, "an earlier step failed");
	ck_assert_int_eq(step(results, "remove")->outcome, SELFTEST_OK);
	ck_assert_uint_eq(fake_objects(lab.fake, ""), 0);
	ck_assert_uint_eq(fake_uploads(lab.fake), 0);
	lab_close(&lab);
}
END_TEST

START_TEST(a_self_test_of_a_store_that_cannot_be_reached_takes_one_step)
{
	struct selftest_result results[SELFTEST_STEPS];

	begin();
	fake_reset(lab.fake);
	lab.fake->fail_at = 1;
	ck_assert(!selftest_run(lab.store, lab.root, results, &lab.arena));
	ck_assert_int_eq(step(results, "reach")->outcome, SELFTEST_FAILED);
	for (size_t i = 1; i < SELFTEST_STEPS; i++)
		ck_assert_int_eq(results[i].outcome, SELFTEST_SKIPPED);
	ck_assert_uint_eq(lab.fake->calls, 1);
	lab_close(&lab);
}
END_TEST

/* ---- each call of the service fails once, and the caller tries again with what it had ---- */

struct scenario {
	const char *name;
	size_t chunks[30]; /* KiB; up to the first 0 */
	bool whole;        /* the first chunk comes without Content-Range */
	bool other;        /* finished by another algorithm's digest */
	bool cancelled;    /* instead of finished */
	bool contested;    /* each request takes the session over from one that may still be at work */
};

static const struct scenario scenarios[] = {
	{.name = "empty", .chunks = {0}},
	{.name = "small whole", .chunks = {20}, .whole = true},
	{.name = "large whole", .chunks = {1500}, .whole = true},
	{.name = "small chunks", .chunks = {20, 30, 5}},
	{.name = "tail objects", .chunks = {270, 10, 10}},
	{.name = "parts and tails", .chunks = {350, 100, 170, 10, 900, 20}},
	{.name = "a whole that grows", .chunks = {1500, 100, 400}, .whole = true},
	{.name = "crowded",
	 .chunks = {300, 300, 300, 300, 300, 300, 300, 300, 300, 300, 300, 300, 300, 300, 270, 300, 300}},
	{.name = "small whole, sha512", .chunks = {20}, .whole = true, .other = true},
	{.name = "large whole, sha512", .chunks = {1500}, .whole = true, .other = true},
	{.name = "tail object, sha512", .chunks = {270}, .other = true},
	{.name = "parts and tail, sha512", .chunks = {350, 100}, .other = true},
	{.name = "parts and tail object, sha512", .chunks = {350, 270}, .other = true},
	{.name = "large whole, cancelled", .chunks = {1500}, .whole = true, .cancelled = true},
	{.name = "parts and tails, cancelled", .chunks = {350, 100, 170, 10, 900, 20}, .cancelled = true},
	{.name = "large whole, contested", .chunks = {1500}, .whole = true, .contested = true},
	{.name = "tail objects, contested", .chunks = {270, 10, 10}, .contested = true},
	{.name = "parts and tails, contested", .chunks = {350, 100, 170, 10, 900, 20}, .contested = true},
	{.name = "parts and tails, contested and cancelled",
	 .chunks = {350, 100, 170, 10, 900, 20},
	 .cancelled = true,
	 .contested = true},
};

/* The session's row: what a request finds, and what it leaves when it succeeds. */
struct row {
	struct store_upload upload;
	struct hasher hasher;
};

static void load(const struct row *row)
{
	lab.upload = row->upload;
	lab.hasher = row->hasher;
	error_init(&lab.error, &lab.arena);
}

static void save(struct row *row)
{
	*row = (struct row){lab.upload, lab.hasher};
}

/* A request of its own: with the session to itself, or while another one may still add to it. */
static bool come_back(struct row *row, bool contested)
{
	load(row);
	lab_reopen(&lab);
	if (contested && !lab_take_over(&lab))
		return false;
	save(row);
	return true;
}

static bool try_chunk(struct row *row, struct span bytes, bool whole, bool contested)
{
	if (!come_back(row, contested))
		return false;
	return whole ? lab_whole(&lab, bytes) : lab_stream(&lab, bytes, 65536);
}

static bool try_finish(struct row *row, const struct scenario *scenario, struct digest *digest)
{
	if (!come_back(row, scenario->contested))
		return false;
	if (!scenario->other)
		return lab_finish(&lab, digest);
	if (!store_digest_upload(lab.store, &lab.upload, DIGEST_SHA512, digest, &lab.arena, &lab.error) ||
	    !store_finish(lab.store, &lab.upload, digest, &lab.arena, &lab.error))
		return false;
	store_forget(lab.store, &lab.upload, &lab.arena);
	return true;
}

static size_t play_chunks(const struct scenario *scenario, struct row *row)
{
	size_t total = 0;

	save(row);
	for (size_t i = 0; scenario->chunks[i]; i++) {
		struct span bytes = span_after(some(total + scenario->chunks[i] * KIB), total);
		bool whole = scenario->whole && i == 0;

		ck_assert_msg(try_chunk(row, bytes, whole, scenario->contested) ||
				      (lab.fake->failed && try_chunk(row, bytes, whole, scenario->contested)),
			      "%s: chunk %zu: %s", scenario->name, i, lab.fake->trace);
		total += bytes.len;
		ck_assert_uint_eq(lab.upload.offset, total);
		save(row);
	}
	return total;
}

/* False when the scenario has fewer calls than `fail_at`. */
static bool play(const struct scenario *scenario, unsigned fail_at, bool after)
{
	struct store_swept swept;
	struct digest digest;
	struct row row;
	size_t total;
	bool failed;

	begin();
	lab.fake->fail_at = fail_at;
	lab.fake->fail_after = after;
	total = play_chunks(scenario, &row);
	if (scenario->cancelled) {
		load(&row);
		lab_abort(&lab);
	} else {
		ck_assert_msg(try_finish(&row, scenario, &digest) ||
				      (lab.fake->failed && try_finish(&row, scenario, &digest)),
			      "%s: call %u: %s", scenario->name, fail_at, lab.fake->trace);
		lab.fake->fail_at = 0;
		lab_holds(&lab, &digest, some(total));
		ck_assert_msg(try_finish(&row, scenario, &digest) || scenario->other || scenario->contested,
			      "%s, finished again: call %u: %s", scenario->name, fail_at, lab.fake->trace);
		lab_holds(&lab, &digest, some(total));
	}
	lab.fake->fail_at = 0;
	failed = lab.fake->failed;
	if (!failed)
		clean();
	ck_assert(store_sweep(lab.store, -10, false, nobody, NULL, &swept, &lab.arena, &lab.error));
	clean();
	ck_assert(!scenario->cancelled || fake_objects(lab.fake, "") == 0);
	lab_close(&lab);
	return failed;
}

static void every_failure(bool after)
{
	for (size_t i = 0; i < sizeof scenarios / sizeof *scenarios; i++) {
		unsigned fail_at = 1;

		while (play(&scenarios[i], fail_at, after))
			fail_at++;
		ck_assert_msg(fail_at > 1 || scenarios[i].cancelled, "%s", scenarios[i].name);
	}
}

START_TEST(any_call_may_fail_before_it_does_anything)
{
	every_failure(false);
}
END_TEST

START_TEST(any_call_may_fail_after_it_has_done_its_work)
{
	every_failure(true);
}
END_TEST

TEST_FILE(object, a_small_whole_blob_is_one_put, a_whole_blob_is_sent_to_where_it_belongs_and_not_copied,
	  chunks_are_staged_and_copied_once, a_tail_too_large_for_a_row_is_an_object_until_it_is_a_part,
	  what_is_there_already_is_not_copied_again, parts_for_a_blob_are_laid_out_again_when_more_comes_after_all,
	  a_crowded_session_is_laid_out_again, an_aborted_upload_leaves_nothing, a_failed_append_leaves_nothing,
	  an_object_that_the_service_does_not_show_is_not_acknowledged, a_session_whose_parts_became_an_object_cannot_grow,
	  a_blob_is_found_by_a_signed_url, a_spooled_file_is_sent_as_it_is, keys_that_are_not_ours_are_left_alone,
	  a_sweep_removes_hundreds_and_old_spool_files,
	  what_may_not_be_removed_and_a_service_that_is_away_keep_no_sweep_from_the_rest,
	  a_spool_that_cannot_be_used_is_explained, a_self_test_finds_a_service_that_lies,
	  a_self_test_of_a_store_that_cannot_be_reached_takes_one_step, any_call_may_fail_before_it_does_anything,
	  any_call_may_fail_after_it_has_done_its_work)
