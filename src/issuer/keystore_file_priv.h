/* SPDX-License-Identifier: MIT */
/* The files of a key store. */
#ifndef BERTH_ISSUER_KEYSTORE_FILE_PRIV_H
#define BERTH_ISSUER_KEYSTORE_FILE_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "berth/base/arena.h"
#include "berth/base/span.h"

/* Writes "WHAT: errno's text" into `reason`. Returns false. */
bool keystore_fail(char *reason, size_t size, const char *what);

/*
 * Lists the names of the folder that end in `suffix`, sorted and without the suffix, in `arena`. `out` has room for `most`; further
 * names are left out.
 */
bool keystore_names(const char **out, size_t most, size_t *count, struct arena *arena, const char *folder,
		    const char *suffix, char *reason, size_t size);

/* Reads a file of at most 64 KiB. */
bool keystore_load(struct span *out, struct arena *arena, const char *path, char *reason, size_t size);

/* Writes a file durably beside its place and renames it. If root writes it, it gets the folder's owner and group. */
bool keystore_save(struct arena *arena, const char *folder, const char *name, mode_t mode, struct span bytes, char *reason,
		   size_t size);

#endif
