/* SPDX-License-Identifier: MIT */
/* Random identifiers (RFC 9562 version 4), from the kernel's generator. */
#ifndef BERTH_BASE_UUID_H
#define BERTH_BASE_UUID_H

#include <stdbool.h>

#include "berth/base/span.h"

#define UUID_TEXT_MAX 37 /* with NUL */

/* Writes a new identifier in lower case, with a NUL. */
void uuid_new(char text[static UUID_TEXT_MAX]);

/* Returns whether `text` has the form that uuid_new writes: 36 characters, lower-case hex, dashes in place. */
bool uuid_valid(struct span text);

#endif
