/* SPDX-License-Identifier: MIT */
/* Calling a scheme. */
#include "berth/auth/auth.h"

enum auth_verdict auth_ask(struct auth *auth, const struct auth_question *question, struct arena *arena,
			   struct auth_answer *out)
{
	*out = (struct auth_answer){.principal = {.user = "", .auth_type = "", .user_claim = "", .everything = !auth}};
	return auth ? auth->class->ask(auth, question, arena, out) : AUTH_ALLOWED;
}

void auth_free(struct auth *auth)
{
	if (auth)
		auth->class->free(auth);
}
