/* SPDX-License-Identifier: MIT */
#include "berth/auth/jwk.h"
#include "berth/base/strbuf.h"
#include "../../lib/table.h"
#include "../../lib/test.h"

#define ED(kid) \
	"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwaaPJHURoA\",\"kid\":\"" kid "\"}"
#define FOREIGN "{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwaaPJHURoA\"}"

static struct arena arena;
static const struct key *keys;
static size_t count, skipped;
static const char *why;

static const char *describe(const struct key *key)
{
	struct strbuf text;

	strbuf_init(&text, &arena, 200);
	for (enum jwa i = 0; i < JWA_COUNT; i++)
		if (jwa_has(key->algorithms, i))
			strbuf_addf(&text, "%s ", jwa_name(i));
	strbuf_adds(&text, key->kid);
	return text.ptr;
}

START_TEST(the_table_holds)
{
	arena_init(&arena, (size_t)8 << 20);
	TABLE_EACH("jwks", 2, cells)
	{
		struct key key;
		bool ok = jwk_parse(&key, &arena, cells[0], &why);

		table_expect(&table, ok ? describe(&key) : why, cells[1]);
	}
	arena_release(&arena);
}
END_TEST

static bool parse(const char *text)
{
	arena_init(&arena, (size_t)8 << 20);
	why = "";
	return jwk_parse_set(&keys, &count, &skipped, &arena, span_of(text), &why);
}

START_TEST(a_set_keeps_what_tokens_can_use)
{
	ck_assert_msg(parse("{\"keys\":[" ED("a") "," FOREIGN "," ED("b") "]}"), "%s", why);
	ck_assert_uint_eq(count, 2);
	ck_assert_uint_eq(skipped, 1);
	ck_assert_str_eq(keys[1].kid, "b");
	arena_release(&arena);
}
END_TEST

START_TEST(a_single_key_is_a_set_of_one)
{
	ck_assert(parse(ED("a")) && count == 1 && skipped == 0);
	arena_release(&arena);
	ck_assert(parse("{\"keys\":[]}") && count == 0);
	arena_release(&arena);
}
END_TEST

START_TEST(a_set_with_a_broken_key_is_refused_as_a_whole)
{
	ck_assert(!parse("{\"keys\":[" ED("a") ",{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"MDEy\"}]}"));
	ck_assert_str_eq(why, "keys[1]: x is no Ed25519 public key");
	arena_release(&arena);
	ck_assert(!parse("{\"keys\":[" ED("a") "," ED("a") "]}"));
	ck_assert_str_eq(why, "two keys have one kid");
	arena_release(&arena);
	ck_assert(!parse("{\"keys\":[7]}"));
	arena_release(&arena);
	ck_assert(!parse("{\"keys\":{}}"));
	arena_release(&arena);
	ck_assert(!parse("{\"keys\":[],}"));
	arena_release(&arena);
}
END_TEST

TEST_FILE(jwk, the_table_holds, a_set_keeps_what_tokens_can_use, a_single_key_is_a_set_of_one,
	  a_set_with_a_broken_key_is_refused_as_a_whole)
