/* SPDX-License-Identifier: MIT */
/* Random identifiers (RFC 9562 version 4), from the kernel's generator. */
#ifndef BERTH_BASE_UUID_H
#define BERTH_BASE_UUID_H

#include <stdbool.h>

#include "berth/base/span.h"

#define UUID_TEXT_MAX 37 /* with NUL */

/* A new identifier in lower case. */
void uuid_new(char text[static UUID_TEXT_MAX]);

/* Exactly the form that uuid_new makes: 36 characters, lower-case hex, dashes in place. */
bool uuid_valid(struct span text);

#endif
