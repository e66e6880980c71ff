/* SPDX-License-Identifier: MIT */
#include "berth/core/manifest_cache.h"

#include "../../lib/test.h"

#define SLOTS 512 /* of the cache: its bytes are shared out evenly */

static struct manifest_cache *cache;

static void begin(size_t per_slot)
{
	cache = manifest_cache_new(SLOTS * per_slot);
	ck_assert_ptr_nonnull(cache);
}

static struct digest digest_number(unsigned number)
{
	struct digest digest;

	digest_of(&digest, DIGEST_SHA256, &number, sizeof number);
	return digest;
}

static bool holds(uint64_t stamp, const char *path, unsigned number, const char *payload)
{
	struct digest digest = digest_number(number);
	struct cached_manifest found;

	if (!manifest_cache_get(cache, stamp, span_of(path), &digest, &found))
		return false;
	ck_assert(span_is(found.media_type, "type"));
	ck_assert_msg(span_is(found.payload, payload), "%.*s", SPAN_ARG(found.payload));
	return true;
}

/* The manifest of a repository with that id, which `path` names. */
static void put_of(int64_t repository, uint64_t stamp, const char *path, unsigned number, const char *payload)
{
	struct digest digest = digest_number(number);
	struct cached_manifest manifest = {repository, SPAN_LIT("type"), span_of(payload)};

	manifest_cache_put(cache, stamp, span_of(path), &digest, &manifest);
}

static int64_t id_of(const char *path)
{
	return (int64_t)strlen(path);
}

static void put(uint64_t stamp, const char *path, unsigned number, const char *payload)
{
	put_of(id_of(path), stamp, path, number, payload);
}

START_TEST(what_was_put_is_found)
{
	begin(4096);
	ck_assert(!holds(1, "a", 1, "one"));
	put(1, "a", 1, "one");
	put(1, "a", 2, "two");
	ck_assert(holds(1, "a", 1, "one"));
	ck_assert(holds(1, "a", 2, "two"));
	ck_assert(!holds(1, "a", 3, ""));
	manifest_cache_free(cache);
}
END_TEST

START_TEST(another_stamp_empties_the_cache)
{
	begin(4096);
	ck_assert(!holds(1, "a", 1, "one"));
	put(1, "a", 1, "one");
	ck_assert(!holds(2, "a", 1, "one"));
	ck_assert(!holds(1, "a", 1, "one")); /* also when the number comes back */
	manifest_cache_free(cache);
}
END_TEST

START_TEST(what_was_read_under_an_old_stamp_is_not_kept)
{
	begin(4096);
	ck_assert(!holds(1, "a", 1, "one")); /* the database is asked under 1 ... */
	ck_assert(!holds(2, "b", 1, "one")); /* ... a deletion comes in between ... */
	put(1, "a", 1, "one");               /* ... and the answer may be of before */
	ck_assert(!holds(2, "a", 1, "one"));
	ck_assert(!holds(1, "a", 1, "one"));
	manifest_cache_free(cache);
}
END_TEST

START_TEST(each_repository_has_entries_of_its_own)
{
	begin(4096);
	ck_assert(!holds(1, "a", 1, "one"));
	put(1, "a/b", 1, "one");
	ck_assert(!holds(1, "a", 1, "one"));
	ck_assert(!holds(1, "a/c", 1, "one"));
	ck_assert(!holds(1, "", 1, "one"));
	put(1, "a", 1, "one");
	ck_assert(holds(1, "a", 1, "one"));
	ck_assert(holds(1, "a/b", 1, "one"));
	manifest_cache_free(cache);
}
END_TEST

START_TEST(the_algorithm_is_part_of_the_digest)
{
	struct cached_manifest manifest = {1, SPAN_LIT("type"), SPAN_LIT("one")}, found;
	struct digest small = digest_number(1), large = small;

	begin(4096);
	large.algorithm = DIGEST_SHA512;
	ck_assert(!holds(1, "a", 1, "one"));
	manifest_cache_put(cache, 1, SPAN_LIT("a"), &large, &manifest);
	ck_assert(!manifest_cache_get(cache, 1, SPAN_LIT("a"), &small, &found));
	manifest_cache_free(cache);
}
END_TEST

