/* SPDX-License-Identifier: MIT */
/*
 * From an account and the scopes that it asks for to a signed token: what it may not have is left out and noted, never
 * an error.
 */
#ifndef BERTH_ISSUER_ISSUE_H
#define BERTH_ISSUER_ISSUE_H

#include <stdbool.h>
#include <time.h>

#include "berth/issuer/issuer.h"
#include "berth/issuer/scope.h"
#include "berth/meta/login.h"

struct issue_request {
	const struct meta_account *account; /* not found: nobody */
	struct scope_list scopes;           /* becomes what was granted */
	bool refresh;                       /* a refresh token is asked for; nobody gets none */
};

struct issued {
	const char *token;
	time_t issued_at;
	int64_t expires_in;
	const char *refresh; /* NULL: none */
};

/*
 * *enabled false: the registry is switched off for the whole site, and nothing was issued. E_SCOPE_INVALID when the token
 * would be larger than LIMIT_TOKEN.
 */
bool issue(const struct issuing *work, struct issue_request *request, bool *enabled, struct issued *out);

#endif
