/* SPDX-License-Identifier: MIT */
/*
 * The Authorization header (RFC 9110 section 11.6.2): one scheme, one blank, one word. Two headers arrive joined with a comma
 * and a blank, which is not of this form, so neither is used.
 */
#ifndef BERTH_AUTH_AUTHORIZATION_H
#define BERTH_AUTH_AUTHORIZATION_H

#include <stdbool.h>

#include "berth/base/arena.h"
#include "berth/base/secret.h"
#include "berth/base/span.h"

/* Finds the credentials behind `scheme`, whose case does not matter. Returns false for any other header. */
bool authorization_for(struct span *credentials, struct span header, const char *scheme);

/* Finds user and password behind Basic (RFC 7617), in `arena`. Returns false for any other header, a NUL or a missing colon. */
bool authorization_basic(const char **user, struct secret *password, struct arena *arena, struct span header);

#endif
