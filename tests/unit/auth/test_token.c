/* SPDX-License-Identifier: MIT */
#include "berth/auth/token.h"

#include <string.h>

#include <json_object.h>
#include <json_tokener.h>
#include <linkhash.h>

#include "berth/auth/jws.h"
#include "berth/auth/jws_sign.h"
#include "berth/base/base64.h"
#include "berth/base/limits.h"
#include "berth/base/strbuf.h"
#include "../../lib/table.h"
#include "../../lib/test.h"
#include "lab.h"

#define NOW 1000000
#define GOOD "{\"iss\":\"issuer\",\"aud\":\"service\",\"sub\":\"somebody\",\"exp\":1000300,\"nbf\":999995,\"iat\":1000000}"

static struct arena arena;
static struct keyring *ring;
static struct key signer;
static const struct token_rules rules = {"issuer", "service", JWA_ALL};

static void begin(const char *kind)
{
	struct lab_certificate wanted = {"a", "a", &signer, &signer, true, -1, 30, NULL};
	char reason[200];

	arena_init(&arena, (size_t)32 << 20);
	signer = lab_key(&arena, kind);
	ring = keyring_new(span_of(lab_certificate_pem(&arena, lab_certificate(&arena, &wanted))), (struct span){NULL, 0},
			   reason, sizeof reason);
	ck_assert_msg(ring != NULL, "%s", reason);
}

static void end(void)
{
	keyring_free(ring);
	arena_release(&arena);
}

static enum token_verdict judge_text(const char *text, struct principal *out)
{
	int64_t expires;

	return token_check(out, &expires, &arena, ring, &rules, span_of(text), NOW);
}

static const char *verdict_of(const char *claims)
{
	static const char *const words[] = {"good", "expired", "untimely", "bad"};
	struct principal out;

	return words[judge_text(jws_sign(&arena, &signer, key_default_algorithm(&signer), signer.libtrust, span_of(claims)),
				&out)];
}

