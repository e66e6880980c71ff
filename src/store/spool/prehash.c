/* SPDX-License-Identifier: MIT */
/* The table, and the loop that fills it: for each file that has grown, hash a bounded piece and publish the state. */
#include "berth/store/prehash.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "berth/base/log.h"
#include "berth/base/pause.h"

#define PIECE ((size_t)256 << 10)
#define TURN ((uint64_t)4 << 20)  /* of one file before the next one has its turn */
#define WORTH ((uint64_t)2 << 20) /* a smaller file is hashed before we would have opened it */
#define PAUSE_MS 5                /* when nothing has grown */
#define FORGET_MS 60000           /* a file that has not grown for so long: its client is gone or very slow */
#define LINGER_MS 200             /* a worker that has linked the file is about to look at the table */

struct follower {
	int fd; /* -1: free */
	char name[NAME_MAX + 1];
	struct hasher hasher;
	uint64_t offset;
	int idle_ms;
};

struct prehash {
	struct prehash_table *table;
	int folder;
	int events;
	struct follower followers[PREHASH_SLOTS];
	unsigned char piece[PIECE];
};

/* ---- the table ---- */

/* What the words of a slot say. */
struct prehash_state {
	struct {
		uint64_t device, inode, born_s, born_ns; /* inode 0: the slot is free */
	} file;
	uint64_t offset; /* bytes that `state` has seen */
	uint64_t length;
	unsigned char state[HASHER_STATE_MAX];
};

_Static_assert(sizeof(struct prehash_state) == PREHASH_WORDS * sizeof(uint64_t), "a slot holds a state");

/* The inode alone may have been another file's before. */
static bool identify(int fd, struct prehash_state *out)
{
	struct statx status;

	if (statx(fd, "", AT_EMPTY_PATH, STATX_INO | STATX_BTIME, &status) < 0 || !(status.stx_mask & STATX_BTIME))
		return false;
	out->file.device = makedev(status.stx_dev_major, status.stx_dev_minor);
	out->file.inode = status.stx_ino;
	out->file.born_s = (uint64_t)status.stx_btime.tv_sec;
	out->file.born_ns = status.stx_btime.tv_nsec;
	return true;
}

static void show(struct prehash_slot *slot, const struct follower *follower)
{
	/* odd already when the writer before this one died in the middle */
	uint32_t sequence = atomic_load_explicit(&slot->sequence, memory_order_relaxed) | 1;
	struct prehash_state state = {.offset = 0};
	uint64_t words[PREHASH_WORDS];

	if (follower->fd >= 0 && identify(follower->fd, &state)) {
		state.offset = follower->offset;
		state.length = hasher_export(&follower->hasher, state.state);
	}
	memcpy(words, &state, sizeof words);
	atomic_store_explicit(&slot->sequence, sequence, memory_order_relaxed);
	atomic_thread_fence(memory_order_release);
	for (size_t i = 0; i < PREHASH_WORDS; i++)
		atomic_store_explicit(&slot->words[i], words[i], memory_order_relaxed);
	atomic_store_explicit(&slot->sequence, sequence + 1, memory_order_release);
}

static bool read_slot(const struct prehash_slot *slot, struct prehash_state *out)
{
	uint32_t before = atomic_load_explicit(&slot->sequence, memory_order_acquire);
	uint64_t words[PREHASH_WORDS];

	for (size_t i = 0; i < PREHASH_WORDS; i++)
		words[i] = atomic_load_explicit(&slot->words[i], memory_order_relaxed);
	atomic_thread_fence(memory_order_acquire);
	memcpy(out, words, sizeof *out);
	return before % 2 == 0 && atomic_load_explicit(&slot->sequence, memory_order_relaxed) == before;
}

uint64_t prehash_take(const struct prehash_table *table, int fd, struct hasher *hasher)
{
	struct prehash_state wanted, found;
	struct stat status;

	if (!table || hasher->algorithm != DIGEST_SHA256 || !identify(fd, &wanted) || fstat(fd, &status) < 0)
		return 0;
	for (size_t i = 0; i < PREHASH_SLOTS; i++) {
		if (!read_slot(&table->slots[i], &found) || memcmp(&found.file, &wanted.file, sizeof wanted.file) != 0)
			continue;
		if (found.offset <= (uint64_t)status.st_size && lseek(fd, (off_t)found.offset, SEEK_SET) >= 0 &&
		    hasher_import(hasher, found.state, (size_t)found.length))
			return found.offset;
		break;
	}
	(void)lseek(fd, 0, SEEK_SET);
	hasher_init(hasher, DIGEST_SHA256);
	return 0;
}

/* ---- following files ---- */

static void drop(struct prehash *prehash, size_t i)
{
	struct follower *follower = &prehash->followers[i];

	if (follower->fd < 0)
		return;
	close(follower->fd);
	follower->fd = -1;
	show(&prehash->table->slots[i], follower); /* nothing holds the inode any more: another file may get it */
}

static bool is_followed(const struct prehash *prehash, const char *name)
{
	for (size_t i = 0; i < PREHASH_SLOTS; i++)
		if (prehash->followers[i].fd >= 0 && strcmp(prehash->followers[i].name, name) == 0)
			return true;
	return false;
}

