/* SPDX-License-Identifier: MIT */
/* Making a password file. */
#include "berth/auth/htpasswd_create.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "berth/auth/password.h"
#include "berth/base/base64.h"

#define PASSWORD_BYTES 32

static bool htpasswd_fail(char *reason, size_t size, const char *path)
{
	(void)snprintf(reason, size, "%s: %s", path, strerror(errno));
	return false;
}

/* Makes each missing folder above the file. */
static bool make_folders(const char *path, struct arena *arena)
{
	char *copy = arena_strdup(arena, path);

	for (char *at = strchr(copy + 1, '/'); at; at = strchr(at + 1, '/')) {
		*at = '\0';
		if (mkdir(copy, 0700) != 0 && errno != EEXIST)
			return false;
		*at = '/';
	}
	return true;
}

static const char *random_password(struct arena *arena)
{
	unsigned char bytes[PASSWORD_BYTES];
	const char *text;

	if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
		return NULL;
	text = base64url_encode(arena, bytes, sizeof bytes);
	explicit_bzero(bytes, sizeof bytes);
	return text;
}

static bool write_file(int fd, const char *text)
{
	size_t len = strlen(text);

	return write(fd, text, len) == (ssize_t)len && fsync(fd) == 0;
}

bool htpasswd_create(const char *path, struct arena *arena, const char **password, char *reason, size_t size)
{
	const char *made, *hash;
	bool ok;
	int fd;

	*password = NULL;
	if (access(path, F_OK) == 0)
		return true;
	made = random_password(arena);
	hash = made ? password_hash_bcrypt(arena, span_of(made)) : NULL;
	if (!hash || !make_folders(path, arena))
		return htpasswd_fail(reason, size, path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return errno == EEXIST || htpasswd_fail(reason, size, path);
	ok = write_file(fd, arena_printf(arena, "docker:%s\n", hash));
	close(fd);
	if (!ok) {
		(void)htpasswd_fail(reason, size, path);
		(void)unlink(path);
		return false;
	}
	*password = made;
	return true;
}
