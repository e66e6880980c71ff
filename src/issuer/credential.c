/* SPDX-License-Identifier: MIT */
/* Making and recognising random tokens; account names. */
#include "berth/issuer/credential.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "berth/base/base64.h"
#include "berth/base/digest.h"
#include "berth/base/log.h"
#include "berth/base/secret.h"

#define TEXT_LENGTH 43 /* base64url of CREDENTIAL_BYTES */
#define NAME_MAX_BYTES 100

static const char *const prefixes[] = {[CREDENTIAL_ACCESS] = "berth_pat_", [CREDENTIAL_REFRESH] = "berth_ref_"};

const char *credential_new(struct arena *arena, enum credential kind)
{
	unsigned char bytes[CREDENTIAL_BYTES];
	char text[sizeof "berth_pat_" + TEXT_LENGTH];
	char *encoded;
	struct secret kept;

	if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes) {
		log_error("getrandom: %m");
		abort();
	}
	encoded = base64url_encode(arena, bytes, sizeof bytes);
	(void)snprintf(text, sizeof text, "%s%s", prefixes[kind], encoded);
	kept = secret_new(arena, text);
	explicit_bzero(encoded, strlen(encoded));
	explicit_bzero(bytes, sizeof bytes);
	explicit_bzero(text, sizeof text);
	return secret_reveal(kept);
}

bool credential_is(struct span text, enum credential kind)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

	if (!span_starts(text, prefixes[kind]))
		return false;
	text = span_after(text, strlen(prefixes[kind]));
	for (size_t i = 0; i < text.len; i++)
		if (!memchr(alphabet, text.ptr[i], sizeof alphabet - 1))
			return false;
	return text.len == TEXT_LENGTH;
}

struct span credential_hash(struct arena *arena, struct span text)
{
	struct digest digest;

	digest_of(&digest, DIGEST_SHA256, text.ptr, text.len);
	return (struct span){arena_memdup(arena, digest.bytes, CREDENTIAL_HASH), CREDENTIAL_HASH};
}

static bool is_alphanumeric(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool account_name_valid(struct span name)
{
	if (name.len == 0 || name.len > NAME_MAX_BYTES || !is_alphanumeric(name.ptr[0]) ||
	    !is_alphanumeric(name.ptr[name.len - 1]))
		return false;
	for (size_t i = 0; i < name.len; i++)
		if (!is_alphanumeric(name.ptr[i]) && !memchr("._@+-", name.ptr[i], 5))
			return false;
	return true;
}
