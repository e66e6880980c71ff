/* SPDX-License-Identifier: MIT */
/* The filesystem driver: its table, opening and closing. */
#include "berth/store/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fs_priv.h"

static void fs_release(struct store *store)
{
	struct fs_store *fs = fs_of(store);

	file_close(fs->blobs);
	file_close(fs->uploads);
	file_close(fs->spool.folder);
	free(fs->root);
	free(fs->spool.path);
	free(fs);
}

static const struct store_driver driver = {
	.name = "filesystem",
	.append = fs_append,
	.digest_upload = fs_digest_upload,
	.take_over = fs_take_over,
	.finish = fs_finish,
	.forget = fs_abort,
	.abort = fs_abort,
	.stat = fs_stat,
	.locate = fs_locate,
	.read = fs_read,
	.remove = fs_remove,
	.walk = fs_walk,
	.sweep = fs_sweep,
	.close = fs_release,
};

/* Where the root cannot be made, realpath says why; where we made it, its name is ours to sync. */
static bool make_root(const char *root, struct error *ignored)
{
	bool ok;
	int fd;

	if (mkdir(root, 0750) < 0)
		return true;
	fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ok = fd >= 0 && file_sync_folder(fd, "..", ignored);
	file_close(fd);
	return ok;
}

/* A blob is as durable as the names of the folders above it. */
static int open_folder(const struct fs_store *fs, const char *path, struct error *ignored)
{
	int root = open(fs->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC), fd = -1;

	if (root >= 0 && file_make_folders(root, path, ignored) && file_sync_folders(root, path, ignored))
		fd = openat(root, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	file_close(root);
	return fd;
}

static bool open_tree(struct fs_store *fs, const char *root, struct error *ignored)
{
	if (!make_root(root, ignored))
		return false;
	fs->root = realpath(root, NULL);
	if (!fs->root || asprintf(&fs->spool.path, "%s/" LAYOUT_SPOOL, fs->root) < 0)
		return false;
	fs->blobs = open_folder(fs, LAYOUT_BLOBS, ignored);
	if (fs->blobs < 0)
		return false;
	fs->uploads = open_folder(fs, LAYOUT_UPLOADS, ignored);
	if (fs->uploads < 0)
		return false;
	fs->spool.folder = open_folder(fs, LAYOUT_SPOOL, ignored);
	return fs->spool.folder >= 0 && faccessat(fs->uploads, ".", W_OK | X_OK, 0) == 0;
}

struct store *store_fs_open(const char *root, const struct prehash_table *prehashes, char *reason, size_t size)
{
	struct fs_store *fs = calloc(1, sizeof *fs);
	struct arena arena;
	struct error ignored;
	bool ok;

	if (!fs) {
		(void)snprintf(reason, size, "out of memory");
		return NULL;
	}
	fs->store.driver = &driver;
	fs->prehashes = prehashes;
	fs->blobs = fs->uploads = fs->spool.folder = -1;
	arena_init(&arena, 1 << 16);
	error_init(&ignored, &arena);
	ok = open_tree(fs, root, &ignored);
	if (!ok)
		(void)snprintf(reason, size, "%s: %s", root, strerror(errno));
	arena_release(&arena);
	if (ok)
		return &fs->store;
	fs_release(&fs->store);
	return NULL;
}
