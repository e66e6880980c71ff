/* SPDX-License-Identifier: MIT */
/*
 * The scheme `auth.token`: tokens of a token service (auth/token.h), with keys from files that may change.
 *
 * Once a second a request looks whether the files have changed, and reads changed files again. If no usable key comes of them, the
 * old keys stay in use, and an error is logged once. A worker remembers a good token by its SHA-256 until the token expires or
 * the keys change. It remembers the last tokens that can never be good in the same way.
 */
#ifndef BERTH_AUTH_TOKEN_SCHEME_H
#define BERTH_AUTH_TOKEN_SCHEME_H

#include <stddef.h>

#include "berth/auth/auth.h"
#include "berth/auth/token.h"

struct token_settings { /* borrowed, "" for what is not set */
	const char *realm;
	const char *service;
	const char *issuer;
	const char *rootcertbundle;
	const char *jwks;
	jwa_set algorithms;
	bool autoredirect;            /* the realm is on the request's own host, not `realm` */
	const char *autoredirectpath; /* the realm's path on that host */
};

/* Makes the scheme. Returns NULL, with one line in `reason`, when no usable key comes of the files. */
struct auth *token_scheme_new(const struct token_settings *settings, char *reason, size_t size);

#endif
