/* SPDX-License-Identifier: MIT */
/* The password file of a registry that has none yet, as distribution makes it. */
#ifndef BERTH_AUTH_HTPASSWD_CREATE_H
#define BERTH_AUTH_HTPASSWD_CREATE_H

#include <stdbool.h>
#include <stddef.h>

#include "berth/base/arena.h"

/*
 * Makes the file (mode 0600) and its missing folders (0700), with the one user `docker` and a random password. *password
 * becomes that password, in `arena`. A file that exists stays as it is, and *password becomes NULL. Returns false, with the
 * path and errno's text in `reason`, when the file can be neither found nor made.
 */
bool htpasswd_create(const char *path, struct arena *arena, const char **password, char *reason, size_t size);

#endif
