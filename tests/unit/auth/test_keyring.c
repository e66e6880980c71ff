/* SPDX-License-Identifier: MIT */
#include "berth/auth/keyring.h"

#include <string.h>

#include <openssl/evp.h>

#include "../../lib/test.h"
#include "lab.h"

static struct arena arena;
static struct keyring *ring;
static char reason[256];

static void begin(struct span bundle, struct span jwks)
{
	ring = keyring_new(bundle, jwks, reason, sizeof reason);
	ck_assert_msg(ring != NULL, "%s", reason);
}

static void end(void)
{
	keyring_free(ring);
	arena_release(&arena);
}

static const struct span none = {NULL, 0};

static struct span self_signed(const struct key *key, const char *name)
{
	struct lab_certificate wanted = {name, name, key, key, true, -1, 30, NULL};

	return span_of(lab_certificate_pem(&arena, lab_certificate(&arena, &wanted)));
}

START_TEST(a_key_of_the_bundle_is_found_by_both_of_its_names)
{
	struct key first, second;

	arena_init(&arena, (size_t)8 << 20);
	first = lab_key(&arena, "P-256");
	second = lab_key(&arena, "RSA");
	begin(span_of(arena_printf(&arena, "comment\n%s\n%s", self_signed(&first, "a").ptr, self_signed(&second, "b").ptr)),
	      none);
	ck_assert_uint_eq(keyring_count(ring), 2);
	ck_assert_ptr_nonnull(keyring_find(ring, span_of(first.libtrust)));
	ck_assert_ptr_eq(keyring_find(ring, span_of(second.libtrust)), keyring_find(ring, span_of(second.thumbprint)));
	ck_assert_ptr_null(keyring_find(ring, SPAN_LIT("")));
	ck_assert_ptr_null(keyring_find(ring, SPAN_LIT("unknown")));
	end();
}
END_TEST

START_TEST(a_key_of_a_set_is_found_by_its_kid_first)
{
	struct key named, nameless;
	const char *text;

	arena_init(&arena, (size_t)8 << 20);
	named = lab_key(&arena, "P-256");
	nameless = lab_key(&arena, "ED25519");
	text = key_jwk(&arena, &named);
	/* named after the other key: the kid decides */
	text = arena_printf(&arena, "{\"keys\":[%s,{\"kid\":\"%s\",%s]}", key_jwk(&arena, &nameless), nameless.thumbprint,
			    text + 1);
	begin(none, span_of(text));
	ck_assert_str_eq(keyring_find(ring, span_of(nameless.thumbprint))->thumbprint, named.thumbprint);
	ck_assert_str_eq(keyring_find(ring, span_of(nameless.libtrust))->thumbprint, nameless.thumbprint);
	end();
}
END_TEST

