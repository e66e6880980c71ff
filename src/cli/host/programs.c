/* SPDX-License-Identifier: MIT */
/* Finding programs and spelling paths. */
#include "programs_priv.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "berth/base/limits.h"
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

const char *folder_of(const char *path, struct arena *arena)
{
	const char *slash = strrchr(path, '/');

	return slash && slash != path ? arena_span(arena, (struct span){path, (size_t)(slash - path)}) : "/";
}

const char *program_self(struct arena *arena)
{
	char path[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", path, sizeof path - 1);

	return arena_span(arena, (struct span){path, len > 0 ? (size_t)len : 0});
}

static const char *in_folder(struct span folder, const char *name, struct arena *arena)
{
	const char *path = arena_printf(arena, "%.*s/%s", SPAN_ARG(folder), name);

	return access(path, X_OK) == 0 ? path : NULL;
}

const char *program_path(const char *name, struct arena *arena)
{
	const char *self = program_self(arena), *slash = strrchr(self, '/'), *found;
	struct span rest = span_of(getenv("PATH")), folder;

	if (slash && (found = in_folder((struct span){self, (size_t)(slash - self)}, name, arena)))
		return found;
	while (span_split(&rest, ':', &folder))
		if (folder.len > 0 && (found = in_folder(folder, name, arena)))
			return found;
	return in_folder(SPAN_LIT("/usr/sbin"), name, arena);
}

bool workers_number(unsigned *out, const char *text)
{
	uint64_t value;

	if (!span_to_u64(span_of(text), &value) || value < 1 || value > LIMIT_WORKERS)
		return false;
	*out = (unsigned)value;
	return true;
}
