/* SPDX-License-Identifier: MIT */
/*
 * Issues a signed token for the scopes that an account asks for. Scopes that the account may not have are left out and noted in
 * the audit; they are no error.
 */
#ifndef BERTH_ISSUER_ISSUE_H
#define BERTH_ISSUER_ISSUE_H

#include <stdbool.h>
#include <time.h>

#include "berth/issuer/issuer.h"
#include "berth/issuer/scope.h"
#include "berth/meta/login.h"

struct issue_request {
	const struct meta_account *account; /* ->found false: the caller has not signed in */
	struct scope_list scopes;           /* asked for; afterwards those that were granted */
	bool refresh;                       /* a refresh token is asked for, too; only an account gets one */
};

struct issued {
	const char *token;
	time_t issued_at;
	int64_t expires_in;
	const char *refresh; /* NULL: none */
};

/*
 * Issues a token, and a refresh token if one is asked for. *enabled becomes false, and nothing is issued, if the registry is
 * switched off for the whole site. E_SCOPE_INVALID if the token would be larger than LIMIT_TOKEN; E_UNAUTHORIZED if the account
 * has been removed or has got another password meanwhile.
 */
bool issue(const struct issuing *work, struct issue_request *request, bool *enabled, struct issued *out);

#endif
