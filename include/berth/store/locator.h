/* SPDX-License-Identifier: MIT */
/*
 * Locators decide where a client is sent for a blob's bytes. They are the storage middlewares of the configuration
 * (`middleware.storage`), in a chain in front of the store, as in distribution: the last one of the list is asked first. A locator
 * that does not decide asks the one before it in the list, and the first one of the list asks the store.
 *
 *     redirect     the base URL, with its path in front of the blob's (distribution v3; 2.x drops the path)
 *     cloudfront   the base URL of a CloudFront distribution, with a canned policy signed by the key pair
 *     rewrite      the URL of the next one that is asked, with another scheme, host or beginning of the path
 */
#ifndef BERTH_STORE_LOCATOR_H
#define BERTH_STORE_LOCATOR_H

#include <stdbool.h>
#include <stddef.h>

#include "berth/store/aws_ranges.h"
#include "berth/store/store.h"

struct locators;

enum locator_kind { LOCATOR_REDIRECT, LOCATOR_CLOUDFRONT, LOCATOR_REWRITE };

/* Texts may be "" where the kind does not use them. */
struct locator_settings {
	enum locator_kind kind;

	/* redirect and cloudfront: scheme://host[:port][/path], with a slash at its end or without */
	const char *base_url;

	/* cloudfront */
	const char *key_prefix;  /* of the bucket's keys: "" or "some/folder/" */
	const char *private_key; /* path of a PEM file: RSA, PKCS #1 or #8, without a password */
	const char *key_pair_id; /* CloudFront's name of the public key */
	unsigned seconds;        /* how long a URL is valid */
	const struct aws_ranges
		*ranges; /* clients with an address in here are sent to the bucket itself; NULL: no client is */

	/* rewrite: "" leaves the part as it is */
	const char *scheme;
	const char *host;
	const char *trim_path_prefix;
};

/*
 * Makes the chain of `count` locators. The texts are copied; `ranges` must live as long as the chain. The caller closes the
 * chain. Returns NULL, with one line in `reason`, when a private key cannot be read or memory is out.
 */
struct locators *locators_open(const struct locator_settings *list, size_t count, char *reason, size_t size);

/*
 * Tells where `client` finds the bytes of a blob that exists. Without locators (NULL, or an empty chain), and for our own web
 * server (client->web_server), the store decides. What *out points to is in `arena`. Fails like store_locate, and with
 * E_UNAVAILABLE when a URL cannot be signed.
 */
bool locators_find(const struct locators *locators, struct store *store, const struct digest *digest,
		   const struct store_client *client, struct store_location *out, struct arena *arena, struct error *error);

/* Releases the chain; NULL is fine. */
void locators_close(struct locators *locators);

#endif
