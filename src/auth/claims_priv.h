/* SPDX-License-Identifier: MIT */
/* The claims that say who somebody is and what they may do. */
#ifndef BERTH_AUTH_CLAIMS_PRIV_H
#define BERTH_AUTH_CLAIMS_PRIV_H

#include <stdbool.h>

#include "berth/auth/identity.h"
#include "berth/base/arena.h"

struct json_object;

/*
 * Reads `sub`, `auth_type`, `user`, and `access` with GitLab's `meta`; `jti` and `iat` by type only. False if one of the
 * specification's has another type than its own, or a member of a `meta` object has: a rule that cannot be read must not be
 * passed over. GitLab's claims of another shape are ignored (token.h).
 */
bool claims_read(struct identity *out, struct arena *arena, struct json_object *claims);

#endif
