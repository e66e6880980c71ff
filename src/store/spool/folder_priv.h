/* SPDX-License-Identifier: MIT */
/* Removing what is old from a folder. */
#ifndef BERTH_STORE_FOLDER_PRIV_H
#define BERTH_STORE_FOLDER_PRIV_H

#include <stdbool.h>
#include <time.h>

#include "berth/base/error.h"
#include "berth/store/store.h"

struct folder_sweep {
	time_t before; /* of the last write */
	bool dry_run;
	store_claimed_fn *claimed; /* of files whose names begin with an upload's id; NULL: nothing here is */
	void *context;
};

/* Removes the regular files in `folder` (a directory descriptor; `path` is for the log) and adds them to `out`. */
bool folder_sweep(int folder, const char *path, const struct folder_sweep *sweep, struct store_swept *out,
		  struct error *error);

#endif
