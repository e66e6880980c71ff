/* SPDX-License-Identifier: MIT */
/*
 * WWW-Authenticate, byte for byte as distribution writes it, but for the order of scopes, which there is random: ours
 * are in the order of the question.
 */
#ifndef BERTH_AUTH_CHALLENGE_H
#define BERTH_AUTH_CHALLENGE_H

#include "berth/auth/auth.h"
#include "berth/base/arena.h"

/* Basic realm="R" */
const char *challenge_basic(struct arena *arena, const char *realm);

/*
 * Bearer realm="R",service="S"[,scope="type:name:a,b type:name:c"][,error="E"] over what is needed and wished. `error`
 * is NULL for none.
 */
const char *challenge_bearer(struct arena *arena, const char *realm, const char *service,
			     const struct auth_question *question, const char *error);

/* The same with one scope for each action, as distribution's `silly` has it. */
const char *challenge_silly(struct arena *arena, const char *realm, const char *service,
			    const struct auth_question *question);

#endif
