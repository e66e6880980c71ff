/* SPDX-License-Identifier: MIT */
/* Who is it? Passwords, access tokens and refresh tokens become accounts. The back-off is in issuer/issuer.h. */
#ifndef BERTH_ISSUER_LOGIN_H
#define BERTH_ISSUER_LOGIN_H

#include <stdbool.h>

#include "berth/issuer/issuer.h"
#include "berth/meta/login.h"

/*
 * A name with a password or an access token. E_UNAUTHORIZED, the same and in the same time whether the name, the
 * password or the account is not good; E_TOOMANYREQUESTS with Retry-After while the caller has to wait, or when too
 * many passwords are being hashed already.
 */
bool login_basic(const struct issuing *work, struct span name, struct span secret, struct meta_account *out);

/* A refresh token of this service. E_UNAUTHORIZED. */
bool login_refresh(const struct issuing *work, struct span token, struct meta_account *out);

#endif
