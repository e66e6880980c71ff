/* SPDX-License-Identifier: MIT */
/*
 * Requests that meet in the database. The first one's transaction is held open until the second, a use case in a
 * process of its own, waits for one of its locks; then it commits. Nothing relies on time passing.
 */
#include "../lib/test.h"
#include "berth/core/blob.h"
#include "berth/core/manifest.h"
#include "berth/core/manifest_policy.h"
#include "berth/meta/blob.h"
#include "berth/meta/repository.h"
#include "berth/meta/tag.h"
#include "berth/meta/upload.h"
#include "lab.h"

#define PATH SPAN_LIT("group/image")
#define IMAGE_TYPE SPAN_LIT("application/vnd.oci.image.manifest.v1+json")
#define INDEX_TYPE SPAN_LIT("application/vnd.oci.image.index.v1+json")

static struct lab lab;
static struct db_settings settings;
static struct core core;
static struct work work;
static _Atomic uint64_t generation;
static const struct manifest_policy_settings strict;

static struct digest config, layer;
static struct span image, other_image, indexed;
static int64_t repository;

/* ---- one process's side ---- */

static void connect_as(const char *application)
{
	char reason[100];

	settings = lab.settings;
	settings.application = application;
	core = (struct core){.db = meta_db_new(&settings), .generation = &generation};
	core.policy = manifest_policy_new(&strict, reason, sizeof reason);
	ck_assert(core.db && core.policy);
	work = work_begin(&core, &who_system, &lab.arena, &lab.error);
}

static bool push(struct span path, struct span payload, struct span type, const char *tag)
{
	struct span tags[] = {span_of(tag)};
	struct manifest_push request = {
		.path = path, .payload = payload, .content_type = type, .tags = tags, .tag_count = tag ? 1 : 0};
	struct manifest_pushed pushed;

	return manifest_push(&work, &request, &pushed);
}

static struct digest digest_of_span(struct span bytes)
{
	struct digest digest;

	digest_of(&digest, DIGEST_SHA256, bytes.ptr, bytes.len);
	return digest;
}

static struct digest add_blob(struct span bytes)
{
	struct digest digest = digest_of_span(bytes);

	ck_assert(meta_blob_insert(&work.meta, &digest, bytes.len));
	ck_assert(meta_blob_link(&work.meta, repository, &digest));
	return digest;
}

static struct span image_with(const char *note)
{
	char a[DIGEST_TEXT_MAX], b[DIGEST_TEXT_MAX];
	const char *text =
		arena_printf(&lab.arena,
			     "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"config\":{\"mediaType\":\"a/b\",\"digest\":"
			     "\"%s\",\"size\":6},\"layers\":[{\"mediaType\":\"a/b\",\"digest\":\"%s\",\"size\":5}],"
			     "\"annotations\":{\"note\":\"%s\"}}",
			     IMAGE_TYPE.ptr, digest_text(&config, a), digest_text(&layer, b), note);

	return span_of(text);
}

static void begin(void)
{
	char text[DIGEST_TEXT_MAX];
	struct digest digest;

	lab_open_migrated(&lab);
	connect_as("first");
	ck_assert(meta_repository_make(&work.meta, PATH, &repository));
	config = add_blob(SPAN_LIT("config"));
	layer = add_blob(SPAN_LIT("layer"));
	image = image_with("one");
	other_image = image_with("two");
	digest = digest_of_span(image);
	indexed = span_of(arena_printf(&lab.arena,
				       "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"manifests\":[{\"mediaType\":\"%s\","
				       "\"digest\":\"%s\",\"size\":%zu}]}",
				       INDEX_TYPE.ptr, IMAGE_TYPE.ptr, digest_text(&digest, text), image.len));
}

static void disconnect(void)
{
	db_free(core.db);
	manifest_policy_free((struct manifest_policy *)(uintptr_t)core.policy);
}

static void finish(void)
{
	disconnect();
	lab_close(&lab);
}

/* ---- the meeting ---- */

struct meeting {
	bool (*first)(const struct meta *meta);         /* in a transaction ... */
	bool (*second)(void);                           /* ... that this use case runs into */
	bool (*first_goes_on)(const struct meta *meta); /* NULL: it commits */
	pid_t child;
	bool blocked;
};

