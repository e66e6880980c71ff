/* SPDX-License-Identifier: MIT */
/*
 * A shim for LD_PRELOAD that makes the Nth call of one kind fail, in whichever process it falls.
 *
 * BERTH_FAULTFS names a file of at least one `struct control`, mapped and shared: the test writes what shall fail and
 * reads how many calls there were. Calls on sockets, pipes and descriptors 0 to 2 are left alone, so that the log and
 * the database connection go on. It covers what the storage driver calls; test_syscalls.py checks that it still does.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "control.h"

enum kind { NONE, WRITE, FSYNC, RENAME, LINK, OPEN, MKDIR, TRUNCATE, READ };
enum mode { FAIL, SHORT };

/* The test writes this with struct.pack("6i"). */
struct control {
	_Atomic int kind;  /* of the calls that are counted; NONE disarms */
	_Atomic int nth;   /* the call that fails, from 1 on; 0 only counts */
	_Atomic int error; /* errno of the failure */
	_Atomic int mode;  /* SHORT: half of the bytes instead of a failure */
	_Atomic int count; /* calls so far */
	_Atomic int hits;  /* failures so far */
};

static struct control *control;

__attribute__((constructor)) static void begin(void)
{
	control = control_map("BERTH_FAULTFS", sizeof *control);
}

/* True when this call is the one; errno is set. */
static int falls(enum kind kind)
{
	if (!control || atomic_load(&control->kind) != (int)kind)
		return 0;
	if (atomic_fetch_add(&control->count, 1) + 1 != atomic_load(&control->nth))
		return 0;
	atomic_fetch_add(&control->hits, 1);
	errno = atomic_load(&control->error);
	return 1;
}

static int is_file(int fd)
{
	struct stat status;
	int saved = errno, file = fd > 2 && fstat(fd, &status) == 0 && (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode));

	errno = saved;
	return file;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static size_t shortened(size_t size)
{
	return atomic_load(&control->mode) == SHORT && size > 1 ? size / 2 : 0;
}

/* The bytes that the call shall move: all, some of them, or -1 for a failure. */
static ssize_t allowed(enum kind kind, int fd, size_t size)
{
	if (!is_file(fd) || !falls(kind))
		return (ssize_t)size;
	return shortened(size) ? (ssize_t)shortened(size) : -1;
}

ssize_t write(int fd, const void *data, size_t size)
{
	ssize_t part = allowed(WRITE, fd, size);

	return part < 0 ? -1 : REAL(write)(fd, data, (size_t)part);
}

ssize_t read(int fd, void *data, size_t size)
{
	ssize_t part = allowed(READ, fd, size);

	return part < 0 ? -1 : REAL(read)(fd, data, (size_t)part);
}

ssize_t __read_chk(int fd, void *data, size_t size, size_t room);
ssize_t __read_chk(int fd, void *data, size_t size, size_t room)
{
	return size > room ? (abort(), -1) : read(fd, data, size);
}

ssize_t pread64(int fd, void *data, size_t size, off64_t at)
{
	ssize_t part = allowed(READ, fd, size);

	return part < 0 ? -1 : REAL(pread64)(fd, data, (size_t)part, at);
}

int fsync(int fd)
{
	return is_file(fd) && falls(FSYNC) ? -1 : REAL(fsync)(fd);
}

int fdatasync(int fd)
{
	return is_file(fd) && falls(FSYNC) ? -1 : REAL(fdatasync)(fd);
}

int renameat(int from_dir, const char *from, int to_dir, const char *to)
{
	return falls(RENAME) ? -1 : REAL(renameat)(from_dir, from, to_dir, to);
}

int renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned flags)
{
	return falls(RENAME) ? -1 : REAL(renameat2)(from_dir, from, to_dir, to, flags);
}

/* BERTH_FAULTFS_LINKLESS: a file system that knows no links. */
int linkat(int from_dir, const char *from, int to_dir, const char *to, int flags)
{
	if (getenv("BERTH_FAULTFS_LINKLESS")) {
		errno = EPERM;
		return -1;
	}
	return falls(LINK) ? -1 : REAL(linkat)(from_dir, from, to_dir, to, flags);
}

int mkdirat(int dir, const char *path, mode_t mode)
{
	return falls(MKDIR) ? -1 : REAL(mkdirat)(dir, path, mode);
}

int ftruncate64(int fd, off64_t size)
{
	return falls(TRUNCATE) ? -1 : REAL(ftruncate64)(fd, size);
}

int openat64(int dir, const char *path, int flags, ...)
{
	va_list args;
	mode_t mode;

	va_start(args, flags);
	mode = flags & O_CREAT ? (mode_t)va_arg(args, int) : 0;
	va_end(args);
	return falls(OPEN) ? -1 : REAL(openat64)(dir, path, flags, mode);
}
