/* SPDX-License-Identifier: MIT */
/* Signing in: passwords, access tokens and refresh tokens become accounts. The back-off is in issuer/backoff.h. */
#ifndef BERTH_ISSUER_LOGIN_H
#define BERTH_ISSUER_LOGIN_H

#include <stdbool.h>

#include "berth/issuer/issuer.h"
#include "berth/meta/login.h"

/*
 * Finds the account of a name and a password or an access token. E_UNAUTHORIZED if name, password or account is not good: which
 * of them, neither the answer nor its time tells. E_TOOMANYREQUESTS with Retry-After while the back-off holds, or if too many
 * passwords are being hashed.
 */
bool login_basic(const struct issuing *work, struct span name, struct span secret, struct meta_account *out);

/* Finds the account of a refresh token of this service. E_UNAUTHORIZED if the token or the account is not good. */
bool login_refresh(const struct issuing *work, struct span token, struct meta_account *out);

#endif