/* The second process: its exit status is the code of its error, 0 for success. */
static int second_side(void *context)
{
	const struct meeting *meeting = context;
	bool ok;

	error_init(&lab.error, &lab.arena);
	connect_as("second");
	ok = meeting->second();
	disconnect();
	return ok ? 0 : (int)error_code(&lab.error);
}

static bool first_side(struct db *db, void *context, struct error *error)
{
	struct meeting *meeting = context;

	(void)db, (void)error;
	if (!meeting->first(&work.meta))
		return false;
	if (!meeting->child) {
		meeting->child = lab_fork(second_side, meeting);
		meeting->blocked = lab_blocked(&lab, "second", meeting->child);
	}
	return !meeting->first_goes_on || meeting->first_goes_on(&work.meta);
}

/* The second one's error code. */
static int meet(struct meeting *meeting)
{
	ck_assert_msg(db_transaction(core.db, first_side, meeting, &lab.error), "%s", error_name(error_code(&lab.error)));
	ck_assert_msg(meeting->blocked, "the second never waited for the first: they did not meet");
	return lab_join(meeting->child);
}

#define MEET(a, b) meet(&(struct meeting){.first = (a), .second = (b)})

/* ---- what the two do ---- */

static bool unlink_layer(const struct meta *meta)
{
	enum meta_deleted outcome;

	return meta_blob_unlink(meta, PATH, &layer, &outcome) && outcome == META_DELETED;
}

static bool unlink_layer_request(void)
{
	return blob_unlink(&work, PATH, &layer);
}

static bool link_layer_request(void)
{
	return meta_blob_link(&work.meta, repository, &layer);
}

static int64_t insert_image(const struct meta *meta, struct span payload)
{
	const struct digest blobs[] = {config, layer};
	struct meta_manifest_new row = {
		.repository = repository,
		.digest = digest_of_span(payload),
		.media_type = IMAGE_TYPE.ptr,
		.payload = payload,
		.blobs = blobs,
		.blob_count = 2,
	};
	int64_t id = 0;

	return meta_manifest_insert(meta, &row, &id) ? id : 0;
}

static bool push_image(const struct meta *meta)
{
	return insert_image(meta, image) != 0;
}

/* Tag v moves from `image` to `other_image`. */
static bool move_tag(const struct meta *meta)
{
	int64_t id = insert_image(meta, other_image);

	return id && meta_tag_set(meta, repository, id, &SPAN_LIT("v"), 1);
}

static bool delete_image(const struct meta *meta)
{
	struct digest digest = digest_of_span(image);
	enum meta_deleted outcome;

	return meta_manifest_delete(meta, PATH, &digest, &outcome) && outcome == META_DELETED;
}

static bool push_image_request(void)
{
	return push(PATH, image, IMAGE_TYPE, "v");
}

static bool push_other_request(void)
{
	return push(PATH, other_image, IMAGE_TYPE, "v");
}

static bool push_index_request(void)
{
	return push(PATH, indexed, INDEX_TYPE, NULL);
}

static bool delete_image_request(void)
{
	struct digest digest = digest_of_span(image);

	return manifest_delete(&work, PATH, &digest);
}

/* Does tag v name this manifest? */
static bool tag_names(struct span payload)
{
	struct meta_reference reference = {.tag = "v"};
	struct digest digest = digest_of_span(payload);
	struct meta_manifest found;
	bool is;

	ck_assert(meta_manifest_find(&work.meta, PATH, &reference, true, &is, &found));
	return is && digest_equal(&found.digest, &digest);
}

static int64_t count(const char *table)
{
	return lab_sql(&lab, "SELECT count(*) FROM %s", table);
}

/* ---- blobs and the manifests that need them ---- */

START_TEST(a_push_that_meets_an_unlink_is_told_of_the_missing_blob)
{
	begin();
	ck_assert_int_eq(MEET(unlink_layer, push_image_request), E_MANIFEST_BLOB_UNKNOWN);
	ck_assert_int_eq(count("manifest"), 0);
	finish();
}
END_TEST

START_TEST(an_unlink_that_meets_a_push_is_told_of_the_reference)
{
	begin();
	ck_assert_int_eq(MEET(push_image, unlink_layer_request), E_BLOB_REFERENCED);
	ck_assert_int_eq(count("manifest_blob"), 2);
	ck_assert_int_eq(count("repository_blob"), 2);
	finish();
}
END_TEST

