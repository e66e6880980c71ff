/* SPDX-License-Identifier: MIT */
/*
 * What store.h promises of every driver: each behaviour runs on each of them. tests/store/test_driver_contract.py runs the same table
 * on real servers.
 */
#include "../../lib/test.h"
#include "berth/store/layout.h"
#include "berth/store/selftest.h"
#include "lab.h"

static void on_every_driver(void (*behaviour)(struct lab *))
{
	for (size_t i = 0; i < lab_driver_count; i++) {
		struct lab lab = lab_drivers[i]();

		lab_begin(&lab);
		behaviour(&lab);
		lab_close(&lab);
	}
}

#define BEHAVIOUR(name)                         \
	static void name##_on(struct lab *lab); \
	START_TEST(name)                        \
	{                                       \
		on_every_driver(name##_on);     \
	}                                       \
	END_TEST                                \
	static void name##_on(struct lab *lab)

#define HELLO SPAN_LIT("hello, blobs")
#define LARGE ((size_t)700001) /* more than one buffer of any driver, and no multiple of it */

#define PART ((size_t)5 << 20) /* least size of most services' parts */

static struct span large(void)
{
	static char bytes[LARGE];

	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (char)(i * 31 >> 3);
	return (struct span){bytes, sizeof bytes};
}

BEHAVIOUR(a_stream_in_pieces_becomes_the_blob)
{
	struct digest digest, due = lab_digest(HELLO);

	ck_assert(lab_stream(lab, HELLO, 5));
	ck_assert_uint_eq(lab->upload.offset, HELLO.len);
	ck_assert_int_eq(lab_size(lab, &due), -1);
	ck_assert(lab_finish(lab, &digest));
	ck_assert(digest_equal(&digest, &due));
	lab_holds(lab, &digest, HELLO);
}

BEHAVIOUR(a_large_stream_is_stored_whole)
{
	struct digest digest;

	ck_assert(lab_stream(lab, large(), 4099));
	ck_assert(lab_finish(lab, &digest));
	lab_holds(lab, &digest, large());
}

BEHAVIOUR(chunks_that_are_larger_than_a_part_become_the_blob)
{
	static char bytes[2 * PART + 3];
	struct digest digest;

	memcpy(bytes + PART - 1, large().ptr, LARGE);
	ck_assert(lab_stream(lab, (struct span){bytes, PART}, 1 << 16));
	ck_assert(lab_stream(lab, (struct span){bytes + PART, sizeof bytes - PART}, 1 << 16));
	ck_assert(lab_finish(lab, &digest));
	lab_holds(lab, &digest, (struct span){bytes, sizeof bytes});
}

BEHAVIOUR(a_whole_blob_that_is_larger_than_a_part_becomes_the_blob)
{
	static char bytes[PART + LARGE];
	struct digest digest;

	memcpy(bytes + PART, large().ptr, LARGE);
	ck_assert(lab_whole(lab, (struct span){bytes, sizeof bytes}));
	ck_assert(lab_finish(lab, &digest));
	lab_holds(lab, &digest, (struct span){bytes, sizeof bytes});
}

BEHAVIOUR(an_upload_goes_on_from_an_exported_state_and_offset)
{
	unsigned char state[HASHER_STATE_MAX];
	struct span first = {large().ptr, 300007}, rest = span_after(large(), 300007);
	struct digest digest, due = lab_digest(large());
	struct store_upload kept;
	size_t len;

	ck_assert(lab_stream(lab, first, 65536));
	len = hasher_export(&lab->hasher, state);
	kept = lab->upload;
	lab_begin(lab);
	lab->upload = kept;
	ck_assert(hasher_import(&lab->hasher, state, len));
	ck_assert(lab_stream(lab, rest, 65536));
	ck_assert_uint_eq(lab->upload.offset, large().len);
	ck_assert(lab_finish(lab, &digest));
	ck_assert(digest_equal(&digest, &due));
	lab_holds(lab, &digest, large());
}

BEHAVIOUR(finishing_again_succeeds_and_changes_nothing)
{
	struct digest digest;

	ck_assert(lab_stream(lab, HELLO, 5));
	ck_assert(lab_finish_uncommitted(lab, &digest));
	lab_reopen(lab);
	ck_assert(lab_finish_uncommitted(lab, &digest));
	ck_assert(lab_finish(lab, &digest));
	lab_holds(lab, &digest, HELLO);
}

BEHAVIOUR(what_another_request_adds_late_is_not_in_an_upload_that_was_taken_over)
{
	struct span first = {large().ptr, 300007}, rest = span_after(large(), 300007);
	struct store_upload late;
	struct hasher hasher;
	struct digest digest, due = lab_digest(large());

	ck_assert(lab_stream(lab, first, 65536));
	late = lab->upload;
	hasher = lab->hasher;
	ck_assert(lab_take_over(lab));
	ck_assert(lab_stream(lab, rest, 65536));
	(void)lab_stream_as(lab, late, hasher, SPAN_LIT("bytes of a request that lost its session"));
	ck_assert(lab_finish_uncommitted(lab, &digest));
	(void)lab_stream_as(lab, late, hasher, SPAN_LIT("bytes that come later still"));
	store_forget(lab->store, &lab->upload, &lab->arena);
	ck_assert(digest_equal(&digest, &due));
	lab_holds(lab, &digest, large());
}

BEHAVIOUR(an_upload_can_be_taken_over_at_any_offset_and_many_times)
{
	static const size_t steps[] = {0, 1, 5, 300007, 7};
	struct digest digest;
	size_t at = 0;

	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		ck_assert(lab_take_over(lab));
		ck_assert(lab_take_over(lab));
		ck_assert(lab_stream(lab, (struct span){large().ptr + at, steps[i]}, 65536));
		at += steps[i];
		ck_assert_uint_eq(lab->upload.offset, at);
	}
	ck_assert(lab_take_over(lab));
	ck_assert(lab_finish(lab, &digest));
	lab_holds(lab, &digest, (struct span){large().ptr, at});
}

