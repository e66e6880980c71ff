/* SPDX-License-Identifier: MIT */
/* Bytes on their way into an upload's file. First bytes that the web server spooled are linked, not copied. */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "berth/base/log.h"
#include "fs_priv.h"

#define ADOPTED_MODE 0640
#define WRITEBACK_STEP ((uint64_t)16 << 20) /* start writing to disk while more bytes arrive */

struct append {
	struct fs_upload file;
	const struct store_source *source;
	struct hasher *hasher;
	int spool; /* the spooled file, when its bytes are copied; -1: none */
	uint64_t added;
};

/* ---- copying ---- */

static bool read_source(struct append *append, size_t *got)
{
	struct fs_store *fs = append->file.fs;
	const struct store_source *source = append->source;
	ssize_t count;

	if (append->spool < 0)
		return source->read(source->context, fs->chunk, sizeof fs->chunk, got, append->file.error);
	count = file_read_some(append->spool, fs->chunk, sizeof fs->chunk, source->spool_path, append->file.error);
	*got = count > 0 ? (size_t)count : 0;
	return count >= 0;
}

static void start_writeback(int fd, uint64_t *behind, size_t written)
{
	*behind += written;
	if (*behind < WRITEBACK_STEP)
		return;
	(void)sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE); /* a hint; fsync decides */
	*behind = 0;
}

static bool copy_in(struct append *append)
{
	struct fs_upload *file = &append->file;
	struct fs_store *fs = file->fs;
	uint64_t behind = 0;
	size_t got;

	if (!fs_upload_open(file))
		return false;
	for (;;) {
		if (!read_source(append, &got))
			return false;
		if (got == 0)
			return true;
		if (!file_write_all(file->fd, fs->chunk, got, file->name, file->error))
			return false;
		hasher_update(append->hasher, fs->chunk, got);
		append->added += got;
		start_writeback(file->fd, &behind, got);
	}
}

/* ---- the web server's file ---- */

/* Opens the spooled file itself under the upload's name. False: its bytes have to be copied. */
static bool adopt(struct append *append, const struct spooled *spooled)
{
	struct fs_upload *file = &append->file;
	struct fs_store *fs = file->fs;

	if (linkat(spooled->folder, spooled->name, fs->uploads, file->name, 0) < 0) {
		if (!fs->told_of_copies)
			log_warn("storage: spool files cannot be linked and are copied instead: %m "
				 "(do the web server and the workers run as one user, on one filesystem?)");
		fs->told_of_copies = true;
		return false;
	}
	file->fd = openat(fs->uploads, file->name, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	if (file->fd >= 0)
		(void)fchmod(file->fd, ADOPTED_MODE);
	else
		(void)unlinkat(fs->uploads, file->name, 0); /* a copy over the link would empty the spooled file */
	return file->fd >= 0;
}

static bool hash_adopted(struct append *append)
{
	const struct fs_upload *file = &append->file;
	struct fs_store *fs = file->fs;
	ssize_t got;

	append->added = prehash_take(fs->prehashes, file->fd, append->hasher);
	(void)sync_file_range(file->fd, 0, 0, SYNC_FILE_RANGE_WRITE); /* the disk works while we hash */
	while ((got = file_read_some(file->fd, fs->chunk, sizeof fs->chunk, file->name, file->error)) > 0) {
		hasher_update(append->hasher, fs->chunk, (size_t)got);
		append->added += (uint64_t)got;
	}
	return got == 0;
}

static bool fill_from_spool(struct append *append)
{
	const char *path = append->source->spool_path;
	struct spooled spooled;
	bool ok = spool_find(&append->file.fs->spool, path, &spooled, append->file.error);

	if (ok && append->file.upload->offset == 0 && adopt(append, &spooled)) {
		ok = hash_adopted(append);
	} else if (ok) {
		append->spool = spool_open_found(&spooled, path, append->file.error);
		ok = append->spool >= 0 && copy_in(append);
	}
	file_close(append->spool);
	spool_release(&spooled);
	return ok;
}

/* ---- the call ---- */

bool fs_append(struct store *store, struct store_upload *upload, const struct store_source *source, struct hasher *hasher,
	       struct arena *arena, struct error *error)
{
	struct append append = {.source = source, .hasher = hasher, .spool = -1};
	struct fs_upload *file = &append.file;
	bool first = upload->offset == 0, ok;

	if (!fs_upload_init(file, store, upload, error))
		return false;
	ok = (source->spool_path ? fill_from_spool(&append) : copy_in(&append)) && file_sync(file->fd, file->name, error) &&
	     (!first || fs_upload_sync_names(file->fs, error));
	fs_upload_close(file);
	if (ok && first)
		upload->state = span_of(arena_strdup(arena, upload->generation));
	else if (first)
		fs_abort(store, upload, arena);
	if (ok)
		upload->offset += append.added;
	return ok;
}
