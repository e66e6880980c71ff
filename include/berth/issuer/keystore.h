/* SPDX-License-Identifier: MIT */
/*
 * The folder of signing keys. A key is two files, <name>.key (PEM, private) and <name>.crt (its self-signed certificate);
 * the name begins with the moment of its making, so that the last name is the newest key. `bundle.pem` holds the
 * certificates of all of them: what registries get as auth.token.rootcertbundle.
 *
 * Rotation: make a new key (issuer/keystore_make.h), give the new bundle to every registry, then have the token service read
 * its keys again (SIGHUP). The newest key signs; tokens of the older keys stay good. Remove an old key when its last token has
 * expired.
 */
#ifndef BERTH_ISSUER_KEYSTORE_H
#define BERTH_ISSUER_KEYSTORE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "berth/auth/key.h"
#include "berth/base/arena.h"

#define KEYSTORE_MAX 100
#define KEYSTORE_BUNDLE "bundle.pem"

struct keystore_entry {
	const char *name;
	struct key key;
};

/* In the order of names: the last signs. */
struct keystore {
	const char *folder;
	struct keystore_entry entries[KEYSTORE_MAX];
	size_t count;
};

/*
 * Reads all keys of the folder. A folder without keys, or none, yields no entries. Returns false, with one line in `reason`,
 * when the folder or a file cannot be read, or when a file is no key or is open to others than its owner and group.
 */
bool keystore_read(struct keystore *out, struct arena *arena, const char *folder, char *reason, size_t size);

#endif
