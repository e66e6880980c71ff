/* SPDX-License-Identifier: MIT */
/* The keys of blobs and of the objects of an upload. */
#include "object_priv.h"

#include <inttypes.h>

#include "berth/store/layout.h"

const char *object_blob_key(const struct object_store *objects, const struct digest *digest, struct arena *arena)
{
	return arena_printf(arena, "%s" LAYOUT_BLOBS "/%s", objects->prefix, layout_blob_data(digest).text);
}

const char *object_uploads_key(const struct object_store *objects, const char *name, struct arena *arena)
{
	return arena_printf(arena, "%s" LAYOUT_UPLOADS "/%s", objects->prefix, name);
}

const char *object_staging_key(const struct object_store *objects, const char *id, const char *maker, struct arena *arena)
{
	return arena_printf(arena, "%s" LAYOUT_UPLOADS "/%s%s%s", objects->prefix, id, *maker ? "." : "", maker);
}

const char *object_tail_key(const struct object_store *objects, const char *id, const struct object_tail *tail,
			    struct arena *arena)
{
	return arena_printf(arena, "%s.%" PRIu64, object_staging_key(objects, id, tail->maker, arena), tail->end);
}
