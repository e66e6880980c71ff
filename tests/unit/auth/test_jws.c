/* SPDX-License-Identifier: MIT */
#include "berth/auth/jws.h"
#include "berth/auth/jws_sign.h"

#include <string.h>

#include "berth/auth/jwk.h"
#include "berth/base/base64.h"
#include "berth/base/limits.h"
#include "../../lib/table.h"
#include "../../lib/test.h"
#include "lab.h"

#define SECRET_JWK                                                                                                       \
	"{\"kty\":\"oct\",\"kid\":\"s\",\"alg\":\"%s\",\"k\":\"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aK" \
	"tMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow\"}"

static struct arena arena;
static struct jws jws;

static struct key secret_key(const char *alg)
{
	const char *why = "";
	struct key key;

	ck_assert_msg(jwk_parse(&key, &arena, span_of(arena_printf(&arena, SECRET_JWK, alg)), &why), "%s", why);
	return key;
}

/* RFC 7515, appendix A.1. */
START_TEST(the_example_of_the_rfc_verifies)
{
	static const char token[] =
		"eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQo"
		"gImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFO"
		"EjXk";
	struct key key;

	arena_init(&arena, (size_t)4 << 20);
	key = secret_key("HS256");
	ck_assert(jws_read(&jws, &arena, SPAN_LIT(token)));
	ck_assert_int_eq(jws.algorithm, JWA_HS256);
	ck_assert(jws_verify(&jws, &key));
	key = secret_key("HS512");
	ck_assert(!jws_verify(&jws, &key));
	arena_release(&arena);
}
END_TEST

static void signs_and_verifies(const struct key *key, const struct key *known, const struct key *stranger)
{
	for (enum jwa i = 0; i < JWA_COUNT; i++) {
		const char *token = jws_sign(&arena, key, i, "k", SPAN_LIT("{\"a\":1}"));
		char *changed;

		ck_assert_msg((token != NULL) == jwa_has(key->algorithms, i), "%s", jwa_name(i));
		if (!token)
			continue;
		ck_assert_msg(jws_read(&jws, &arena, span_of(token)), "%s", token);
		ck_assert(jws.algorithm == i && span_is(jws.kid, "k") && span_is(jws.payload, "{\"a\":1}"));
		ck_assert_msg(jws_verify(&jws, known), "%s", jwa_name(i));
		ck_assert(!jws_verify(&jws, stranger));
		changed = arena_strdup(&arena, token);
		changed[strlen(token) - 20] = token[strlen(token) - 20] == 'A' ? 'B' : 'A';
		ck_assert(jws_read(&jws, &arena, span_of(changed)) && !jws_verify(&jws, known));
	}
}

START_TEST(what_each_kind_of_key_signs_only_that_key_verifies)
{
	static const char *const kinds[] = {"RSA", "P-256", "P-384", "P-521", "ED25519"};

	arena_init(&arena, (size_t)32 << 20);
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		struct key key = lab_key(&arena, kinds[i]), stranger = lab_key(&arena, kinds[i]);
		struct key known = lab_public(&arena, &key);

		signs_and_verifies(&key, &known, &stranger);
	}
	for (enum jwa i = JWA_HS256; i <= JWA_HS512; i++) {
		struct key key = secret_key(jwa_name(i)), stranger = key;

		stranger.secret.len--;
		signs_and_verifies(&key, &key, &stranger);
	}
	arena_release(&arena);
}
END_TEST

/* What libjwt alone would take: the HMAC keyed with the public key's PEM text, and with nothing. */
START_TEST(a_public_key_is_no_secret)
{
	struct key key, forged, empty;
	const char *token;

	arena_init(&arena, (size_t)4 << 20);
	key = lab_key(&arena, "RSA");
	forged = secret_key("HS256");
	forged.secret = span_of(key.pem);
	token = jws_sign(&arena, &forged, JWA_HS256, NULL, SPAN_LIT("{}"));
	ck_assert(jws_read(&jws, &arena, span_of(token)) && jws_verify(&jws, &forged));
	ck_assert(!jws_verify(&jws, &key));
	empty = forged;
	empty.secret = (struct span){"", 0};
	ck_assert(!jws_verify(&jws, &empty));
	token = jws_sign(&arena, &empty, JWA_HS256, NULL, SPAN_LIT("{}"));
	if (token) /* OpenSSL may not make it */
		ck_assert(jws_read(&jws, &arena, span_of(token)) && !jws_verify(&jws, &empty));
	arena_release(&arena);
}
END_TEST

