/* SPDX-License-Identifier: MIT */
/* Changes: all or nothing, under the actor's name, links before what they link. */
#include "../lib/test.h"
#include "berth/core/blob.h"
#include "berth/core/manifest.h"
#include "berth/meta/account.h"
#include "berth/meta/blob.h"
#include "berth/meta/change.h"
#include "berth/meta/repository.h"
#include "lab.h"

#define PATH SPAN_LIT("group/image")

static struct lab lab;
static struct core core;
static struct work work;
static _Atomic uint64_t generation;
static const struct who ann = {WHO_OPERATOR, "berth (ann)", "", "", ""};

static void begin(void)
{
	lab_open_migrated(&lab);
	core = (struct core){.db = meta_db_new(&lab.settings), .generation = &generation};
	ck_assert_ptr_nonnull(core.db);
	work = work_begin(&core, &ann, &lab.arena, &lab.error);
}

static void finish(void)
{
	db_free(core.db);
	lab_close(&lab);
}

/* ---- administration ---- */

static bool add_account(const struct meta *meta, void *context, enum meta_change *out)
{
	return meta_account_add(meta, &(struct meta_account_new){.name = context, .robot = true}, out);
}

static enum meta_change add(const char *name)
{
	enum meta_change end;

	ck_assert(meta_change_admin(&work.meta, add_account, (void *)(uintptr_t)name, &end));
	ck_assert(!error_is_set(&lab.error));
	return end;
}

START_TEST(the_audit_names_who_made_a_change)
{
	begin();
	ck_assert_int_eq(add("bot"), META_CHANGED);
	ck_assert_int_eq(lab_sql(&lab, "SELECT count(*) FROM audit WHERE actor = 'berth (ann)' AND subject = 'bot'"), 1);
	finish();
}
END_TEST

START_TEST(a_change_that_ends_otherwise_leaves_nothing_and_no_error)
{
	begin();
	ck_assert_int_eq(add("bot"), META_CHANGED);
	ck_assert_int_eq(add("bot"), META_CHANGE_EXISTS);
	ck_assert_int_eq(add("No Name"), META_CHANGE_REFUSED);
	ck_assert_str_eq(db_constraint(core.db), "account_name_check");
	ck_assert_int_eq(lab_sql(&lab, "SELECT count(*) FROM account"), 1);
	ck_assert_int_eq(lab_sql(&lab, "SELECT count(*) FROM audit"), 1);
	finish();
}
END_TEST

/* Adds an account, then finds that the change cannot be made. */
static bool add_and_give_up(const struct meta *meta, void *context, enum meta_change *out)
{
	if (!add_account(meta, context, out))
		return false;
	*out = META_CHANGE_UNKNOWN;
	return true;
}

START_TEST(what_a_change_did_before_it_was_given_up_is_undone)
{
	enum meta_change end;

	begin();
	ck_assert(meta_change_admin(&work.meta, add_and_give_up, (char[]){"bot"}, &end));
	ck_assert_int_eq(end, META_CHANGE_UNKNOWN);
	ck_assert_int_eq(lab_sql(&lab, "SELECT count(*) FROM account"), 0);
	finish();
}
END_TEST

/* ---- deletion ---- */

START_TEST(a_link_goes_alone)
{
	struct digest digest;
	int64_t repository;

	begin();
	digest_of(&digest, DIGEST_SHA256, "layer", 5);
	ck_assert(meta_repository_make(&work.meta, PATH, &repository));
	ck_assert(meta_blob_insert(&work.meta, &digest, 5));
	ck_assert(meta_blob_link(&work.meta, repository, &digest));
	ck_assert(blob_unlink(&work, PATH, &digest));
	ck_assert_int_eq(lab_sql(&lab, "SELECT count(*) FROM repository_blob"), 0);
	ck_assert_int_eq(lab_sql(&lab, "SELECT count(*) FROM blob"), 1);
	ck_assert(!blob_unlink(&work, PATH, &digest));
	ck_assert_int_eq(error_code(&lab.error), E_BLOB_UNKNOWN);
	finish();
}
END_TEST

START_TEST(a_tag_that_is_not_there_is_unknown)
{
	begin();
	ck_assert(!tag_delete(&work, PATH, SPAN_LIT("v1")));
	ck_assert_int_eq(error_code(&lab.error), E_MANIFEST_UNKNOWN);
	finish();
}
END_TEST

TEST_FILE(change, the_audit_names_who_made_a_change, a_change_that_ends_otherwise_leaves_nothing_and_no_error,
	  what_a_change_did_before_it_was_given_up_is_undone, a_link_goes_alone, a_tag_that_is_not_there_is_unknown)
