/* SPDX-License-Identifier: MIT */
/* Every Authorization header is accepted. */
#include "berth/auth/silly.h"

#include <stdlib.h>

#include "berth/auth/challenge.h"

struct silly {
	struct auth auth;
	const char *realm;
	const char *service;
};

static enum auth_verdict silly_ask(struct auth *auth, const struct auth_question *question, struct arena *arena,
				   struct auth_answer *out)
{
	const struct silly *silly = (const struct silly *)auth;

	if (question->authorization.len == 0) {
		out->challenge = challenge_silly(arena, silly->realm, silly->service, question);
		return AUTH_REFUSED;
	}
	out->principal.user = "silly";
	out->principal.everything = true;
	return AUTH_ALLOWED;
}

static void silly_release(struct auth *auth)
{
	free(auth);
}

struct auth *silly_new(const char *realm, const char *service)
{
	static const struct auth_class class = {"silly", silly_ask, silly_release};
	struct silly *silly = calloc(1, sizeof *silly);

	if (!silly)
		return NULL;
	*silly = (struct silly){{&class}, realm, service};
	return &silly->auth;
}
