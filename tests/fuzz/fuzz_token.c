/* SPDX-License-Identifier: MIT */
/*
 * Tokens: the input as it is, and its first two lines as header and claims under a real signature, so that the fuzzer gets
 * behind it. Without our key nothing is ever good.
 */
#include "fuzz.h"

#include "berth/auth/jwk.h"
#include "berth/auth/jws.h"
#include "berth/auth/jws_sign.h"
#include "berth/auth/tag_rules.h"
#include "berth/auth/token.h"
#include "berth/base/base64.h"

#define NOW 1000000
#define SECRET "0123456789abcdef0123456789abcdef"
#define OURS \
	"{\"keys\":[{\"kty\":\"oct\",\"kid\":\"k\",\"alg\":\"HS256\",\"k\":\"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY\"}]}"
#define STRANGERS \
	"{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"k\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwaaPJHURoA\"}]}"

static const struct token_rules rules = {"issuer", "service", JWA_ALL};

static struct keyring *ring_of(const char *set)
{
	char reason[200];
	struct keyring *ring = keyring_new((struct span){NULL, 0}, span_of(set), reason, sizeof reason);

	CLAIM(ring != NULL);
	return ring;
}

static const char *signed_by_us(struct arena *arena, struct span header, struct span claims)
{
	const char *text = arena_printf(arena, "%s.%s", base64url_encode(arena, header.ptr, header.len),
					base64url_encode(arena, claims.ptr, claims.len));
	struct key key = {.secret = SPAN_LIT(SECRET), .algorithms = JWA_BIT(JWA_HS256), .can_sign = true};

	return jws_sign_text(arena, &key, JWA_HS256, text);
}

static void check_principal(struct arena *arena, const struct principal *principal)
{
	struct access access = {"repository", SPAN_LIT("a"), "pull"};
	struct principal copy;
	struct tag_rules rules_of;
	struct error error;

	CLAIM(!principal->everything && principal->grant_count <= LIMIT_TOKEN_ACCESS);
	principal_copy(&copy, arena, principal);
	CLAIM(principal_allows(&copy, &access) == principal_allows(principal, &access));
	error_init(&error, arena);
	if (tag_rules_of(&rules_of, arena, principal, SPAN_LIT("a"), TAG_PUSHED, &error))
		(void)(tag_rules_deny(&rules_of, SPAN_LIT("latest")) + tag_rules_freeze(&rules_of, SPAN_LIT("v1.0")));
	else
		CLAIM(error_is_set(&error));
}

static void judge(struct arena *arena, struct span text)
{
	static struct keyring *ours, *strangers;
	struct principal principal;
	enum token_verdict verdict;
	int64_t expires;

	if (!ours) {
		ours = ring_of(OURS);
		strangers = ring_of(STRANGERS);
	}
	verdict = token_check(&principal, &expires, arena, strangers, &rules, text, NOW);
	CLAIM(verdict == TOKEN_BAD || verdict == TOKEN_UNTIMELY);
	verdict = token_check(&principal, &expires, arena, ours, &rules, text, NOW);
	if (verdict == TOKEN_BAD || verdict == TOKEN_UNTIMELY)
		return;
	CLAIM((verdict == TOKEN_GOOD) == (expires > NOW));
	check_principal(arena, &principal);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span rest = fuzz_span(data, size), header = fuzz_line(&rest);
	struct arena arena;
	const struct key *keys;
	size_t count, skipped;
	const char *why;

	arena_init(&arena, LIMIT_REQUEST_MEMORY);
	judge(&arena, fuzz_span(data, size));
	judge(&arena, span_of(signed_by_us(&arena, header, rest)));
	if (!jwk_parse_set(&keys, &count, &skipped, &arena, header, &why))
		CLAIM(why && *why);
	arena_release(&arena);
	return 0;
}
