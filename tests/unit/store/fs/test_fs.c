/* SPDX-License-Identifier: MIT */
/* What only the filesystem driver does: its tree, spooled files, and what a crash leaves. */
#include "berth/store/fs.h"
#include "berth/store/layout.h"

#include <dirent.h>
#include <sys/stat.h>

#include "../../../lib/test.h"
#include "../lab.h"

#define HELLO SPAN_LIT("hello")
#define HELLO_HEX "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
#define HELLO_DATA LAYOUT_BLOBS "/sha256/2c/" HELLO_HEX "/data"

static struct lab lab;

static void begin(void)
{
	lab = lab_fs();
	lab_begin(&lab);
}

static bool exists(const char *relative)
{
	struct stat status;

	return lstat(lab_path(&lab, relative), &status) == 0;
}

static ino_t inode(const char *relative)
{
	struct stat status;

	ck_assert_int_eq(lstat(lab_path(&lab, relative), &status), 0);
	return status.st_ino;
}

static int entries(const char *relative)
{
	DIR *folder = opendir(lab_path(&lab, relative));
	int count = 0;

	ck_assert_ptr_nonnull(folder);
	for (const struct dirent *entry; (entry = readdir(folder));)
		count += entry->d_name[0] != '.';
	closedir(folder);
	return count;
}

/* The upload's file, relative to the root. */
static const char *upload_file(void)
{
	static char path[128];

	(void)snprintf(path, sizeof path, LAYOUT_UPLOADS "/%s.%s", lab.upload.id, lab.upload.generation);
	return path;
}

static bool spooled(const char *relative, struct span bytes)
{
	char path[512];

	lab_file(&lab, relative, bytes);
	(void)snprintf(path, sizeof path, "%s", lab_path(&lab, relative));
	return lab_spooled(&lab, path);
}

START_TEST(the_tree_is_that_of_dockers_registry)
{
	struct digest digest;
	struct store_location place;

	begin();
	digest = lab_blob(&lab, HELLO);
	ck_assert(exists(HELLO_DATA));
	ck_assert_int_eq(entries(LAYOUT_BLOBS "/sha256/2c/" HELLO_HEX), 1);
	ck_assert_int_eq(entries(LAYOUT_UPLOADS), 0);
	ck_assert(store_locate(lab.store, &digest, &(struct store_client){0}, &place, &lab.arena, &lab.error));
	ck_assert_int_eq(place.place, STORE_PLACE_FILE);
	ck_assert_str_eq(place.path, lab_path(&lab, HELLO_DATA));
	ck_assert_str_eq(place.relative, "sha256/2c/" HELLO_HEX "/data");
	lab_close(&lab);
}
END_TEST

START_TEST(a_blob_of_an_existing_tree_is_found_in_place)
{
	struct digest digest = lab_digest(HELLO);

	begin();
	lab_file(&lab, HELLO_DATA, HELLO);
	lab_holds(&lab, &digest, HELLO);
	lab_close(&lab);
}
END_TEST

static bool count_one(void *context, const struct digest *digest, uint64_t size)
{
	(void)digest, (void)size;
	++*(int *)context;
	return true;
}

START_TEST(a_walk_passes_over_foreign_names)
{
	static const char *const foreign[] = {
		LAYOUT_BLOBS "/README",
		LAYOUT_BLOBS "/md5/2c/" HELLO_HEX "/data",
		LAYOUT_BLOBS "/sha256/2d/" HELLO_HEX "/data",
		LAYOUT_BLOBS "/sha256/2c/nothex/data",
		LAYOUT_BLOBS "/sha256/file",
		LAYOUT_BLOBS "/sha256/2c/file",
		LAYOUT_BLOBS "/sha256/00/" HELLO_HEX "/other",
		LAYOUT_BLOBS "/.hidden/2c/x/data",
	};
	struct digest digest;
	int count = 0;

	begin();
	for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
		lab_file(&lab, foreign[i], HELLO);
	ck_assert_int_eq(symlink("sha256", lab_path(&lab, LAYOUT_BLOBS "/sha512")), 0);
	digest = lab_blob(&lab, HELLO);
	ck_assert(store_walk(lab.store, count_one, &count, &lab.arena, &lab.error));
	ck_assert_int_eq(count, 1);
	lab_holds(&lab, &digest, HELLO);
	lab_close(&lab);
}
END_TEST

