/* SPDX-License-Identifier: MIT */
/* Reading keys from their folder. */
#include "berth/issuer/keystore.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keystore_file_priv.h"

static bool is_closed(const char *path, char *reason, size_t size)
{
	struct stat info;

	if (stat(path, &info) != 0)
		return keystore_fail(reason, size, path);
	if (!(info.st_mode & (S_IWGRP | S_IRWXO)))
		return true;
	(void)snprintf(reason, size, "%s: mode %04o lets others at the key; chmod 0640", path, info.st_mode & 07777);
	return false;
}

static bool keystore_read_one(struct keystore_entry *out, struct arena *arena, const char *folder, const char *name,
			      char *reason, size_t size)
{
	const char *path = arena_printf(arena, "%s/%s.key", folder, name), *why = "";
	struct span pem;

	out->name = name;
	if (!is_closed(path, reason, size) || !keystore_load(&pem, arena, path, reason, size))
		return false;
	if (!key_from_pem(&out->key, arena, pem, KEY_PRIVATE, &why)) {
		(void)snprintf(reason, size, "%s: %s", path, why);
		return false;
	}
	explicit_bzero((char *)(uintptr_t)pem.ptr, pem.len);
	return true;
}

bool keystore_read(struct keystore *out, struct arena *arena, const char *folder, char *reason, size_t size)
{
	const char **names = arena_array(arena, KEYSTORE_MAX, sizeof *names);

	out->folder = folder;
	out->count = 0;
	if (access(folder, F_OK) != 0 && errno == ENOENT)
		return true;
	if (!keystore_names(names, KEYSTORE_MAX, &out->count, arena, folder, ".key", reason, size))
		return false;
	for (size_t i = 0; i < out->count; i++)
		if (!keystore_read_one(&out->entries[i], arena, folder, names[i], reason, size))
			return false;
	return true;
}