BEHAVIOUR(a_blob_that_is_there_stays_when_it_is_finished_once_more)
{
	struct digest digest = lab_blob(lab, HELLO), again;

	lab_begin(lab);
	ck_assert(lab_stream(lab, HELLO, 5));
	ck_assert(lab_finish_uncommitted(lab, &again));
	store_abort(lab->store, &lab->upload, &lab->arena); /* its COMMIT failed */
	lab_holds(lab, &digest, HELLO);
}

BEHAVIOUR(an_empty_upload_becomes_the_empty_blob)
{
	struct digest digest;

	ck_assert(lab_finish(lab, &digest));
	ck_assert_int_eq(lab_size(lab, &digest), 0);
	lab_begin(lab);
	ck_assert(lab_finish(lab, &digest));
	lab_holds(lab, &digest, SPAN_LIT(""));
}

BEHAVIOUR(a_blob_pushed_twice_stays_one_blob)
{
	struct digest first = lab_blob(lab, HELLO), second = lab_blob(lab, HELLO);

	ck_assert(digest_equal(&first, &second));
	lab_holds(lab, &first, HELLO);
}

BEHAVIOUR(an_aborted_upload_cannot_be_finished)
{
	struct digest digest;

	ck_assert(lab_stream(lab, HELLO, 5));
	lab_abort(lab);
	ck_assert(!lab_finish(lab, &digest));
	ck_assert_int_eq(error_code(&lab->error), E_BLOB_UPLOAD_INVALID);
	ck_assert_int_eq(lab_size(lab, &digest), -1);
	lab_abort(lab);
}

BEHAVIOUR(an_aborted_upload_cannot_be_gone_on_with)
{
	ck_assert(lab_stream(lab, HELLO, 5));
	lab_abort(lab);
	ck_assert(!lab_stream(lab, HELLO, 5));
	ck_assert_int_eq(error_code(&lab->error), E_BLOB_UPLOAD_INVALID);
}