START_TEST(a_link_that_meets_an_unlink_is_there_afterwards)
{
	begin();
	ck_assert_int_eq(MEET(unlink_layer, link_layer_request), 0);
	ck_assert_int_eq(count("repository_blob"), 2);
	finish();
}
END_TEST

START_TEST(an_unlink_that_meets_a_deletion_of_the_manifest_succeeds)
{
	begin();
	ck_assert(push_image_request());
	ck_assert_int_eq(MEET(delete_image, unlink_layer_request), 0);
	ck_assert_int_eq(count("repository_blob"), 1);
	finish();
}
END_TEST

/* ---- tags and the manifests that they name ---- */

START_TEST(a_deletion_that_meets_a_tag_moving_away_leaves_the_tag)
{
	begin();
	ck_assert(push_image_request());
	ck_assert_int_eq(MEET(move_tag, delete_image_request), 0);
	ck_assert(tag_names(other_image));
	ck_assert_int_eq(count("manifest"), 1);
	finish();
}
END_TEST

START_TEST(a_tag_that_moves_while_its_manifest_goes_is_there_afterwards)
{
	begin();
	ck_assert(push_image_request());
	ck_assert_int_eq(MEET(delete_image, push_other_request), 0);
	ck_assert(tag_names(other_image));
	ck_assert_int_eq(count("tag"), 1);
	finish();
}
END_TEST

START_TEST(a_push_of_what_is_being_deleted_stores_it_again)
{
	begin();
	ck_assert(push_image_request());
	ck_assert_int_eq(MEET(delete_image, push_image_request), 0);
	ck_assert(tag_names(image));
	ck_assert_int_eq(count("manifest_blob"), 2);
	finish();
}
END_TEST

START_TEST(two_pushes_of_one_manifest_are_one_manifest)
{
	begin();
	ck_assert_int_eq(MEET(push_image, push_image_request), 0);
	ck_assert(tag_names(image));
	ck_assert_int_eq(count("manifest"), 1);
	ck_assert_int_eq(count("manifest_blob"), 2);
	finish();
}
END_TEST

static bool tag_image_again(const struct meta *meta)
{
	int64_t id = insert_image(meta, image);

	return id && meta_tag_set(meta, repository, id, &SPAN_LIT("v"), 1);
}

START_TEST(a_deletion_after_a_push_of_the_same_takes_the_tag_too)
{
	begin();
	ck_assert(push_image_request());
	ck_assert_int_eq(MEET(tag_image_again, delete_image_request), 0);
	ck_assert_int_eq(count("manifest"), 0);
	ck_assert_int_eq(count("tag"), 0);
	finish();
}
END_TEST

/* ---- indexes and their children ---- */

START_TEST(an_index_that_meets_its_childs_deletion_is_refused)
{
	begin();
	ck_assert(push_image_request());
	ck_assert_int_eq(MEET(delete_image, push_index_request), E_MANIFEST_BLOB_UNKNOWN);
	ck_assert_int_eq(count("manifest"), 0);
	finish();
}
END_TEST

static bool check_child(const struct meta *meta)
{
	struct digest child = digest_of_span(image);
	int64_t size;

	return meta_manifest_child_sizes(meta, repository, &child, 1, &size) && size != META_LACKING;
}

static bool insert_index(const struct meta *meta)
{
	struct digest child = digest_of_span(image);
	struct meta_manifest_new row = {
		.repository = repository,
		.digest = digest_of_span(indexed),
		.media_type = INDEX_TYPE.ptr,
		.payload = indexed,
		.children = &child,
		.child_count = 1,
	};
	int64_t id;

	return meta_manifest_insert(meta, &row, &id);
}

START_TEST(a_child_that_was_checked_cannot_go_before_it_is_linked)
{
	struct meeting meeting = {.first = check_child, .second = delete_image_request, .first_goes_on = insert_index};

	begin();
	ck_assert(push_image_request());
	ck_assert_int_eq(meet(&meeting), E_MANIFEST_REFERENCED);
	ck_assert_int_eq(count("manifest_child"), 1);
	ck_assert_int_eq(count("manifest"), 2);
	finish();
}
END_TEST

/* ---- repositories and uploads ---- */

