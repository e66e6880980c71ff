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
	store_claimed_fn *claimed; /* for files whose names begin with an upload's id; NULL: no session claims a file */
	void *context;
};

/*
 * Removes the old regular files in `folder`, a directory descriptor, and adds them to `out`. `path` is for the log. Returns false with
 * the error set when a file cannot be removed.
 */
bool folder_sweep(int folder, const char *path, const struct folder_sweep *sweep, struct store_swept *out,
		  struct error *error);

#endif
