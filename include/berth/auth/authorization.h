/* SPDX-License-Identifier: MIT */
/*
 * The Authorization header (RFC 9110 section 11.6.2): one scheme, one blank, one word. A header that came twice arrives
 * joined with a comma and a blank, and so is none of these; the first of two is never taken.
 */
#ifndef BERTH_AUTH_AUTHORIZATION_H
#define BERTH_AUTH_AUTHORIZATION_H

#include <stdbool.h>

#include "berth/base/arena.h"
#include "berth/base/secret.h"
#include "berth/base/span.h"

/* The credentials behind `scheme`, whose case does not matter; false for anything else. */
bool authorization_for(struct span *credentials, struct span header, const char *scheme);

/* The pair behind Basic (RFC 7617). False for anything else, a NUL or a missing colon. */
bool authorization_basic(const char **user, struct secret *password, struct arena *arena, struct span header);

#endif
