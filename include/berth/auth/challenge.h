/* SPDX-License-Identifier: MIT */
/*
 * The value of WWW-Authenticate, byte for byte as distribution writes it. Only the order of scopes differs: random there, the
 * order of the question here. All texts are in `arena`.
 */
#ifndef BERTH_AUTH_CHALLENGE_H
#define BERTH_AUTH_CHALLENGE_H

#include "berth/auth/auth.h"
#include "berth/base/arena.h"

/* Returns Basic realm="R". */
const char *challenge_basic(struct arena *arena, const char *realm);

/*
 * Returns Bearer realm="R",service="S"[,scope="type:name:a,b type:name:c"][,error="E"]. The scopes are those that the question
 * needs and wishes. `error`: NULL for none.
 */
const char *challenge_bearer(struct arena *arena, const char *realm, const char *service,
			     const struct auth_question *question, const char *error);

/* Returns the same without an error and with one scope for each action, as distribution's `silly` does. */
const char *challenge_silly(struct arena *arena, const char *realm, const char *service,
			    const struct auth_question *question);

#endif