START_TEST(what_is_no_regular_file_is_no_blob)
{
	struct digest digest = lab_digest(HELLO);
	int count = 0;

	begin();
	lab_file(&lab, "elsewhere", HELLO);
	lab_file(&lab, LAYOUT_BLOBS "/sha256/2c/" HELLO_HEX "/x", HELLO);
	ck_assert_int_eq(symlink("/etc/passwd", lab_path(&lab, HELLO_DATA)), 0);
	ck_assert_int_eq(lab_size(&lab, &digest), -1);
	ck_assert(store_walk(lab.store, count_one, &count, &lab.arena, &lab.error));
	ck_assert_int_eq(count, 0);
	ck_assert(!store_read(lab.store, &digest, 0, 5, NULL, NULL, &lab.arena, &lab.error));
	lab_close(&lab);
}
END_TEST

START_TEST(removing_keeps_what_is_not_ours)
{
	struct digest digest;

	begin();
	digest = lab_blob(&lab, HELLO);
	lab_file(&lab, LAYOUT_BLOBS "/sha256/2c/" HELLO_HEX "/note", HELLO);
	ck_assert(store_remove(lab.store, &digest, &lab.arena, &lab.error));
	ck_assert(!exists(HELLO_DATA));
	ck_assert(exists(LAYOUT_BLOBS "/sha256/2c/" HELLO_HEX "/note"));
	lab_close(&lab);
}
END_TEST

START_TEST(a_removed_blobs_folder_goes_with_it)
{
	struct digest digest;

	begin();
	digest = lab_blob(&lab, HELLO);
	ck_assert(store_remove(lab.store, &digest, &lab.arena, &lab.error));
	ck_assert(!exists(LAYOUT_BLOBS "/sha256/2c/" HELLO_HEX));
	ck_assert(exists(LAYOUT_BLOBS "/sha256/2c"));
	lab_close(&lab);
}
END_TEST

START_TEST(a_first_spooled_chunk_is_linked)
{
	struct digest digest;
	ino_t spool;

	begin();
	ck_assert(spooled(LAYOUT_SPOOL "/1/00/0000000001", HELLO));
	spool = inode(LAYOUT_SPOOL "/1/00/0000000001");
	ck_assert_uint_eq(lab.upload.offset, HELLO.len);
	ck_assert_uint_eq(inode(upload_file()), spool);
	ck_assert(lab_finish(&lab, &digest));
	ck_assert_uint_eq(inode(HELLO_DATA), spool);
	lab_holds(&lab, &digest, HELLO);
	lab_close(&lab);
}
END_TEST

START_TEST(a_later_spooled_chunk_is_copied)
{
	struct digest digest;

	begin();
	ck_assert(lab_stream(&lab, SPAN_LIT("hel"), 3));
	ck_assert(spooled(LAYOUT_SPOOL "/0000000002", SPAN_LIT("lo")));
	ck_assert_uint_ne(inode(upload_file()), inode(LAYOUT_SPOOL "/0000000002"));
	ck_assert(lab_finish(&lab, &digest));
	lab_holds(&lab, &digest, HELLO);
	lab_close(&lab);
}
END_TEST

static void refused(const char *path)
{
	lab_begin(&lab);
	ck_assert_msg(!lab_spooled(&lab, path), "%s", path);
	ck_assert_int_eq(error_code(&lab.error), E_UNAVAILABLE);
	ck_assert_uint_eq(lab.upload.offset, 0);
	ck_assert_int_eq(entries(LAYOUT_UPLOADS), 0);
	lab.upload.offset = 1; /* and as a later chunk, which is copied */
	lab.upload.state = span_of(lab.upload.generation);
	lab_file(&lab, upload_file(), SPAN_LIT("h"));
	ck_assert_msg(!lab_spooled(&lab, path), "%s as a later chunk", path);
	ck_assert_int_eq(error_code(&lab.error), E_UNAVAILABLE);
	store_abort(lab.store, &lab.upload, &lab.arena);
}

START_TEST(a_spool_path_that_leads_elsewhere_is_refused)
{
	char path[512], relative[512];

	begin();
	lab_file(&lab, "secret", SPAN_LIT("not for clients"));
	lab_file(&lab, "elsewhere/secret", SPAN_LIT("not for clients"));
	ck_assert_int_eq(symlink("../../secret", lab_path(&lab, LAYOUT_SPOOL "/link")), 0);
	ck_assert_int_eq(symlink("../../elsewhere", lab_path(&lab, LAYOUT_SPOOL "/folder")), 0);
	/* Files of ours even where the driver ought not to look: a driver that does would link them and change their mode. */
	(void)snprintf(path, sizeof path, "%s", lab_path(&lab, "secret"));
	refused(path);
	refused("relative");
	refused(lab_path(&lab, LAYOUT_SPOOL "/../../secret"));
	(void)snprintf(relative, sizeof relative, LAYOUT_SPOOL "/%s", lab_path(&lab, "secret"));
	refused(lab_path(&lab, relative));
	(void)snprintf(path, sizeof path, "%s", lab_path(&lab, LAYOUT_SPOOL "/link"));
	refused(path);
	(void)snprintf(path, sizeof path, "%s", lab_path(&lab, LAYOUT_SPOOL "/folder/secret"));
	refused(path);
	(void)snprintf(path, sizeof path, "%s", lab_path(&lab, LAYOUT_SPOOL "/missing"));
	refused(path);
	lab_close(&lab);
}
END_TEST

