/* SPDX-License-Identifier: MIT */
/*
 * Storage middlewares (`middleware.storage` of the configuration): they change where a client is sent for a blob's bytes,
 * and nothing else. The last one of the list is asked first; one that does not decide asks the one before it, and the
 * first one the driver, as in distribution.
 *
 *     redirect     to the base URL, with its path in front of the blob's (distribution v3; 2.x drops it)
 *     cloudfront   to the distribution's base URL, with a canned policy signed by the key pair
 *     rewrite      changes scheme, host and beginning of the path of what the one before it says
 *
 * What the web server fetches itself (store_asker.web_server) is none of theirs.
 */
#ifndef BERTH_STORE_MIDDLEWARE_H
#define BERTH_STORE_MIDDLEWARE_H

#include "berth/store/aws_ranges.h"
#include "berth/store/store.h"

enum store_middleware_kind { STORE_MIDDLEWARE_REDIRECT, STORE_MIDDLEWARE_CLOUDFRONT, STORE_MIDDLEWARE_REWRITE };

/* Texts may be "" where the kind does not use them. They are copied. */
struct store_middleware_settings {
	enum store_middleware_kind kind;

	/* redirect and cloudfront: scheme://host[:port][/path], a slash at its end or not */
	const char *base_url;

	/* cloudfront */
	const char *key_prefix;  /* of the bucket's keys: "" or "some/folder/" */
	const char *private_key; /* path of a PEM file: RSA, PKCS #1 or #8, without a password */
	const char *key_pair_id;
	unsigned seconds;                /* life of a URL */
	const struct aws_ranges *ranges; /* clients from here go to the bucket itself; NULL: none do */

	/* rewrite: "" leaves the part as it is */
	const char *scheme;
	const char *host;
	const char *trim_path_prefix;
};

/*
 * The store on top of `inner`, which it owns from here on, also when it fails. Without settings it is `inner` itself. NULL
 * with one line in `reason`: a key that cannot be read.
 */
struct store *store_middleware_open(struct store *inner, const struct store_middleware_settings *list, size_t count,
				    char *reason, size_t size);

#endif
