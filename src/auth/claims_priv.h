/* SPDX-License-Identifier: MIT */
/* The claims that name the caller and grant access. */
#ifndef BERTH_AUTH_CLAIMS_PRIV_H
#define BERTH_AUTH_CLAIMS_PRIV_H

#include <stdbool.h>

#include "berth/auth/principal.h"
#include "berth/base/arena.h"

struct json;

/*
 * Reads `sub`, `auth_type`, `user`, and `access` with GitLab's `meta`, into `arena`. Checks the types of `jti` and `iat`. Returns
 * false if a claim of the specification, or a member of a `meta` object, has a wrong type: a rule that cannot be read must not be
 * ignored. `auth_type`, `user` and `meta` of other types are ignored (token.h).
 */
bool claims_read(struct principal *out, struct arena *arena, const struct json *claims);

#endif