/* The good claims with the change's members in place of theirs. */
static const char *laid_over(struct span change)
{
	struct json_object *claims = json_tokener_parse(GOOD), *changes = json_tokener_parse(arena_span(&arena, change));
	const char *text;

	ck_assert(claims && changes);
	json_object_object_foreach(changes, key, value)
	{
		if (!value)
			json_object_object_del(claims, key);
		else
			json_object_object_add(claims, key, json_object_get(value));
	}
	text = arena_strdup(&arena, json_object_to_json_string_ext(claims, JSON_C_TO_STRING_PLAIN |
										   JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(claims);
	json_object_put(changes);
	return text;
}

static const char *with_nulls(const char *text)
{
	static const char mark[] = "\"\\u0000\"";
	struct strbuf out;

	strbuf_init(&out, &arena, 8192);
	for (const char *hit; (hit = strstr(text, mark)); text = hit + sizeof mark - 1) {
		strbuf_add(&out, text, (size_t)(hit - text));
		strbuf_adds(&out, "null");
	}
	strbuf_adds(&out, text);
	return out.ptr;
}

START_TEST(the_table_of_claims_holds)
{
	begin("P-256");
	TABLE_EACH("claims", 2, cells)
	{
		table_expect(&table, verdict_of(with_nulls(laid_over(cells[0]))), cells[1]);
	}
	end();
}
END_TEST

START_TEST(claims_that_are_no_strict_object_are_bad)
{
	static const char *const texts[] = {"[]",
					    "7",
					    "",
					    "{\"iss\":\"issuer\",\"iss\":\"issuer\",\"aud\":\"service\",\"exp\":1000300}",
					    "{\"iss\":\"issuer\",\"aud\":\"service\",\"exp\":1000300,\"exp\":1}",
					    "{'iss':'issuer','aud':'service','exp':1000300}",
					    "{\"iss\":\"issuer\",\"aud\":\"service\",\"exp\":1000300} ]",
					    "{\"iss\":\"issuer\\u0000\",\"aud\":\"service\",\"exp\":1000300}",
					    "{\"ISS\":\"issuer\",\"aud\":\"service\",\"exp\":1000300}"};

	begin("P-256");
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		ck_assert_msg(strcmp(verdict_of(texts[i]), "bad") == 0, "%s", texts[i]);
	ck_assert_str_eq(verdict_of(" {\"iss\":\"issuer\",\"aud\":\"service\",\"exp\":1000300} \n"), "good");
	end();
}
END_TEST

START_TEST(the_principal_is_what_the_claims_say)
{
	static const char claims[] =
		"{\"iss\":\"issuer\",\"aud\":\"service\",\"exp\":1000300,\"sub\":\"me\",\"auth_type\":\"build\",\"user\":\"x.y.z\","
		"\"access\":[{\"type\":\"repository\",\"name\":\"a/b\",\"actions\":[\"pull\",\"push\"],\"meta\":{\"project_path\":"
		"\"a\",\"project_id\":12,\"root_namespace_id\":34,\"tag_deny_access_patterns\":{\"push\":[\"^v\"],\"delete\":"
		"[\"^w\",\"^x\"]},\"tag_immutable_patterns\":[\"^y\"]}}]}";
	struct access push = {"repository", SPAN_LIT("a/b"), "push"};
	const struct grant_meta *meta;
	struct principal out;

	begin("P-256");
	ck_assert_int_eq(judge_text(jws_sign(&arena, &signer, JWA_ES256, signer.thumbprint, SPAN_LIT(claims)), &out),
			 TOKEN_GOOD);
	ck_assert_str_eq(out.user, "me");
	ck_assert_str_eq(out.auth_type, "build");
	ck_assert_str_eq(out.user_claim, "x.y.z");
	ck_assert(!out.everything && out.has_fingerprint && principal_allows(&out, &push));
	meta = &out.grants[0].meta;
	ck_assert(meta->project_id == 12 && meta->namespace_id == 34);
	ck_assert(meta->deny_push.count == 1 && meta->deny_delete.count == 2 && meta->immutable.count == 1);
	ck_assert_str_eq(meta->deny_delete.items[1], "^x");
	end();
}
END_TEST

static const char *with_access(size_t count)
{
	struct strbuf text;

	strbuf_init(&text, &arena, LIMIT_TOKEN);
	strbuf_adds(&text, "{\"iss\":\"issuer\",\"aud\":\"service\",\"exp\":1000300,\"access\":[");
	for (size_t i = 0; i < count; i++)
		strbuf_adds(&text, i ? ",{}" : "{}");
	strbuf_adds(&text, "]}");
	return text.ptr;
}

START_TEST(the_access_list_has_an_end)
{
	begin("P-256");
	ck_assert_str_eq(verdict_of(with_access(LIMIT_TOKEN_ACCESS)), "good");
	ck_assert_str_eq(verdict_of(with_access(LIMIT_TOKEN_ACCESS + 1)), "bad");
	end();
}
END_TEST

static enum token_verdict with_header(const struct key *key, enum jwa algorithm, const char *extra, bool restricted)
{
	struct token_rules narrow = rules;
	struct principal out;
	const char *signed_part, *token;
	struct jws jws;
	int64_t expires;

	/* signed first for the signature's form, then again over the header that the test wants */
	signed_part = arena_printf(&arena, "{\"alg\":\"%s\"%s}", jwa_name(algorithm), extra);
	token = lab_sign(&arena, key, algorithm, signed_part, GOOD);
	ck_assert_msg(jws_read(&jws, &arena, span_of(token)), "%s", signed_part);
	narrow.algorithms = restricted ? JWA_BIT(JWA_ES384) : JWA_ALL;
	return token_check(&out, &expires, &arena, ring, &narrow, span_of(token), NOW);
}

/* CVE-2025-24976: a trusted kid beside the attacker's own key. */
START_TEST(a_key_in_the_header_is_never_trusted_by_itself)
{
	struct key attacker;
	const char *extra;

	begin("P-256");
	attacker = lab_key(&arena, "P-256");
	extra = arena_printf(&arena, ",\"jwk\":%s", key_jwk(&arena, &attacker));
	ck_assert_int_eq(with_header(&attacker, JWA_ES256, extra, false), TOKEN_BAD);
	extra = arena_printf(&arena, ",\"kid\":\"%s\",\"jwk\":%s", signer.libtrust, key_jwk(&arena, &attacker));
	ck_assert_int_eq(with_header(&attacker, JWA_ES256, extra, false), TOKEN_BAD);
	extra = arena_printf(&arena, ",\"jwk\":{\"kid\":\"%s\",%s", signer.libtrust, key_jwk(&arena, &attacker) + 1);
	ck_assert_int_eq(with_header(&attacker, JWA_ES256, extra, false), TOKEN_BAD);
	ck_assert_int_eq(with_header(&signer, JWA_ES256, extra, false), TOKEN_GOOD);
	extra = arena_printf(&arena, ",\"jwk\":%s", key_jwk(&arena, &signer));
	ck_assert_int_eq(with_header(&signer, JWA_ES256, extra, false), TOKEN_GOOD);
	ck_assert_int_eq(with_header(&attacker, JWA_ES256, extra, false), TOKEN_BAD);
	end();
}
END_TEST

START_TEST(no_key_no_trust)
{
	const char *kid;

	begin("P-256");
	kid = arena_printf(&arena, ",\"kid\":\"%s\"", signer.libtrust);
	ck_assert_int_eq(with_header(&signer, JWA_ES256, "", false), TOKEN_BAD);
	ck_assert_int_eq(with_header(&signer, JWA_ES256, ",\"kid\":\"\"", false), TOKEN_BAD);
	ck_assert_int_eq(with_header(&signer, JWA_ES256, ",\"kid\":\"other\"", false), TOKEN_BAD);
	ck_assert_int_eq(with_header(&signer, JWA_ES256, kid, false), TOKEN_GOOD);
	ck_assert_int_eq(with_header(&signer, JWA_ES256, kid, true), TOKEN_BAD);
	end();
}
END_TEST

TEST_FILE(token, the_table_of_claims_holds, claims_that_are_no_strict_object_are_bad, the_principal_is_what_the_claims_say,
	  the_access_list_has_an_end, a_key_in_the_header_is_never_trusted_by_itself, no_key_no_trust)
