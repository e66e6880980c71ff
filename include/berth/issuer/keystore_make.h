/* SPDX-License-Identifier: MIT */
/* Making and removing the keys of a key store (issuer/keystore.h). */
#ifndef BERTH_ISSUER_KEYSTORE_MAKE_H
#define BERTH_ISSUER_KEYSTORE_MAKE_H

#include <stdbool.h>
#include <stddef.h>

#include "berth/base/arena.h"

enum keystore_kind { KEYSTORE_RS256, KEYSTORE_ES256 };

/*
 * Makes a key (mode 0600), its certificate and the bundle (0644), durably, and the folder (0750) where it is missing. The files
 * belong to the owner and the group of the folder if root makes them. The bundle is written before the key, so that no token
 * is signed with a key that registries cannot know. `bits`: of an RSA key. Returns the key's name, in `arena`; NULL with one
 * line in `reason`.
 */
const char *keystore_make(struct arena *arena, const char *folder, enum keystore_kind kind, int bits, char *reason,
			  size_t size);

/* Removes a key and its certificate, and writes the bundle anew. Returns false with one line in `reason`. */
bool keystore_remove(struct arena *arena, const char *folder, const char *name, char *reason, size_t size);

#endif