/* A file that finds no free place, or that belongs to another account, is hashed by its worker. */
static void follow(struct prehash *prehash, const char *name)
{
	if (is_followed(prehash, name))
		return;
	for (size_t i = 0; i < PREHASH_SLOTS; i++) {
		struct follower *follower = &prehash->followers[i];

		if (follower->fd >= 0)
			continue;
		follower->fd = openat(prehash->folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
		if (follower->fd < 0)
			return;
		(void)snprintf(follower->name, sizeof follower->name, "%s", name);
		follower->offset = 0;
		follower->idle_ms = 0;
		hasher_init(&follower->hasher, DIGEST_SHA256);
		return;
	}
}

static bool hash_piece(struct prehash *prehash, struct follower *follower, uint64_t most)
{
	uint64_t start = follower->offset;

	while (follower->offset - start < most) {
		ssize_t got = pread(follower->fd, prehash->piece, PIECE, (off_t)follower->offset);

		if (got <= 0)
			break;
		hasher_update(&follower->hasher, prehash->piece, (size_t)got);
		follower->offset += (uint64_t)got;
	}
	(void)sync_file_range(follower->fd, (off_t)start, (off_t)(follower->offset - start), SYNC_FILE_RANGE_WRITE);
	return follower->offset > start;
}

/* Hashes a piece of one file. False when there was none. A file with a second link, or with none, is no longer spooled. */
static bool take_turn(struct prehash *prehash, size_t i)
{
	struct follower *follower = &prehash->followers[i];
	struct stat status;
	bool ours, got_on = false;

	if (fstat(follower->fd, &status) < 0 || !S_ISREG(status.st_mode)) {
		drop(prehash, i);
		return false;
	}
	ours = status.st_nlink == 1;
	if (follower->idle_ms > (ours ? FORGET_MS : LINGER_MS)) {
		drop(prehash, i);
		return false;
	}
	if (ours && (uint64_t)status.st_size >= WORTH && (uint64_t)status.st_size - follower->offset >= PIECE)
		got_on = hash_piece(prehash, follower, TURN);
	follower->idle_ms = got_on ? 0 : follower->idle_ms + PAUSE_MS;
	if (got_on)
		show(&prehash->table->slots[i], follower);
	return got_on;
}

static bool any_followed(const struct prehash *prehash)
{
	for (size_t i = 0; i < PREHASH_SLOTS; i++)
		if (prehash->followers[i].fd >= 0)
			return true;
	return false;
}

static bool take_turns(struct prehash *prehash)
{
	bool got_on = false;

	for (size_t i = 0; i < PREHASH_SLOTS; i++)
		if (prehash->followers[i].fd >= 0)
			got_on |= take_turn(prehash, i);
	return got_on;
}

static void read_events(struct prehash *prehash)
{
	union {
		struct inotify_event event; /* for its alignment */
		char bytes[4096];
	} buffer;
	ssize_t got;

	while ((got = read(prehash->events, buffer.bytes, sizeof buffer.bytes)) > 0)
		for (char *at = buffer.bytes; at < buffer.bytes + got;) {
			const struct inotify_event *event = (const void *)at;

			if (event->len > 0)
				follow(prehash, event->name);
			at += sizeof *event + event->len;
		}
}

/* Follows the files that grew before this process started. Older files are left to the sweep. */
static void find_growing(struct prehash *prehash, const char *spool)
{
	DIR *folder = opendir(spool);
	time_t recent = time(NULL) - FORGET_MS / 1000;
	struct stat status;

	for (const struct dirent *entry; folder && (entry = readdir(folder));)
		if (fstatat(prehash->folder, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(status.st_mode) &&
		    status.st_mtime >= recent)
			follow(prehash, entry->d_name);
	if (folder)
		closedir(folder);
}

static struct prehash *prehash_new(struct prehash_table *table, const char *spool)
{
	struct prehash *prehash = calloc(1, sizeof *prehash);

	if (!prehash)
		return NULL;
	prehash->table = table;
	prehash->folder = open(spool, O_PATH | O_DIRECTORY | O_CLOEXEC);
	prehash->events = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	for (size_t i = 0; i < PREHASH_SLOTS; i++) {
		prehash->followers[i].fd = -1;
		show(&table->slots[i], &prehash->followers[i]); /* the process before this one may have died */
	}
	return prehash;
}

static void prehash_free(struct prehash *prehash)
{
	for (size_t i = 0; i < PREHASH_SLOTS; i++)
		drop(prehash, i);
	if (prehash->folder >= 0)
		close(prehash->folder);
	if (prehash->events >= 0)
		close(prehash->events);
	free(prehash);
}

void prehash_run(struct prehash_table *table, const char *spool, bool (*stopping)(void))
{
	struct prehash *prehash = prehash_new(table, spool);

	if (!prehash)
		return;
	if (prehash->folder < 0 || prehash->events < 0 ||
	    inotify_add_watch(prehash->events, spool, IN_CREATE | IN_ONLYDIR) < 0) {
		log_warn("uploads are not hashed ahead: %s: %m", spool);
		prehash_free(prehash);
		return;
	}
	find_growing(prehash, spool);
	while (!stopping()) {
		struct pollfd waiting = {.fd = prehash->events, .events = POLLIN};

		if (!take_turns(prehash))
			(void)pause_poll(&waiting, 1, any_followed(prehash) ? PAUSE_MS : 1000);
		read_events(prehash);
	}
	prehash_free(prehash);
}
