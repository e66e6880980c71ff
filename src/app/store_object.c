/* SPDX-License-Identifier: MIT */
/* What every object store takes from the configuration. */
#include <string.h>

#include "berth/base/arena.h"
#include "store_priv.h"

#define NS_PER_S 1000000000
#define PREFIX_MEMORY ((size_t)64 << 10)

/* As distribution's drivers: "/a/b/" and "a/b" are both "a/b/", and "/" is "". */
static const char *prefix_of(const char *rootdirectory, struct arena *arena)
{
	size_t len;

	rootdirectory += strspn(rootdirectory, "/");
	len = strlen(rootdirectory);
	while (len > 0 && rootdirectory[len - 1] == '/')
		len--;
	return len ? arena_printf(arena, "%.*s/", (int)len, rootdirectory) : "";
}

struct store *app_open_objects(const struct config *config, const char *rootdirectory, struct object_service *service,
			       char *reason, size_t size)
{
	struct store_object_settings settings = {
		.spool = config->spool,
		.board = app_board(),
		.sign_seconds = (unsigned)(config->storage.redirect_expirydelay / NS_PER_S),
	};
	struct store *store;
	struct arena arena;

	arena_init(&arena, PREFIX_MEMORY);
	settings.prefix = prefix_of(rootdirectory, &arena);
	store = store_object_open(service, &settings, reason, size);
	arena_release(&arena);
	return store;
}
