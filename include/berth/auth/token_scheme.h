/* SPDX-License-Identifier: MIT */
/*
 * `auth.token`: tokens of a token service (auth/token.h), with keys that follow their files.
 *
 * The files are looked at once a second. Changed ones are read again; when no usable keys come of them the old ones
 * stay and it is logged once. A token that has been judged good is remembered by its SHA-256 until it expires, or until
 * the keys change; so are the last ones that were bad whatever the time.
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
	bool autoredirect;            /* the realm is on the request's own host, */
	const char *autoredirectpath; /* at this path */
};

/* NULL, with one line in `reason`, when no usable key comes of the files. */
struct auth *token_scheme_new(const struct token_settings *settings, char *reason, size_t size);

#endif