static bool make_sibling(const struct meta *meta)
{
	int64_t id;

	return meta_repository_make(meta, SPAN_LIT("new/group/a"), &id);
}

static bool make_sibling_request(void)
{
	int64_t id;

	return meta_repository_make(&work.meta, SPAN_LIT("new/group/b"), &id);
}

START_TEST(two_first_pushes_share_their_ancestors)
{
	begin();
	ck_assert_int_eq(MEET(make_sibling, make_sibling_request), 0);
	ck_assert_int_eq(lab_sql(&lab, "SELECT count(*) FROM repository WHERE path LIKE 'new%%'"), 4);
	finish();
}
END_TEST

#define UPLOAD "b7e1c0f2-0000-4000-8000-000000000000"

static const struct meta_opening openings[] = {{UPLOAD, "b7e1c0f2-0000-4000-8000-000000000001"},
					       {UPLOAD, "b7e1c0f2-0000-4000-8000-000000000002"},
					       {UPLOAD, "b7e1c0f2-0000-4000-8000-000000000003"}};

static void begin_with_upload(void)
{
	begin();
	ck_assert(meta_upload_create(&work.meta, UPLOAD,
				     &(struct meta_upload){.repository = repository,
							   .hash_state = SPAN_LIT("h"),
							   .store_state = SPAN_LIT("s")}));
}

/* The outcome of opening it in a path. */
static enum meta_opened open_at(struct span path, int opening, bool writes, struct meta_upload *row)
{
	enum meta_opened outcome;

	ck_assert(meta_upload_open(&work.meta, path, &openings[opening], writes, &outcome, row));
	return outcome;
}

static enum meta_opened open_as(int opening, bool writes, struct meta_upload *row)
{
	return open_at(PATH, opening, writes, row);
}

static bool open_first(const struct meta *meta)
{
	struct meta_upload row;

	(void)meta;
	return open_as(0, true, &row) == META_UPLOAD_OPENED;
}

static bool close_first(const struct meta *meta)
{
	meta_upload_close(meta->db, &openings[0], true);
	return true;
}

static bool open_second(void)
{
	struct meta_upload row;

	return open_as(1, true, &row) == META_UPLOAD_OPENED;
}

START_TEST(a_session_is_one_requests_at_a_time)
{
	struct meeting meeting = {.first = open_first, .second = open_second, .first_goes_on = close_first};
	struct meta_upload row;

	begin_with_upload();
	ck_assert_int_eq(meet(&meeting), 0);
	ck_assert_int_eq(open_as(2, true, &row), META_UPLOAD_OPENED); /* the second's lock ended with its process */
	meta_upload_close(core.db, &openings[2], true);
	finish();
}
END_TEST

/* Waits for the session and is to be told of a place for one. */
static int wait_for_upload(void *context)
{
	struct meta_upload row;

	(void)context;
	connect_as("waiting");
	return open_as(1, true, &row) == META_UPLOAD_OPENED ? 0 : 1;
}

static int find_no_place(void *context)
{
	struct meta_upload row;

	(void)context;
	connect_as("refused");
	return open_as(2, true, &row) == META_UPLOAD_BUSY ? 0 : 1;
}

START_TEST(one_request_waits_for_a_session_and_the_next_is_refused_at_once)
{
	struct meta_upload row;
	pid_t waiting;

	begin_with_upload();
	ck_assert_int_eq(open_as(0, true, &row), META_UPLOAD_OPENED);
	waiting = lab_fork(wait_for_upload, NULL);
	ck_assert(lab_blocked(&lab, "waiting", waiting));
	ck_assert_int_eq(lab_join(lab_fork(find_no_place, NULL)), 0);
	meta_upload_close(core.db, &openings[0], true);
	ck_assert_int_eq(lab_join(waiting), 0);
	ck_assert_int_eq(open_as(2, true, &row), META_UPLOAD_OPENED); /* no place is taken for ever */
	finish();
}
END_TEST

