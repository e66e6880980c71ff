/* SPDX-License-Identifier: MIT */
/*
 * A shim for LD_PRELOAD that writes down, in their order, the calls which decide what a power loss leaves.
 *
 * BERTH_RECORDFS names a folder. Its `journal` gets one line a call, words parted by tabs, the last one the number of
 * bytes that follow: what the file then held. A lock is held around call and line, so the order is that of all
 * processes. While `deaf-to-files` or `deaf-to-folders` is there, their fsync does nothing and says that it did. Who is
 * the first to sync a folder once `pause` is there renames that to `paused`, and waits until it is gone.
 * Files and folders are named by device and inode; recording.py reads it, disk.py knows what follows from it.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

struct node {
	char text[48];
};

struct place {
	char text[NAME_MAX + 64]; /* folder and name */
};

static const char *home;
static int journal = -1;

__attribute__((constructor)) static void open_journal(void)
{
	char path[PATH_MAX];

	home = getenv("BERTH_RECORDFS");
	if (!home)
		return;
	(void)snprintf(path, sizeof path, "%s/journal", home);
	journal = REAL(openat64)(AT_FDCWD, path, O_WRONLY | O_APPEND | O_CLOEXEC);
	if (journal < 0)
		abort();
}

/* ---- the journal ---- */

/* A lock of fcntl's belongs to a process: a forked worker does not share its master's. */
static void lock(int type)
{
	struct flock whole = {.l_type = (short)type, .l_whence = SEEK_SET};
	int saved = errno;

	while (journal >= 0 && fcntl(journal, F_SETLKW, &whole) < 0)
		if (errno != EINTR)
			abort();
	errno = saved;
}

static void put(const void *bytes, size_t size)
{
	if (REAL(write)(journal, bytes, size) != (ssize_t)size)
		abort(); /* a journal with gaps would acquit */
}

__attribute__((format(printf, 1, 2))) static void note(const char *format, ...)
{
	char line[2 * sizeof(struct place) + 64];
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(line, sizeof line, format, args);
	va_end(args);
	if (journal >= 0)
		put(line, (size_t)len);
}

static struct node node_of(int dir, const char *path)
{
	struct node node = {"-"};
	struct stat status;

	if (fstatat(dir, path, &status, *path ? 0 : AT_EMPTY_PATH) == 0)
		(void)snprintf(node.text, sizeof node.text, "%llx:%llx", (unsigned long long)status.st_dev,
			       (unsigned long long)status.st_ino);
	return node;
}

static struct place place_of(int dir, const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	char folder[PATH_MAX] = ".";
	struct place place;

	if (slash)
		(void)snprintf(folder, sizeof folder, "%.*s", slash == path ? 1 : (int)(slash - path), path);
	(void)snprintf(place.text, sizeof place.text, "%s\t%s", node_of(dir, folder).text, name);
	return place;
}

/* The words, then the bytes of the open file. */
static void note_file(const char *words, int fd)
{
	char path[64], bytes[1 << 16];
	struct stat status;
	int file;

	if (journal < 0)
		return;
	(void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd); /* it may be open for writing only */
	file = REAL(openat64)(AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
	if (file < 0 || fstat(file, &status) < 0)
		abort();
	note("%s\t%lld\n", words, (long long)status.st_size);
	for (off_t left = status.st_size; left > 0;) {
		ssize_t got = read(file, bytes, left < (off_t)sizeof bytes ? (size_t)left : sizeof bytes);

		if (got <= 0)
			abort();
		put(bytes, (size_t)got);
		left -= got;
	}
	close(file);
}

static void note_node(const char *verb, int fd)
{
	char words[80];

	(void)snprintf(words, sizeof words, "%s\t%s", verb, node_of(fd, "").text);
	note_file(words, fd);
}

/* The type of what an open descriptor is, 0 for the log and for what is neither file nor folder. */
static mode_t type_of(int fd)
{
	struct stat status;
	int saved = errno;
	mode_t type = journal >= 0 && fd > 2 && fstat(fd, &status) == 0 ? status.st_mode & S_IFMT : 0;

	errno = saved;
	return type == S_IFREG || type == S_IFDIR ? type : 0;
}

/* ---- bytes ---- */

ssize_t write(int fd, const void *data, size_t size)
{
	ssize_t done;

	if (type_of(fd) != S_IFREG)
		return REAL(write)(fd, data, size);
	lock(F_WRLCK);
	done = REAL(write)(fd, data, size);
	if (done >= 0)
		note_node("write", fd);
	lock(F_UNLCK);
	return done;
}

int ftruncate64(int fd, off64_t size)
{
	int done;

	lock(F_WRLCK);
	done = REAL(ftruncate64)(fd, size);
	if (done == 0)
		note_node("write", fd);
	lock(F_UNLCK);
	return done;
}

static int is_deaf(mode_t type)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof path, "%s/deaf-to-%s", home, type == S_IFDIR ? "folders" : "files");
	return access(path, F_OK) == 0;
}

