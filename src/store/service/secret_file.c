/* SPDX-License-Identifier: MIT */
/* Files of keys and tokens. */
#include "secret_file_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "berth/base/secret.h"

#define FILE_MAX ((size_t)1 << 20)

const char *secret_file_read(const char *path, struct arena *arena)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	struct secret whole;
	char *text;
	ssize_t got;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || (size_t)st.st_size > FILE_MAX) {
		close(fd);
		errno = EINVAL;
		return NULL;
	}
	text = calloc(1, (size_t)st.st_size + 1);
	got = text ? read(fd, text, (size_t)st.st_size) : -1;
	close(fd);
	whole = secret_new(arena, got < 0 ? NULL : text);
	if (text)
		explicit_bzero(text, (size_t)st.st_size);
	free(text);
	return got < 0 ? NULL : secret_reveal(whole);
}
