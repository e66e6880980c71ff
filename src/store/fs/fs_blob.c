/* SPDX-License-Identifier: MIT */
/* Blobs on the filesystem: asking, sending, removing, walking. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fs_priv.h"

bool fs_stat(struct store *store, const struct digest *digest, bool *found, uint64_t *size, struct arena *arena,
	     struct error *error)
{
	struct layout_path data = layout_blob_data(digest);
	struct stat status;

	(void)arena;
	*found = fstatat(fs_of(store)->blobs, data.text, &status, AT_SYMLINK_NOFOLLOW) == 0;
	if (!*found)
		return errno == ENOENT || errno == ENOTDIR || file_failed(error, "stat", data.text);
	*found = S_ISREG(status.st_mode);
	*size = (uint64_t)status.st_size;
	return true;
}

bool fs_locate(struct store *store, const struct digest *digest, const struct store_client *client,
	       struct store_location *out, struct arena *arena, struct error *error)
{
	struct layout_path data = layout_blob_data(digest);

	(void)client, (void)error;
	*out = (struct store_location){.place = STORE_PLACE_FILE, .relative = arena_strdup(arena, data.text)};
	out->path = arena_printf(arena, "%s/" LAYOUT_BLOBS "/%s", fs_of(store)->root, data.text);
	return true;
}

bool fs_read(struct store *store, const struct digest *digest, uint64_t offset, uint64_t length, store_sink_fn *sink,
	     void *context, struct arena *arena, struct error *error)
{
	struct fs_store *fs = fs_of(store);
	struct layout_path data = layout_blob_data(digest);
	int fd = openat(fs->blobs, data.text, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	bool ok = true;

	(void)arena;
	if (fd < 0)
		return file_failed(error, "open", data.text);
	if (lseek(fd, (off_t)offset, SEEK_SET) < 0)
		ok = file_failed(error, "seek", data.text);
	while (ok && length > 0) {
		size_t want = length < sizeof fs->chunk ? (size_t)length : sizeof fs->chunk;
		ssize_t got = file_read_some(fd, fs->chunk, want, data.text, error);

		if (got == 0) /* shorter than its row says: the caller must not complete the reply */
			ok = error_unavailable(error, 0);
		else
			ok = got > 0 && sink(context, fs->chunk, (size_t)got);
		length -= got > 0 ? (uint64_t)got : 0;
	}
	file_close(fd);
	return ok;
}

bool fs_remove(struct store *store, const struct digest *digest, struct arena *arena, struct error *error)
{
	struct fs_store *fs = fs_of(store);
	struct layout_path folder = layout_blob_folder(digest), data = layout_blob_data(digest);

	(void)arena;
	if (unlinkat(fs->blobs, data.text, 0) < 0 && errno != ENOENT)
		return file_failed(error, "unlink", data.text);
	if (unlinkat(fs->blobs, folder.text, AT_REMOVEDIR) == 0)
		*strrchr(folder.text, '/') = '\0';
	else if (errno == ENOENT)
		return true;
	return file_sync_folder(fs->blobs, folder.text, error);
}

/* ---- walking: three levels of folders ---- */

struct walk {
	int blobs;
	store_walk_fn *visit;
	void *context;
	const char *names[3]; /* algorithm, prefix, hex */
	struct error *error;
	bool stopped;
};

static bool visit_leaf(struct walk *walk)
{
	struct digest digest;
	struct layout_path data;
	struct stat status;

	if (!layout_blob_digest(&digest, walk->names[0], walk->names[1], walk->names[2]))
		return true; /* not ours: left alone */
	data = layout_blob_data(&digest);
	if (fstatat(walk->blobs, data.text, &status, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(status.st_mode))
		return true;
	walk->stopped = !walk->visit(walk->context, &digest, (uint64_t)status.st_size);
	return true;
}

static bool walk_level(struct walk *walk, int parent, const char *name, int depth)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	bool ok = true;

	if (!folder) {
		file_close(fd);
		return errno == ENOENT || errno == ENOTDIR || file_failed(walk->error, "open folder", name);
	}
	while (ok && !walk->stopped && (entry = readdir(folder))) {
		if (entry->d_name[0] == '.')
			continue;
		walk->names[depth] = entry->d_name;
		ok = depth == 2 ? visit_leaf(walk) : walk_level(walk, dirfd(folder), entry->d_name, depth + 1);
	}
	closedir(folder);
	return ok;
}

bool fs_walk(struct store *store, store_walk_fn *visit, void *context, struct arena *arena, struct error *error)
{
	struct walk walk = {.blobs = fs_of(store)->blobs, .visit = visit, .context = context, .error = error};

	(void)arena;
	return walk_level(&walk, walk.blobs, ".", 0);
}
