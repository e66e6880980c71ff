/* SPDX-License-Identifier: MIT */
/* The claims that say who somebody is and what they may do. */
#ifndef BERTH_AUTH_CLAIMS_PRIV_H
#define BERTH_AUTH_CLAIMS_PRIV_H

#include <stdbool.h>

#include "berth/auth/identity.h"
#include "berth/base/arena.h"

struct json_object;

/*
 * `sub`, `auth_type`, `user`, `access` with GitLab's `meta`; `jti` and `iat` by type only. False when one of them has
 * another type than its own: a rule that cannot be read must not be passed over.
 */
bool claims_read(struct identity *out, struct arena *arena, struct json_object *claims);

#endif
