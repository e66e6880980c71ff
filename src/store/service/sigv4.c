/* SPDX-License-Identifier: MIT */
/* Signature version 4: scope, text to sign, derived key. */
#include "sigv4_priv.h"

#include <string.h>

#include "berth/base/hash.h"

#define DATE_LENGTH 8 /* 20130524 */

struct sigv4_scope sigv4_scope(const struct sigv4_dialect *dialect, const char *region, const char *service, int64_t now,
			       struct arena *arena)
{
	struct sigv4_scope scope = {.dialect = dialect, .region = region, .service = service};

	(void)timetext_basic(scope.time, now);
	scope.text = arena_printf(arena, "%.*s/%s/%s/%s", DATE_LENGTH, scope.time, region, service, dialect->terminator);
	return scope;
}

const char *sigv4_text(const struct sigv4_scope *scope, struct span canonical, struct arena *arena)
{
	char digest[HASH_HEX_MAX];

	return arena_printf(arena, "%s\n%s\n%s\n%s", scope->dialect->algorithm, scope->time, scope->text,
			    hash_hex(digest, HASH_SHA256, canonical));
}

const char *sigv4_signature(const struct sigv4_scope *scope, struct secret secret, struct span canonical,
			    struct arena *arena)
{
	const struct span steps[] = {{scope->time, DATE_LENGTH},
				     span_of(scope->region),
				     span_of(scope->service),
				     span_of(scope->dialect->terminator)};
	char *first = arena_printf(arena, "%s%s", scope->dialect->key_prefix, secret_reveal(secret));
	struct span key = span_of(first);
	unsigned char keys[2][HASH_MAX];
	char *hex = arena_alloc(arena, HASH_HEX_MAX);

	/* The result of each step is the key of the next. */
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
		key = (struct span){(const char *)keys[i % 2], hash_hmac(keys[i % 2], HASH_SHA256, key, steps[i])};
	explicit_bzero(first, strlen(first));
	(void)hash_hmac_hex(hex, HASH_SHA256, key, span_of(sigv4_text(scope, canonical, arena)));
	explicit_bzero(keys, sizeof keys);
	return hex;
}
