/* SPDX-License-Identifier: MIT */
/* Signing in. */
#ifndef BERTH_STORE_SWIFT_TOKEN_PRIV_H
#define BERTH_STORE_SWIFT_TOKEN_PRIV_H

#include "swift_request_priv.h"

/* Signs in, which gives a token and the URL of the storage; the owner is the struct swift. */
credential_fetch_fn swift_sign_in;

#endif