BEHAVIOUR(a_source_that_breaks_off_leaves_the_upload_as_it_was)
{
	struct digest digest, due = lab_digest(SPAN_LIT("first and second"));
	struct hasher kept;

	ck_assert(lab_stream(lab, SPAN_LIT("first"), 5));
	kept = lab->hasher;
	ck_assert(!lab_stream_broken(lab, SPAN_LIT(" and what never came to its end")));
	ck_assert_int_eq(error_code(&lab->error), E_SIZE_INVALID);
	ck_assert_uint_eq(lab->upload.offset, 5);
	lab->hasher = kept; /* the caller takes it from the session's row */
	ck_assert(lab_stream(lab, SPAN_LIT(" and second"), 3));
	ck_assert(lab_finish(lab, &digest));
	ck_assert(digest_equal(&digest, &due));
	lab_holds(lab, &digest, SPAN_LIT("first and second"));
}

BEHAVIOUR(bytes_behind_the_offset_do_not_get_into_the_blob)
{
	struct digest digest;
	struct hasher kept;

	ck_assert(lab_stream(lab, SPAN_LIT("acknowledged"), 5));
	kept = lab->hasher;
	ck_assert(!lab_stream_broken(lab, SPAN_LIT("broken off")));
	lab->hasher = kept;
	ck_assert(lab_finish(lab, &digest)); /* as a PUT without a body does */
	lab_holds(lab, &digest, SPAN_LIT("acknowledged"));
}

BEHAVIOUR(a_first_chunk_that_breaks_off_can_be_sent_again)
{
	struct digest digest;

	ck_assert(!lab_stream_broken(lab, SPAN_LIT("broken off, and longer than what follows")));
	ck_assert_uint_eq(lab->upload.offset, 0);
	hasher_init(&lab->hasher, DIGEST_SHA256);
	ck_assert(lab_stream(lab, HELLO, 5));
	ck_assert(lab_finish(lab, &digest));
	lab_holds(lab, &digest, HELLO);
}

BEHAVIOUR(the_digest_by_another_algorithm_is_of_the_acknowledged_bytes)
{
	struct digest digest, due;

	digest_of(&due, DIGEST_SHA512, HELLO.ptr, HELLO.len);
	ck_assert(lab_stream(lab, HELLO, 5));
	ck_assert(!lab_stream_broken(lab, SPAN_LIT("broken off")));
	error_init(&lab->error, &lab->arena);
	ck_assert(store_digest_upload(lab->store, &lab->upload, DIGEST_SHA512, &digest, &lab->arena, &lab->error));
	ck_assert(digest_equal(&digest, &due));
	ck_assert(store_finish(lab->store, &lab->upload, &digest, &lab->arena, &lab->error));
	lab_holds(lab, &digest, HELLO);
}

BEHAVIOUR(an_unknown_blob_is_not_found_and_no_error)
{
	struct digest digest = lab_digest(HELLO);

	ck_assert_int_eq(lab_size(lab, &digest), -1);
	ck_assert(!error_is_set(&lab->error));
}

struct part {
	char text[32];
	size_t len;
};

static bool keep(void *context, const void *bytes, size_t len)
{
	struct part *part = context;

	ck_assert_uint_lt(part->len + len, sizeof part->text);
	memcpy(part->text + part->len, bytes, len);
	part->len += len;
	return true;
}

BEHAVIOUR(a_range_of_a_blob_is_read)
{
	struct digest digest = lab_blob(lab, HELLO);
	static const struct {
		uint64_t offset, length;
		const char *due;
	} ranges[] = {{0, 12, "hello, blobs"}, {0, 5, "hello"}, {7, 5, "blobs"}, {11, 1, "s"}, {12, 0, ""}, {3, 0, ""}};

	for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
		struct part part = {.len = 0};

		ck_assert(store_read(lab->store, &digest, ranges[i].offset, ranges[i].length, keep, &part, &lab->arena,
				     &lab->error));
		ck_assert_str_eq(part.text, ranges[i].due);
	}
}

