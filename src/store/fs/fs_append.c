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
	struct fs_store *fs;
	const struct store_upload *upload;
	const struct store_source *source;
	struct hasher *hasher;
	struct error *error;
	struct fs_name name;
	int fd;    /* the upload's file; -1: not open */
	int spool; /* the spooled file, when its bytes are copied; -1: none */
	uint64_t added;
};

/* ---- copying ---- */

static bool read_source(struct append *append, size_t *got)
{
	struct fs_store *fs = append->fs;
	const struct store_source *source = append->source;
	ssize_t count;

	if (append->spool < 0)
		return source->read(source->context, fs->chunk, sizeof fs->chunk, got, append->error);
	count = file_read_some(append->spool, fs->chunk, sizeof fs->chunk, source->spool_path, append->error);
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
	struct fs_store *fs = append->fs;
	uint64_t behind = 0;
	size_t got;

	append->fd = fs_upload_open(fs, append->upload, &append->name, append->error);
	if (append->fd < 0)
		return false;
	for (;;) {
		if (!read_source(append, &got))
			return false;
		if (got == 0)
			return true;
		if (!file_write_all(append->fd, fs->chunk, got, append->name.text, append->error))
			return false;
		hasher_update(append->hasher, fs->chunk, got);
		append->added += got;
		start_writeback(append->fd, &behind, got);
	}
}

/* ---- the web server's file ---- */

/* The spooled file itself under the upload's name: append->fd. False: its bytes have to be copied. */
static bool adopt(struct append *append, const struct spooled *spooled)
{
	struct fs_store *fs = append->fs;

	if (linkat(spooled->folder, spooled->name, fs->uploads, append->name.text, 0) < 0) {
		if (!fs->told_of_copies)
			log_warn("storage: spool files cannot be linked and are copied instead "
				 "(do the web server and the workers run as one user, on one filesystem?)");
		fs->told_of_copies = true;
		return false;
	}
	append->fd = openat(fs->uploads, append->name.text, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	if (append->fd >= 0)
		(void)fchmod(append->fd, ADOPTED_MODE);
	else
		(void)unlinkat(fs->uploads, append->name.text, 0); /* a copy over the link would empty the spooled file */
	return append->fd >= 0;
}

static bool hash_adopted(struct append *append)
{
	struct fs_store *fs = append->fs;
	ssize_t got;

	append->added = ahead_take(fs->board, append->fd, append->hasher);
	(void)sync_file_range(append->fd, 0, 0, SYNC_FILE_RANGE_WRITE); /* the disk works while we hash */
	while ((got = file_read_some(append->fd, fs->chunk, sizeof fs->chunk, append->name.text, append->error)) > 0) {
		hasher_update(append->hasher, fs->chunk, (size_t)got);
		append->added += (uint64_t)got;
	}
	return got == 0;
}

static bool fill_from_spool(struct append *append)
{
	const char *path = append->source->spool_path;
	struct spooled spooled;
	bool ok = spool_find(&append->fs->spool, path, &spooled, append->error);

	if (ok && append->upload->offset == 0 && adopt(append, &spooled)) {
		ok = hash_adopted(append);
	} else if (ok) {
		append->spool = spool_open_found(&spooled, path, append->error);
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
	struct append append = {.fs = fs_of(store),
				.upload = upload,
				.source = source,
				.hasher = hasher,
				.error = error,
				.fd = -1,
				.spool = -1};
	bool first = upload->offset == 0, ok;

	if (!fs_upload_name(&append.name, upload, error))
		return false;
	ok = (source->spool_path ? fill_from_spool(&append) : copy_in(&append)) &&
	     file_sync(append.fd, append.name.text, error) && (!first || fs_upload_sync_names(append.fs, error));
	file_close(append.fd);
	if (ok && first)
		upload->state = span_of(arena_strdup(arena, upload->generation));
	else if (first)
		fs_abort(store, upload, arena);
	if (ok)
		upload->offset += append.added;
	return ok;
}