START_TEST(a_spooled_name_that_is_no_regular_file_is_refused)
{
	char path[512];

	begin();
	(void)snprintf(path, sizeof path, "%s", lab_path(&lab, LAYOUT_SPOOL "/folder"));
	ck_assert_int_eq(mkdir(path, 0755), 0);
	refused(path);
	(void)snprintf(path, sizeof path, "%s", lab_path(&lab, LAYOUT_SPOOL "/pipe"));
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	refused(path); /* and does not wait for a writer */
	lab_close(&lab);
}
END_TEST

START_TEST(bytes_behind_the_offset_are_cut_off_by_the_next_append)
{
	struct digest digest;

	begin();
	ck_assert(lab_stream(&lab, SPAN_LIT("hel"), 3));
	lab_file(&lab, upload_file(), SPAN_LIT("help me, said the crash"));
	ck_assert(lab_stream(&lab, SPAN_LIT("lo"), 2));
	ck_assert(lab_finish(&lab, &digest));
	lab_holds(&lab, &digest, HELLO);
	lab_close(&lab);
}
END_TEST

START_TEST(bytes_behind_the_offset_are_cut_off_by_the_finish)
{
	struct digest digest;

	begin();
	ck_assert(lab_stream(&lab, HELLO, 3));
	lab_file(&lab, upload_file(), SPAN_LIT("hello, said the crash"));
	ck_assert(lab_finish(&lab, &digest));
	lab_holds(&lab, &digest, HELLO);
	lab_close(&lab);
}
END_TEST

START_TEST(an_upload_shorter_than_its_offset_is_refused)
{
	struct digest digest;

	begin();
	ck_assert(lab_stream(&lab, HELLO, 3));
	lab_file(&lab, upload_file(), SPAN_LIT("hell"));
	ck_assert(!lab_stream(&lab, HELLO, 3));
	ck_assert_int_eq(error_code(&lab.error), E_BLOB_UPLOAD_INVALID);
	ck_assert(!lab_finish(&lab, &digest));
	ck_assert_int_eq(error_code(&lab.error), E_BLOB_UPLOAD_INVALID);
	ck_assert_int_eq(lab_size(&lab, &digest), -1);
	lab_close(&lab);
}
END_TEST

START_TEST(a_blob_of_the_right_size_is_kept)
{
	ino_t kept;

	begin();
	lab_blob(&lab, HELLO);
	kept = inode(HELLO_DATA);
	lab_blob(&lab, HELLO);
	ck_assert_uint_eq(inode(HELLO_DATA), kept);
	ck_assert_int_eq(entries(LAYOUT_UPLOADS), 0);
	lab_close(&lab);
}
END_TEST

START_TEST(a_damaged_blob_is_replaced_only_by_bytes_that_are_hashed_again)
{
	struct digest digest;

	begin();
	lab_file(&lab, HELLO_DATA, SPAN_LIT("hell"));
	ck_assert(lab_stream(&lab, HELLO, 3));
	lab_file(&lab, upload_file(), SPAN_LIT("hullo")); /* rotten, too */
	ck_assert(!lab_finish(&lab, &digest));
	ck_assert_int_eq(error_code(&lab.error), E_BLOB_UPLOAD_INVALID);
	lab_holds(&lab, &digest, SPAN_LIT("hell"));
	digest = lab_blob(&lab, HELLO);
	lab_holds(&lab, &digest, HELLO);
	lab_close(&lab);
}
END_TEST

START_TEST(a_sealed_upload_whose_file_was_moved_is_the_blob)
{
	struct digest digest;

	begin();
	ck_assert(lab_stream(&lab, HELLO, 3));
	ck_assert(lab_finish(&lab, &digest));
	ck_assert(!lab_finish(&lab, &digest)); /* nothing says that this upload's bytes became the blob that is there */
	ck_assert_int_eq(error_code(&lab.error), E_BLOB_UPLOAD_INVALID);
	lab.upload.sealed = true;
	ck_assert(lab_finish(&lab, &digest));
	digest.bytes[0] ^= 1;
	error_init(&lab.error, &lab.arena);
	ck_assert(!store_finish(lab.store, &lab.upload, &digest, &lab.arena, &lab.error));
	ck_assert_int_eq(error_code(&lab.error), E_BLOB_UPLOAD_INVALID);
	lab_close(&lab);
}
END_TEST