START_TEST(files_without_a_usable_key_are_refused)
{
	static const struct {
		struct span bundle, jwks;
		const char *says;
	} cases[] = {
		{{NULL, 0}, {NULL, 0}, "neither"},
		{{"", 0}, {NULL, 0}, "rootcertbundle: no certificate in it"},
		{{"nonsense", 8}, {NULL, 0}, "rootcertbundle: no certificate in it"},
		{{NULL, 0}, {"{\"keys\":[]}", 11}, "jwks: no key"},
		{{NULL, 0}, {"", 0}, "jwks: not a strict JSON object"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		ck_assert_ptr_null(keyring_new(cases[i].bundle, cases[i].jwks, reason, sizeof reason));
		ck_assert_msg(strstr(reason, cases[i].says) != NULL, "%s", reason);
	}
}
END_TEST

START_TEST(a_broken_block_spoils_the_bundle)
{
	struct key key;
	struct span good;

	arena_init(&arena, (size_t)8 << 20);
	key = lab_key(&arena, "P-256");
	good = self_signed(&key, "a");
	ck_assert_ptr_null(keyring_new(span_of(arena_printf(&arena, "%s-----BEGIN CERTIFICATE-----\nQUJD\n", good.ptr)),
				       none, reason, sizeof reason));
	ck_assert_ptr_nonnull(strstr(reason, "malformed"));
	arena_release(&arena);
}
END_TEST

/* root -> middle -> leaf, with what a test wants otherwise */
struct chain {
	struct key root, middle, leaf;
	struct span der[3];
};

static void build(struct chain *chain, const struct lab_certificate *middle, const struct lab_certificate *leaf)
{
	struct lab_certificate root = {"root", "root", &chain->root, &chain->root, true, -1, 30, NULL};

	chain->der[0] = lab_certificate_der(&arena, lab_certificate(&arena, leaf));
	chain->der[1] = lab_certificate_der(&arena, lab_certificate(&arena, middle));
	ring = keyring_new(span_of(lab_certificate_pem(&arena, lab_certificate(&arena, &root))), none, reason,
			   sizeof reason);
	ck_assert_msg(ring != NULL, "%s", reason);
}

static bool chain_holds(struct lab_certificate middle, struct lab_certificate leaf, const char *root_kind)
{
	static struct chain chain;
	struct key found;
	bool ok;

	arena_init(&arena, (size_t)8 << 20);
	chain.root = lab_key(&arena, root_kind);
	chain.middle = lab_key(&arena, "P-256");
	chain.leaf = lab_key(&arena, "P-256");
	middle.key = &chain.middle;
	middle.signer = middle.signer ? middle.signer : &chain.root;
	leaf.key = &chain.leaf;
	leaf.signer = &chain.middle;
	build(&chain, &middle, &leaf);
	ok = keyring_chain(ring, chain.der, 2, &arena, &found);
	if (ok)
		ck_assert_str_eq(found.libtrust, chain.leaf.libtrust);
	end();
	return ok;
}

START_TEST(a_chain_holds_only_with_all_its_links)
{
	const struct lab_certificate middle = {"middle", "root", NULL, NULL, true, -1, 30, NULL};
	const struct lab_certificate leaf = {"leaf", "middle", NULL, NULL, false, -1, 30, "digitalSignature"};
	struct lab_certificate other;

	ck_assert(chain_holds(middle, leaf, "P-384"));
	other = leaf, other.usage = NULL;
	ck_assert(chain_holds(middle, other, "ED25519"));
	other = leaf, other.usage = "keyEncipherment";
	ck_assert(!chain_holds(middle, other, "P-256"));
	other = leaf, other.to_days = 0;
	ck_assert(!chain_holds(middle, other, "P-256"));
	other = leaf, other.from_days = 1;
	ck_assert(!chain_holds(middle, other, "P-256"));
	other = middle, other.authority = false;
	ck_assert(!chain_holds(other, leaf, "P-256"));
	other = middle, other.to_days = 0;
	ck_assert(!chain_holds(other, leaf, "P-256"));
	other = middle, other.issuer = "somebody";
	ck_assert(!chain_holds(other, leaf, "P-256"));
}
END_TEST

START_TEST(a_chain_that_another_root_signed_does_not_hold)
{
	const struct lab_certificate middle = {"middle", "root", NULL, NULL, true, -1, 30, NULL};
	const struct lab_certificate leaf = {"leaf", "middle", NULL, NULL, false, -1, 30, NULL};
	struct lab_certificate forged = middle;
	struct key impostor;
	struct arena own;

	arena_init(&own, (size_t)1 << 20);
	impostor = lab_key(&own, "P-256");
	forged.signer = &impostor;
	ck_assert(!chain_holds(forged, leaf, "P-256"));
	arena_release(&own);
}
END_TEST

START_TEST(a_certificate_of_the_bundle_is_a_chain_by_itself)
{
	struct span der, longer;
	struct key key, found;
	X509 *certificate;

	arena_init(&arena, (size_t)8 << 20);
	key = lab_key(&arena, "P-256");
	{
		struct lab_certificate wanted = {"a", "a", &key, &key, false, -1, 30, NULL};

		certificate = lab_certificate(&arena, &wanted);
	}
	begin(span_of(lab_certificate_pem(&arena, certificate)), none);
	der = lab_certificate_der(&arena, certificate);
	ck_assert(keyring_chain(ring, &der, 1, &arena, &found));
	longer = (struct span){arena_span(&arena, der), der.len + 1};
	ck_assert(!keyring_chain(ring, &longer, 1, &arena, &found));
	ck_assert(!keyring_chain(ring, &der, 0, &arena, &found));
	end();
}
END_TEST

TEST_FILE(keyring, a_key_of_the_bundle_is_found_by_both_of_its_names, a_key_of_a_set_is_found_by_its_kid_first,
	  files_without_a_usable_key_are_refused, a_broken_block_spoils_the_bundle, a_chain_holds_only_with_all_its_links,
	  a_chain_that_another_root_signed_does_not_hold, a_certificate_of_the_bundle_is_a_chain_by_itself)