/* Outside of the lock: the others go on. */
static void pause_where_told(void)
{
	char told[PATH_MAX], paused[PATH_MAX];

	(void)snprintf(told, sizeof told, "%s/pause", home);
	(void)snprintf(paused, sizeof paused, "%s/paused", home);
	if (REAL(renameat)(AT_FDCWD, told, AT_FDCWD, paused) == 0)
		for (int i = 0; i < 20000 && access(paused, F_OK) == 0; i++)
			(void)usleep(1000);
}

static int sync_file(int (*real)(int), int fd)
{
	mode_t type = type_of(fd);
	int done;

	if (!type)
		return real(fd);
	if (type == S_IFDIR)
		pause_where_told();
	if (is_deaf(type))
		return 0;
	lock(F_WRLCK);
	done = real(fd);
	if (done == 0 && type == S_IFREG)
		note_node("sync", fd);
	else if (done == 0)
		note("sync\t%s\t0\n", node_of(fd, "").text);
	lock(F_UNLCK);
	return done;
}

int fsync(int fd)
{
	return sync_file(REAL(fsync), fd);
}

int fdatasync(int fd)
{
	return sync_file(REAL(fdatasync), fd);
}

/* ---- names ---- */

int openat64(int dir, const char *path, int flags, ...)
{
	va_list args;
	mode_t mode;
	int fd, made;

	va_start(args, flags);
	mode = flags & O_CREAT ? (mode_t)va_arg(args, int) : 0;
	va_end(args);
	if (!(flags & O_CREAT))
		return REAL(openat64)(dir, path, flags, mode);
	lock(F_WRLCK);
	made = faccessat(dir, path, F_OK, AT_SYMLINK_NOFOLLOW) < 0;
	fd = REAL(openat64)(dir, path, flags, mode);
	if (fd >= 0 && made)
		note("create\t%s\t%s\t0\n", place_of(dir, path).text, node_of(fd, "").text);
	lock(F_UNLCK);
	return fd;
}

int mkdirat(int dir, const char *path, mode_t mode)
{
	int done;

	lock(F_WRLCK);
	done = REAL(mkdirat)(dir, path, mode);
	if (done == 0)
		note("mkdir\t%s\t%s\t0\n", place_of(dir, path).text, node_of(dir, path).text);
	lock(F_UNLCK);
	return done;
}

int mkdir(const char *path, mode_t mode)
{
	return mkdirat(AT_FDCWD, path, mode);
}

/* The bytes too: the web server has written them, unseen. */
static void note_link(int dir, const char *path)
{
	char words[sizeof(struct place) + 64];
	int fd = REAL(openat64)(dir, path, O_RDONLY | O_CLOEXEC);

	(void)snprintf(words, sizeof words, "link\t%s\t%s", place_of(dir, path).text, node_of(dir, path).text);
	note_file(words, fd);
	close(fd);
}

int linkat(int from_dir, const char *from, int to_dir, const char *to, int flags)
{
	int done;

	lock(F_WRLCK);
	done = REAL(linkat)(from_dir, from, to_dir, to, flags);
	if (done == 0)
		note_link(to_dir, to);
	lock(F_UNLCK);
	return done;
}

int renameat(int from_dir, const char *from, int to_dir, const char *to)
{
	int done;

	lock(F_WRLCK);
	done = REAL(renameat)(from_dir, from, to_dir, to);
	if (done == 0)
		note("rename\t%s\t%s\t0\n", place_of(from_dir, from).text, place_of(to_dir, to).text);
	lock(F_UNLCK);
	return done;
}

int unlinkat(int dir, const char *path, int flags)
{
	int done;

	lock(F_WRLCK);
	done = REAL(unlinkat)(dir, path, flags);
	if (done == 0)
		note("unlink\t%s\t0\n", place_of(dir, path).text);
	lock(F_UNLCK);
	return done;
}

/* ---- the database ---- */

/* libpq's simple query: from here on the rows may be there after the loss. */
ssize_t send(int fd, const void *data, size_t size, int flags)
{
	static const char commit[] = "Q\0\0\0\013COMMIT";

	if (journal >= 0 && size == sizeof commit && memcmp(data, commit, sizeof commit) == 0) {
		lock(F_WRLCK);
		note("commit\t0\n");
		lock(F_UNLCK);
	}
	return REAL(send)(fd, data, size, flags);
}