START_TEST(an_upload_of_a_release_without_generations_goes_on)
{
	struct digest digest;
	char old[128];

	begin();
	(void)snprintf(old, sizeof old, LAYOUT_UPLOADS "/%s", lab.upload.id);
	lab_file(&lab, old, SPAN_LIT("hel"));
	lab.upload.offset = 3;
	hasher_update(&lab.hasher, "hel", 3);
	ck_assert(lab_stream(&lab, SPAN_LIT("l"), 1));
	ck_assert(lab_take_over(&lab));
	ck_assert(lab_stream(&lab, SPAN_LIT("o"), 1));
	ck_assert(lab_finish(&lab, &digest));
	lab_holds(&lab, &digest, HELLO);
	ck_assert_int_eq(entries(LAYOUT_UPLOADS), 0);
	lab_close(&lab);
}
END_TEST

START_TEST(a_state_that_names_no_file_is_refused)
{
	static const char *const states[] = {"../x", "2 s3 N 0 0 r 5 0 - \nhello", "x"};

	begin();
	for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
		lab_begin(&lab);
		lab.upload.offset = 5;
		lab.upload.state = span_of(states[i]);
		ck_assert(!lab_stream(&lab, HELLO, 3));
		ck_assert_int_eq(error_code(&lab.error), E_BLOB_UPLOAD_INVALID);
	}
	lab_close(&lab);
}
END_TEST

static bool is_claimed(void *context, const char *id)
{
	return strcmp(context, id) == 0;
}

START_TEST(a_sweep_removes_the_files_of_sessions_that_are_gone)
{
	struct store_upload kept;
	struct store_swept swept;

	begin();
	ck_assert(lab_stream(&lab, HELLO, 3));
	kept = lab.upload;
	lab_begin(&lab);
	ck_assert(lab_stream(&lab, HELLO, 3));
	lab_begin(&lab);
	lab_file(&lab, arena_printf(&lab.arena, LAYOUT_UPLOADS "/%s", lab.upload.id), HELLO);
	lab_file(&lab, LAYOUT_UPLOADS "/notes.txt", HELLO);
	ck_assert(store_sweep(lab.store, -10, false, is_claimed, kept.id, &swept, &lab.arena, &lab.error));
	ck_assert_uint_eq(swept.count, 2);
	ck_assert_int_eq(entries(LAYOUT_UPLOADS), 2);
	lab_close(&lab);
}
END_TEST

START_TEST(an_aborted_upload_leaves_no_file)
{
	begin();
	ck_assert(lab_stream(&lab, HELLO, 3));
	ck_assert_int_eq(entries(LAYOUT_UPLOADS), 1);
	store_abort(lab.store, &lab.upload, &lab.arena);
	ck_assert_int_eq(entries(LAYOUT_UPLOADS), 0);
	ck_assert(!lab_stream_broken(&lab, HELLO));
	lab_begin(&lab);
	ck_assert(!lab_stream_broken(&lab, HELLO));
	ck_assert_int_eq(entries(LAYOUT_UPLOADS), 0);
	lab_close(&lab);
}
END_TEST

START_TEST(a_root_that_cannot_be_used_is_explained)
{
	char reason[200] = "";

	ck_assert_ptr_null(store_fs_open("/proc/no/such", NULL, reason, sizeof reason));
	ck_assert_str_eq(reason, "/proc/no/such: No such file or directory");
	ck_assert_ptr_null(store_fs_open("/etc/passwd", NULL, reason, sizeof reason));
	ck_assert_str_eq(reason, "/etc/passwd: Not a directory");
}
END_TEST

TEST_FILE(fs, the_tree_is_that_of_dockers_registry, a_blob_of_an_existing_tree_is_found_in_place,
	  a_walk_passes_over_foreign_names, what_is_no_regular_file_is_no_blob, removing_keeps_what_is_not_ours,
	  a_removed_blobs_folder_goes_with_it, a_first_spooled_chunk_is_linked, a_later_spooled_chunk_is_copied,
	  a_spool_path_that_leads_elsewhere_is_refused, a_spooled_name_that_is_no_regular_file_is_refused,
	  bytes_behind_the_offset_are_cut_off_by_the_next_append, bytes_behind_the_offset_are_cut_off_by_the_finish,
	  an_upload_shorter_than_its_offset_is_refused, a_blob_of_the_right_size_is_kept,
	  a_damaged_blob_is_replaced_only_by_bytes_that_are_hashed_again, a_sealed_upload_whose_file_was_moved_is_the_blob,
	  an_upload_of_a_release_without_generations_goes_on, a_state_that_names_no_file_is_refused,
	  a_sweep_removes_the_files_of_sessions_that_are_gone, an_aborted_upload_leaves_no_file,
	  a_root_that_cannot_be_used_is_explained)
