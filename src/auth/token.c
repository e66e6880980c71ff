/* SPDX-License-Identifier: MIT */
/* Judging tokens. The claims are checked first, because they cost less than a signature. */
#include "berth/auth/token.h"

#include <errno.h>
#include <string.h>

#include "berth/auth/jwk.h"
#include "berth/auth/jws.h"
#include "berth/base/hash.h"
#include "berth/base/limits.h"
#include "claims_priv.h"
#include "json_priv.h"

static bool is_text(const struct json *value, const char *text)
{
	return json_is(value, JSON_STRING) && span_is(json_as_span(value), text);
}

/* Returns whether the audience has the service. A list with an element of another type is no audience. */
static bool is_for(const struct json *audience, const char *service)
{
	bool found = false;

	if (!json_is(audience, JSON_ARRAY))
		return is_text(audience, service);
	for (const struct json *item = json_first(audience); item; item = item->next) {
		if (!json_is(item, JSON_STRING))
			return false;
		found = found || is_text(item, service);
	}
	return found;
}

/* Reads an integer claim. A float is refused, even 1.0. null counts as absent, as in Go. */
static bool time_claim(int64_t *out, const struct json *claims, const char *name, int64_t fallback)
{
	const struct json *value = json_get(claims, name);

	*out = json_get_integer(claims, name, fallback);
	return !value || json_is(value, JSON_INTEGER);
}

static enum token_verdict check_times(int64_t *expires, const struct json *claims, int64_t now)
{
	int64_t exp, nbf;

	if (!time_claim(&exp, claims, "exp", 0) || !time_claim(&nbf, claims, "nbf", 0))
		return TOKEN_BAD;
	if (nbf > now + TOKEN_LEEWAY)
		return TOKEN_UNTIMELY;
	*expires = exp > INT64_MAX - TOKEN_LEEWAY ? INT64_MAX : exp + TOKEN_LEEWAY;
	if (now < *expires)
		return TOKEN_GOOD;
	return *expires > now - TOKEN_GRACE ? TOKEN_EXPIRED : TOKEN_UNTIMELY;
}

/* Returns the key of the keyring that the header's `jwk` points to; NULL if there is none or the `jwk` is malformed. */
static const struct key *key_of_jwk(const struct jws *jws, const struct keyring *keyring, struct arena *arena)
{
	struct span chain[JWS_CHAIN_MAX], kid;
	struct key *key = arena_alloc(arena, sizeof *key);
	const char *why;
	size_t count;

	if (!json_chain(chain, &count, JWS_CHAIN_MAX, arena, jws->jwk))
		return NULL;
	if (count > 0)
		return keyring_chain(keyring, chain, count, arena, key) ? key : NULL;
	if (json_member_text(&kid, jws->jwk, "kid") == JSON_TEXT_FOUND && keyring_find(keyring, kid))
		return keyring_find(keyring, kid);
	return jwk_read(key, arena, jws->jwk, &why) ? keyring_find(keyring, span_of(key->libtrust)) : NULL;
}

static const struct key *key_of(const struct jws *jws, const struct keyring *keyring, struct arena *arena)
{
	if (jws->chain_count > 0) {
		struct key *key = arena_alloc(arena, sizeof *key);

		return keyring_chain(keyring, jws->chain, jws->chain_count, arena, key) ? key : NULL;
	}
	return jws->jwk ? key_of_jwk(jws, keyring, arena) : keyring_find(keyring, jws->kid);
}

static enum token_verdict token_judge(struct principal *out, int64_t *expires, struct arena *arena,
				      const struct keyring *keyring, const struct token_rules *rules, struct span text,
				      int64_t now)
{
	enum token_verdict verdict;
	const struct key *key;
	struct jws jws;

	*expires = 0;
	if (!jws_read(&jws, arena, text) || !jwa_has(rules->algorithms, jws.algorithm))
		return TOKEN_BAD;
	if (!is_text(json_get(jws.claims, "iss"), rules->issuer) || !is_for(json_get(jws.claims, "aud"), rules->service))
		return TOKEN_BAD;
	verdict = check_times(expires, jws.claims, now);
	if (verdict == TOKEN_BAD || verdict == TOKEN_UNTIMELY)
		return verdict;
	if (!claims_read(out, arena, jws.claims))
		return TOKEN_BAD;
	key = key_of(&jws, keyring, arena);
	if (!key || !jws_verify(&jws, key))
		return TOKEN_BAD;
	out->has_fingerprint = true;
	hash_sha256(out->fingerprint, text);
	return verdict;
}

enum token_verdict token_check(struct principal *out, int64_t *expires, struct arena *arena, const struct keyring *keyring,
			       const struct token_rules *rules, struct span text, int64_t now)
{
	enum token_verdict verdict;

	errno = 0; /* OpenSSL and libjwt do not tell a bad signature from a lack of memory in another way */
	verdict = token_judge(out, expires, arena, keyring, rules, text, now);
	return verdict == TOKEN_BAD && errno == ENOMEM ? TOKEN_NO_MEMORY : verdict;
}
