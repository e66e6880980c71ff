/* SPDX-License-Identifier: MIT */
/* What uploads left behind: files of sessions that are gone, and spool files of a web server that died. */
#include <time.h>

#include "../spool/folder_priv.h"
#include "fs_priv.h"

bool fs_sweep(struct store *store, int64_t age, bool dry_run, store_claimed_fn *claimed, void *context,
	      struct store_swept *out, struct arena *arena, struct error *error)
{
	struct folder_sweep sweep = {time(NULL) - (time_t)age, dry_run, claimed, context};
	const struct fs_store *fs = fs_of(store);

	(void)arena;
	*out = (struct store_swept){0, 0};
	if (!folder_sweep(fs->uploads, LAYOUT_UPLOADS, &sweep, out, error))
		return false;
	sweep.claimed = NULL;
	return folder_sweep(fs->spool.folder, LAYOUT_SPOOL, &sweep, out, error);
}