START_TEST(a_session_is_opened_only_in_its_repository_and_leaves_no_lock_elsewhere)
{
	struct meta_upload row;

	begin_with_upload();
	ck_assert_int_eq(open_at(SPAN_LIT("group/other"), 0, true, &row), META_UPLOAD_UNKNOWN);
	ck_assert_int_eq(lab_sql(&lab, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"), 0);
	ck_assert_int_eq(lab_sql(&lab, "SELECT count(*) FROM upload WHERE generation IS NULL"), 1);
	finish();
}
END_TEST

static bool saves(int opening, bool writing, bool sealed)
{
	struct meta_upload row = {.offset = 5,
				  .hash_state = SPAN_LIT("h"),
				  .store_state = SPAN_LIT("s"),
				  .writing = writing,
				  .sealed = sealed,
				  .digest = layer};
	bool found;

	ck_assert(meta_upload_save(&work.meta, &openings[opening], &row, &found));
	return found;
}

START_TEST(only_the_request_that_opened_a_session_last_changes_it)
{
	struct meta_upload row;
	bool found;

	begin_with_upload();
	ck_assert_int_eq(open_as(0, true, &row), META_UPLOAD_OPENED);
	ck_assert(!row.writing);
	ck_assert(saves(0, true, false));
	ck_assert_int_eq(open_as(1, true, &row), META_UPLOAD_OPENED); /* as when the first one's connection is lost */
	ck_assert_msg(row.writing, "the first request is still at work");
	ck_assert(!saves(0, false, false));
	ck_assert(meta_upload_delete(&work.meta, &openings[0], &found) && !found);
	meta_upload_close(core.db, &openings[0], true);
	ck_assert_int_eq(open_as(2, false, &row), META_UPLOAD_OPENED);
	ck_assert_msg(row.writing, "the close of a request that lost the session says nothing of the others");
	ck_assert(saves(2, false, true));
	ck_assert_int_eq(open_as(0, true, &row), META_UPLOAD_OPENED);
	ck_assert(row.sealed && !row.writing && digest_equal(&row.digest, &layer));
	ck_assert_int_eq(lab_sql(&lab, "SELECT count(*) FROM upload WHERE writing"), 0);
	ck_assert(meta_upload_delete(&work.meta, &openings[0], &found) && found);
	finish();
}
END_TEST

START_TEST(a_session_that_was_closed_while_nothing_came_is_settled)
{
	struct meta_upload row;

	begin_with_upload();
	ck_assert_int_eq(open_as(0, true, &row), META_UPLOAD_OPENED);
	meta_upload_close(core.db, &openings[0], true);
	ck_assert_int_eq(open_as(1, true, &row), META_UPLOAD_OPENED);
	ck_assert(!row.writing);
	meta_upload_close(core.db, &openings[1], false);
	ck_assert_int_eq(open_as(2, true, &row), META_UPLOAD_OPENED);
	ck_assert(row.writing);
	finish();
}
END_TEST

START_TEST(a_request_whose_connection_is_lost_still_says_that_it_adds_no_more)
{
	struct meta_upload row;

	begin_with_upload();
	ck_assert_int_eq(open_as(0, true, &row), META_UPLOAD_OPENED);
	lab_kill(&lab, "first");
	meta_upload_close(core.db, &openings[0], true);
	ck_assert_int_eq(open_as(1, true, &row), META_UPLOAD_OPENED);
	ck_assert(!row.writing);
	finish();
}
END_TEST

TEST_FILE(races, a_push_that_meets_an_unlink_is_told_of_the_missing_blob,
	  an_unlink_that_meets_a_push_is_told_of_the_reference, a_link_that_meets_an_unlink_is_there_afterwards,
	  an_unlink_that_meets_a_deletion_of_the_manifest_succeeds, a_deletion_that_meets_a_tag_moving_away_leaves_the_tag,
	  a_tag_that_moves_while_its_manifest_goes_is_there_afterwards, a_push_of_what_is_being_deleted_stores_it_again,
	  two_pushes_of_one_manifest_are_one_manifest, a_deletion_after_a_push_of_the_same_takes_the_tag_too,
	  an_index_that_meets_its_childs_deletion_is_refused, a_child_that_was_checked_cannot_go_before_it_is_linked,
	  two_first_pushes_share_their_ancestors, a_session_is_one_requests_at_a_time,
	  one_request_waits_for_a_session_and_the_next_is_refused_at_once,
	  a_session_is_opened_only_in_its_repository_and_leaves_no_lock_elsewhere,
	  only_the_request_that_opened_a_session_last_changes_it, a_session_that_was_closed_while_nothing_came_is_settled,
	  a_request_whose_connection_is_lost_still_says_that_it_adds_no_more)
