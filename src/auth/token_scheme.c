/* SPDX-License-Identifier: MIT */
/* Tokens of a token service. */
#include "berth/auth/token_scheme.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "berth/auth/authorization.h"
#include "berth/auth/challenge.h"
#include "berth/auth/token_cache.h"
#include "berth/auth/watched_file.h"
#include "berth/base/clock.h"
#include "berth/base/hash.h"
#include "berth/base/limits.h"
#include "berth/base/log.h"

#define REFUSED 64

struct token_scheme {
	struct auth auth;
	struct token_settings settings;
	struct token_rules rules;
	struct watched_file bundle;
	struct watched_file jwks;
	struct keyring *keyring;
	struct token_cache *cache;
	unsigned char refused[REFUSED][PRINCIPAL_FINGERPRINT]; /* tokens that were TOKEN_BAD, by their SHA-256 */
	int64_t looked;                                        /* when the files were looked at, by the monotonic clock */
};

/* ---- keys ---- */

static bool token_scheme_read(struct watched_file *file, struct arena *arena, struct span *out, char *reason, size_t size)
{
	*out = (struct span){NULL, 0};
	return !*file->path || watched_file_read(file, arena, LIMIT_KEY_FILE, out, reason, size);
}

static struct keyring *read_keys(struct token_scheme *scheme, char *reason, size_t size)
{
	struct keyring *keyring = NULL;
	struct span bundle, jwks;
	struct arena arena;
	bool first, second;

	arena_init(&arena, 4 * LIMIT_KEY_FILE);
	first = token_scheme_read(&scheme->bundle, &arena, &bundle, reason, size);
	second = token_scheme_read(&scheme->jwks, &arena, &jwks, reason,
				   size); /* also after a failure: both are marked as read */
	if (first && second)
		keyring = keyring_new(bundle, jwks, reason, size);
	arena_release(&arena);
	return keyring;
}

static bool changed(const struct watched_file *file)
{
	return *file->path && watched_file_changed(file);
}

static void follow_files(struct token_scheme *scheme)
{
	int64_t now = clock_coarse_s();
	struct keyring *keyring;
	char reason[256];

	if (now == scheme->looked)
		return;
	scheme->looked = now;
	if (!changed(&scheme->bundle) && !changed(&scheme->jwks))
		return;
	keyring = read_keys(scheme, reason, sizeof reason);
	if (!keyring) {
		log_each(LOG_LEVEL_ERROR, "auth.token: the keys have changed and cannot be used, the old ones stay: %s",
			 reason);
		return;
	}
	keyring_free(scheme->keyring);
	scheme->keyring = keyring;
	token_cache_clear(scheme->cache);
	memset(scheme->refused, 0, sizeof scheme->refused);
	log_each(LOG_LEVEL_INFO, "auth.token: the keys have changed; %zu now", keyring_count(keyring));
}

/* ---- questions ---- */

static const char *challenge(const struct token_scheme *scheme, const struct auth_question *question, struct arena *arena,
			     const char *error)
{
	const struct token_settings *settings = &scheme->settings;
	const char *realm = settings->realm;

	if (settings->autoredirect && question->origin)
		realm = arena_printf(arena, "%s%s", question->origin, settings->autoredirectpath);
	return challenge_bearer(arena, realm, settings->service, question, error);
}

/* Judges a token, or remembers how it was judged. A client that repeats a bad token costs less than one with a good token. */
static enum token_verdict token_scheme_judge(struct token_scheme *scheme, const struct auth_question *question,
					     struct span token, struct arena *arena, struct principal *out)
{
	unsigned char hash[PRINCIPAL_FINGERPRINT];
	const struct principal *known;
	enum token_verdict verdict;
	unsigned char *refused;
	int64_t expires;

	if (token.len > LIMIT_TOKEN)
		return TOKEN_BAD;
	hash_sha256(hash, token);
	known = token_cache_get(scheme->cache, hash, question->now);
	if (known) {
		*out = *known;
		return TOKEN_GOOD;
	}
	refused = scheme->refused[hash[0] % REFUSED];
	if (memcmp(refused, hash, sizeof hash) == 0)
		return TOKEN_BAD;
	verdict = token_check(out, &expires, arena, scheme->keyring, &scheme->rules, token, question->now);
	if (verdict == TOKEN_GOOD)
		token_cache_put(scheme->cache, hash, out, expires);
	else if (verdict == TOKEN_NO_MEMORY)
		arena_exhaust(arena);
	else if (verdict == TOKEN_BAD)
		memcpy(refused, hash, sizeof hash);
	return verdict;
}

static bool may_all(const struct principal *principal, const struct auth_question *question)
{
	for (size_t i = 0; i < question->needed_count; i++)
		if (!principal_allows(principal, &question->needed[i]))
			return false;
	return true;
}

static enum auth_verdict token_scheme_ask(struct auth *auth, const struct auth_question *question, struct arena *arena,
					  struct auth_answer *out)
{
	struct token_scheme *scheme = (struct token_scheme *)auth;
	enum token_verdict verdict;
	struct span token;

	follow_files(scheme);
	if (!authorization_for(&token, question->authorization, "Bearer")) {
		out->challenge = challenge(scheme, question, arena, NULL);
		return AUTH_REFUSED;
	}
	verdict = token_scheme_judge(scheme, question, token, arena, &out->principal);
	if (verdict == TOKEN_BAD || verdict == TOKEN_UNTIMELY) {
		out->challenge = challenge(scheme, question, arena, "invalid_token");
		return AUTH_REFUSED;
	}
	if (verdict == TOKEN_EXPIRED) {
		out->challenge = challenge(scheme, question, arena, "invalid_token");
		return may_all(&out->principal, question) ? AUTH_LAPSED : AUTH_REFUSED;
	}
	if (may_all(&out->principal, question))
		return AUTH_ALLOWED;
	out->challenge = challenge(scheme, question, arena, "insufficient_scope");
	return AUTH_REFUSED;
}

static void token_scheme_release(struct auth *auth)
{
	struct token_scheme *scheme = (struct token_scheme *)auth;

	keyring_free(scheme->keyring);
	token_cache_free(scheme->cache);
	free(scheme);
}

struct auth *token_scheme_new(const struct token_settings *settings, char *reason, size_t size)
{
	static const struct auth_class class = {"token", token_scheme_ask, token_scheme_release};
	struct token_scheme *scheme = calloc(1, sizeof *scheme);

	(void)snprintf(reason, size, "out of memory");
	if (!scheme)
		return NULL;
	scheme->auth.class = &class;
	scheme->settings = *settings;
	scheme->rules = (struct token_rules){settings->issuer, settings->service, settings->algorithms};
	scheme->bundle.path = settings->rootcertbundle;
	scheme->jwks.path = settings->jwks;
	scheme->keyring = read_keys(scheme, reason, size);
	scheme->cache = token_cache_new();
	if (scheme->keyring && scheme->cache)
		return &scheme->auth;
	token_scheme_release(&scheme->auth);
	return NULL;
}