BEHAVIOUR(a_read_past_the_end_fails)
{
	struct digest digest = lab_blob(lab, HELLO);
	struct part part = {.len = 0};

	ck_assert(!store_read(lab->store, &digest, 7, 6, keep, &part, &lab->arena, &lab->error));
	ck_assert_int_eq(error_code(&lab->error), E_UNAVAILABLE);
}

static bool hang_up(void *context, const void *bytes, size_t len)
{
	(void)bytes, (void)len;
	++*(int *)context;
	return false;
}

BEHAVIOUR(a_reader_that_hangs_up_ends_the_read)
{
	struct digest digest = lab_blob(lab, large());
	int calls = 0;

	ck_assert(!store_read(lab->store, &digest, 0, large().len, hang_up, &calls, &lab->arena, &lab->error));
	ck_assert_int_eq(calls, 1);
}

BEHAVIOUR(a_removed_blob_is_gone_and_may_be_removed_again)
{
	struct digest digest = lab_blob(lab, HELLO), other = lab_blob(lab, SPAN_LIT("another"));

	ck_assert(store_remove(lab->store, &digest, &lab->arena, &lab->error));
	ck_assert_int_eq(lab_size(lab, &digest), -1);
	ck_assert(store_remove(lab->store, &digest, &lab->arena, &lab->error));
	lab_holds(lab, &other, SPAN_LIT("another"));
	digest = lab_blob(lab, HELLO);
	lab_holds(lab, &digest, HELLO);
}

struct visits {
	struct digest due[40];
	int times[40], count, limit;
};

static bool visit(void *context, const struct digest *digest, uint64_t size)
{
	struct visits *visits = context;

	visits->count++;
	for (size_t i = 0; i < 40; i++) {
		if (!digest_equal(&visits->due[i], digest))
			continue;
		ck_assert_uint_eq(size, i + 1);
		visits->times[i]++;
	}
	return visits->count < visits->limit;
}

BEHAVIOUR(a_walk_sees_every_blob_once_and_no_upload)
{
	struct visits visits = {.limit = 1000};

	for (size_t i = 0; i < 40; i++)
		visits.due[i] = lab_blob(lab, (struct span){large().ptr, i + 1});
	lab_begin(lab);
	ck_assert(lab_stream(lab, HELLO, 5));
	ck_assert(store_walk(lab->store, visit, &visits, &lab->arena, &lab->error));
	ck_assert_int_eq(visits.count, 40);
	for (size_t i = 0; i < 40; i++)
		ck_assert_int_eq(visits.times[i], 1);
}

BEHAVIOUR(a_walk_ends_where_the_visitor_says)
{
	struct visits visits = {.limit = 3};

	for (size_t i = 0; i < 10; i++)
		(void)lab_blob(lab, (struct span){large().ptr, i + 1});
	ck_assert(store_walk(lab->store, visit, &visits, &lab->arena, &lab->error));
	ck_assert_int_eq(visits.count, 3);
}

static bool claims(void *context, const char *id)
{
	return strcmp(id, context) == 0;
}

BEHAVIOUR(a_sweep_removes_uploads_that_nobody_claims)
{
	struct store_upload claimed, abandoned;
	struct store_swept swept;
	struct digest digest;

	if (lab->keeps_tails)
		return; /* the bytes are in the session's row: there is nothing to sweep */
	ck_assert(lab_stream(lab, HELLO, 5));
	abandoned = lab->upload;
	lab_begin(lab);
	ck_assert(lab_stream(lab, HELLO, 5));
	claimed = lab->upload;
	ck_assert(store_sweep(lab->store, -10, true, claims, claimed.id, &swept, &lab->arena, &lab->error));
	ck_assert_uint_eq(swept.count, 1);
	ck_assert_uint_eq(swept.bytes, lab->fake ? 0 : HELLO.len); /* a list of unfinished uploads has no sizes */
	ck_assert(store_sweep(lab->store, -10, false, claims, claimed.id, &swept, &lab->arena, &lab->error));
	ck_assert_uint_eq(swept.count, 1);
	ck_assert(store_sweep(lab->store, -10, false, claims, claimed.id, &swept, &lab->arena, &lab->error));
	ck_assert_uint_eq(swept.count, 0);
	ck_assert(lab_finish(lab, &digest));
	lab_holds(lab, &digest, HELLO);
	ck_assert(store_remove(lab->store, &digest, &lab->arena, &lab->error));
	lab->upload = abandoned;
	ck_assert(!lab_finish(lab, &digest));
}

