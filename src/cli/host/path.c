/* SPDX-License-Identifier: MIT */
/* Paths as text. */
#include "path_priv.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "berth/base/span.h"

const char *path_absolute(const char *path, struct arena *arena)
{
	char folder[PATH_MAX];

	if (*path == '/' || !getcwd(folder, sizeof folder))
		return path;
	while (strncmp(path, "./", 2) == 0)
		path += 2;
	return arena_printf(arena, "%s/%s", folder, path);
}

const char *path_folder(const char *path, struct arena *arena)
{
	const char *slash = strrchr(path, '/');

	return slash && slash != path ? arena_span(arena, (struct span){path, (size_t)(slash - path)}) : "/";
}
