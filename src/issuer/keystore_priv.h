/* SPDX-License-Identifier: MIT */
/* The files of a key store. */
#ifndef BERTH_ISSUER_KEYSTORE_PRIV_H
#define BERTH_ISSUER_KEYSTORE_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "berth/base/arena.h"
#include "berth/base/span.h"

/* "<what>: <why of errno>" into the reason; false. */
bool keystore_fail(char *reason, size_t size, const char *what);

/* The names of the folder that end in `suffix`, without it, sorted; *out has KEYSTORE_MAX places at most. */
bool keystore_names(const char **out, size_t *count, struct arena *arena, const char *folder, const char *suffix,
		    char *reason, size_t size);

/* The bytes of a small file. */
bool keystore_load(struct span *out, struct arena *arena, const char *path, char *reason, size_t size);

/* Writes a file beside its place, durably, and moves it there; as root it belongs to the folder's owner and group. */
bool keystore_save(struct arena *arena, const char *folder, const char *name, mode_t mode, struct span bytes, char *reason,
		   size_t size);

/* Writes the bundle from the certificates that are there. */
bool keystore_bundle(struct arena *arena, const char *folder, char *reason, size_t size);

#endif
