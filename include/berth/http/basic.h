/* SPDX-License-Identifier: MIT */
/* Credentials of the Basic scheme (RFC 7617). */
#ifndef BERTH_HTTP_BASIC_H
#define BERTH_HTTP_BASIC_H

#include <stdbool.h>

#include "berth/base/arena.h"
#include "berth/base/secret.h"
#include "berth/base/span.h"

/*
 * Reads the value of one Authorization header: `Basic` in any case, blanks, base64 of name, colon, password. The name
 * has no colon, the password may; both are as the client wrote them and may hold any byte but NUL. False for another scheme and for anything malformed, joined repeats of the header among them.
 */
bool basic_read(struct span header, struct arena *arena, struct span *name, struct secret *password);

#endif