START_TEST(what_is_larger_than_its_share_is_not_kept)
{
	char payload[120] = "";

	begin(100);
	ck_assert(!holds(1, "a", 1, ""));
	memset(payload, 'x', 96); /* with the type: 100 */
	put(1, "a", 1, payload);
	ck_assert(holds(1, "a", 1, payload));
	payload[96] = 'x';
	put(1, "a", 2, payload);
	ck_assert(!holds(1, "a", 2, payload));
	manifest_cache_free(cache);
}
END_TEST

START_TEST(a_cache_of_no_bytes_keeps_nothing)
{
	cache = manifest_cache_new(0);
	ck_assert(!holds(1, "a", 1, "one"));
	put(1, "a", 1, "one");
	ck_assert(!holds(1, "a", 1, "one"));
	manifest_cache_free(cache);
	manifest_cache_free(NULL);
}
END_TEST

START_TEST(old_entries_make_room_for_new_ones)
{
	size_t kept = 0;

	begin(4096);
	ck_assert(!holds(1, "a", 0, ""));
	for (unsigned i = 0; i < 10 * SLOTS; i++) {
		put(1, "a", i, "payload");
		ck_assert_msg(holds(1, "a", i, "payload"), "entry %u right after its put", i);
	}
	for (unsigned i = 0; i < 10 * SLOTS; i++)
		kept += holds(1, "a", i, "payload");
	ck_assert_uint_le(kept, SLOTS);
	ck_assert_uint_gt(kept, SLOTS / 2);
	manifest_cache_free(cache);
}
END_TEST

START_TEST(a_path_names_the_repository_that_was_put_last)
{
	begin(4096);
	ck_assert(!holds(1, "a", 1, "one"));
	put_of(7, 1, "a", 1, "one");
	put_of(8, 1, "a", 2, "two");
	ck_assert(!holds(1, "a", 1, "one"));
	ck_assert(holds(1, "a", 2, "two"));
	put_of(7, 1, "renamed", 3, "three"); /* repository 7 by its other path has what it had */
	ck_assert(holds(1, "renamed", 1, "one"));
	ck_assert(!holds(1, "renamed", 2, "two"));
	manifest_cache_free(cache);
}
END_TEST

START_TEST(old_paths_make_room_for_new_ones)
{
	char path[300];

	begin(4096);
	ck_assert(!holds(1, "a", 0, ""));
	for (unsigned i = 0; i < 10 * SLOTS; i++) {
		(void)snprintf(path, sizeof path, "group/image%u", i);
		put_of(i + 1, 1, path, i, "payload");
		ck_assert_msg(holds(1, path, i, "payload"), "%s right after its put", path);
	}
	memset(path, 'x', 256);
	path[256] = '\0';
	put_of(1, 1, path, 1, "longer than a path may be");
	ck_assert(!holds(1, path, 1, ""));
	path[255] = '\0';
	put_of(1, 1, path, 1, "payload");
	ck_assert(holds(1, path, 1, "payload"));
	manifest_cache_free(cache);
}
END_TEST

START_TEST(an_entry_put_again_is_still_one_answer)
{
	begin(4096);
	ck_assert(!holds(1, "a", 1, "one"));
	for (int i = 0; i < 20; i++)
		put(1, "a", 1, "one");
	ck_assert(holds(1, "a", 1, "one"));
	manifest_cache_free(cache);
}
END_TEST

TEST_FILE(manifest_cache, what_was_put_is_found, another_stamp_empties_the_cache,
	  what_was_read_under_an_old_stamp_is_not_kept, each_repository_has_entries_of_its_own,
	  the_algorithm_is_part_of_the_digest, what_is_larger_than_its_share_is_not_kept, a_cache_of_no_bytes_keeps_nothing,
	  old_entries_make_room_for_new_ones, a_path_names_the_repository_that_was_put_last,
	  old_paths_make_room_for_new_ones, an_entry_put_again_is_still_one_answer)
