/* SPDX-License-Identifier: MIT */
/* Where the programs of this machine are. */
#include "programs_priv.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "berth/base/span.h"

const char *program_self(struct arena *arena)
{
	char path[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", path, sizeof path - 1);

	return arena_span(arena, (struct span){path, len > 0 ? (size_t)len : 0});
}

static const char *program_in(struct span folder, const char *name, struct arena *arena)
{
	const char *path = arena_printf(arena, "%.*s/%s", SPAN_ARG(folder), name);

	return access(path, X_OK) == 0 ? path : NULL;
}

const char *program_path(const char *name, struct arena *arena)
{
	const char *self = program_self(arena), *slash = strrchr(self, '/'), *found;
	struct span rest = span_of(getenv("PATH")), folder;

	if (slash && (found = program_in((struct span){self, (size_t)(slash - self)}, name, arena)))
		return found;
	while (span_split(&rest, ':', &folder))
		if (folder.len > 0 && (found = program_in(folder, name, arena)))
			return found;
	return program_in(SPAN_LIT("/usr/sbin"), name, arena);
}