/* The store in memory has no spool folder. */
BEHAVIOUR(a_self_test_passes_and_leaves_nothing)
{
	struct selftest_result results[SELFTEST_STEPS];
	struct visits visits = {.limit = 1000};
	struct store_swept swept;
	const char *spool;

	if (!*lab->root)
		return;
	spool = lab->is_fs ? arena_strdup(&lab->arena, lab_path(lab, LAYOUT_SPOOL)) : lab->root;
	if (lab->fake)
		lab->fake->cannot_sign = true; /* no server answers its URLs */
	(void)selftest_run(lab->store, spool, results, &lab->arena);
	for (size_t i = 0; i < SELFTEST_STEPS; i++)
		ck_assert_msg(results[i].outcome != SELFTEST_FAILED, "%s: %s", results[i].step, results[i].why);
	ck_assert(store_walk(lab->store, visit, &visits, &lab->arena, &lab->error));
	ck_assert_int_eq(visits.count, 0);
	ck_assert(store_sweep(lab->store, -10, true, claims, (char[]){""}, &swept, &lab->arena, &lab->error));
	ck_assert_uint_eq(swept.count, 0);
}

BEHAVIOUR(both_algorithms_have_blobs_of_their_own)
{
	struct digest small = lab_blob(lab, HELLO), large_digest;

	lab_begin(lab);
	hasher_init(&lab->hasher, DIGEST_SHA512);
	ck_assert(lab_stream(lab, HELLO, 5));
	ck_assert(lab_finish(lab, &large_digest));
	ck_assert(store_remove(lab->store, &small, &lab->arena, &lab->error));
	lab_holds(lab, &large_digest, HELLO);
}

TEST_FILE(drivers, a_stream_in_pieces_becomes_the_blob, a_large_stream_is_stored_whole,
	  chunks_that_are_larger_than_a_part_become_the_blob, a_whole_blob_that_is_larger_than_a_part_becomes_the_blob,
	  an_upload_goes_on_from_an_exported_state_and_offset, finishing_again_succeeds_and_changes_nothing,
	  what_another_request_adds_late_is_not_in_an_upload_that_was_taken_over,
	  an_upload_can_be_taken_over_at_any_offset_and_many_times,
	  a_blob_that_is_there_stays_when_it_is_finished_once_more, an_empty_upload_becomes_the_empty_blob,
	  a_blob_pushed_twice_stays_one_blob, an_aborted_upload_cannot_be_finished,
	  an_aborted_upload_cannot_be_gone_on_with, a_source_that_breaks_off_leaves_the_upload_as_it_was,
	  bytes_behind_the_offset_do_not_get_into_the_blob, a_first_chunk_that_breaks_off_can_be_sent_again,
	  the_digest_by_another_algorithm_is_of_the_acknowledged_bytes, an_unknown_blob_is_not_found_and_no_error,
	  a_range_of_a_blob_is_read, a_read_past_the_end_fails, a_reader_that_hangs_up_ends_the_read,
	  a_removed_blob_is_gone_and_may_be_removed_again, a_walk_sees_every_blob_once_and_no_upload,
	  a_walk_ends_where_the_visitor_says, a_sweep_removes_uploads_that_nobody_claims,
	  a_self_test_passes_and_leaves_nothing, both_algorithms_have_blobs_of_their_own)