START_TEST(the_curve_decides_the_algorithm)
{
	struct key narrow, wide;
	const char *token;

	arena_init(&arena, (size_t)4 << 20);
	narrow = lab_key(&arena, "P-256");
	wide = lab_key(&arena, "P-384");
	wide.algorithms = JWA_BIT(JWA_ES256);
	token = jws_sign(&arena, &wide, JWA_ES256, NULL, SPAN_LIT("{}"));
	wide.algorithms = JWA_BIT(JWA_ES384);
	ck_assert(jws_read(&jws, &arena, span_of(token)));
	ck_assert(!jws_verify(&jws, &wide) && !jws_verify(&jws, &narrow));
	arena_release(&arena);
}
END_TEST

static const char *token_of(struct span header, struct span payload, const char *signature)
{
	return arena_printf(&arena, "%s.%s.%s", base64url_encode(&arena, header.ptr, header.len),
			    base64url_encode(&arena, payload.ptr, payload.len), signature);
}

START_TEST(the_table_of_headers_holds)
{
	arena_init(&arena, (size_t)8 << 20);
	TABLE_EACH("jws_headers", 2, cells)
	{
		bool ok = jws_read(&jws, &arena, span_of(token_of(cells[0], SPAN_LIT("{}"), "QUJD")));

		table_expect(&table, ok ? "ok" : "no", cells[1]);
	}
	arena_release(&arena);
}
END_TEST

START_TEST(only_three_parts_of_base64url_are_a_token)
{
	static const char *const texts[] = {
		"",
		".",
		"..",
		"...",
		"a.b",
		"eyJhbGciOiJSUzI1NiJ9..QUJD",
		"eyJhbGciOiJSUzI1NiJ9.e30",
		"eyJhbGciOiJSUzI1NiJ9.e30.QUJD.",
		"eyJhbGciOiJSUzI1NiJ9.e30.QUJD=",
		"eyJhbGciOiJSUzI1NiJ9.e30.QUJ",
		" eyJhbGciOiJSUzI1NiJ9.e30.QUJD",
		"eyJhbGciOiJSUzI1NiJ9.e30=.QUJD",
		"eyJhbGciOiJSUzI1NiJ9.W10.QUJD",
	};

	arena_init(&arena, (size_t)8 << 20);
	ck_assert(jws_read(&jws, &arena, SPAN_LIT("eyJhbGciOiJSUzI1NiJ9.e30.QUJD")));
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		ck_assert_msg(!jws_read(&jws, &arena, span_of(texts[i])), "%s", texts[i]);
	arena_release(&arena);
}
END_TEST

START_TEST(a_token_of_more_than_its_limit_is_refused_unread)
{
	static char text[LIMIT_TOKEN + 2];

	arena_init(&arena, (size_t)1 << 20);
	memset(text, 'A', LIMIT_TOKEN + 1);
	memcpy(text, "eyJhbGciOiJSUzI1NiJ9.e30.", 25);
	ck_assert(!jws_read(&jws, &arena, span_of(text)));
	ck_assert(jws_read(&jws, &arena, (struct span){text, LIMIT_TOKEN - 3}));
	arena_release(&arena);
}
END_TEST

TEST_FILE(jws, the_example_of_the_rfc_verifies, what_each_kind_of_key_signs_only_that_key_verifies,
	  a_public_key_is_no_secret, the_curve_decides_the_algorithm, the_table_of_headers_holds,
	  only_three_parts_of_base64url_are_a_token, a_token_of_more_than_its_limit_is_refused_unread)
