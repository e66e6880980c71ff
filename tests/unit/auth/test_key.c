/* SPDX-License-Identifier: MIT */
#include "berth/auth/key.h"

#include <string.h>

#include <openssl/evp.h>
#include <openssl/pem.h>

#include "berth/auth/jwk.h"
#include "../../lib/test.h"
#include "lab.h"

static struct arena arena;
static struct key key;
static const char *why;

static void begin(void)
{
	arena_init(&arena, (size_t)8 << 20);
	why = "";
}

/* RFC 7638 section 3.1 has the thumbprint; the fingerprint was computed with Python's hashlib and base64. */
START_TEST(a_known_key_has_its_known_names)
{
	static const char jwk[] =
		"{\"kty\":\"RSA\",\"n\":\"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK"
		"7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6C"
		"f0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbI"
		"SD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8a"
		"wapJzKnqDKgw\",\"e\":\"AQAB\",\"alg\":\"RS256\",\"kid\":\"2011-04-29\"}";

	begin();
	ck_assert_msg(jwk_parse(&key, &arena, SPAN_LIT(jwk), &why), "%s", why);
	ck_assert_str_eq(key.thumbprint, "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
	ck_assert_str_eq(key.libtrust, "VUZD:EDHW:YWLN:RBFQ:KOA3:UVZ2:XKG5:2V2J:WTPI:6SRD:U6PZ:VCO5");
	ck_assert_str_eq(key.kid, "2011-04-29");
	ck_assert_uint_eq(key.algorithms, JWA_BIT(JWA_RS256));
	ck_assert(!key.can_sign);
	arena_release(&arena);
}
END_TEST

START_TEST(each_kind_has_its_algorithms_and_names)
{
	static const struct {
		const char *kind;
		jwa_set algorithms;
		enum jwa first;
	} kinds[] = {
		{"RSA", JWA_RSA, JWA_RS256},
		{"P-256", JWA_BIT(JWA_ES256), JWA_ES256},
		{"P-384", JWA_BIT(JWA_ES384), JWA_ES384},
		{"P-521", JWA_BIT(JWA_ES512), JWA_ES512},
		{"ED25519", JWA_BIT(JWA_EDDSA), JWA_EDDSA},
	};

	begin();
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		struct key known, back;

		key = lab_key(&arena, kinds[i].kind);
		known = lab_public(&arena, &key);
		ck_assert_uint_eq(known.algorithms, kinds[i].algorithms);
		ck_assert_int_eq(key_default_algorithm(&known), kinds[i].first);
		ck_assert(key.can_sign && !known.can_sign);
		ck_assert_uint_eq(strlen(known.libtrust), KEY_LIBTRUST_LENGTH);
		ck_assert_uint_eq(strlen(known.thumbprint), KEY_THUMBPRINT_LENGTH);
		ck_assert_str_eq(known.libtrust, key.libtrust);
		ck_assert_msg(jwk_parse(&back, &arena, span_of(key_jwk(&arena, &key)), &why), "%s: %s", kinds[i].kind, why);
		ck_assert_str_eq(back.libtrust, key.libtrust);
		ck_assert_str_eq(back.thumbprint, key.thumbprint);
		ck_assert_str_eq(back.pem, known.pem);
	}
	arena_release(&arena);
}
END_TEST

START_TEST(a_private_key_comes_back_from_pem)
{
	begin();
	key = lab_key(&arena, "P-256");
	{
		struct key back;

		ck_assert_msg(key_from_pem(&back, &arena, span_of(lab_private_pem(&arena, &key)), KEY_PRIVATE, &why), "%s",
			      why);
		ck_assert(back.can_sign);
		ck_assert_str_eq(back.libtrust, key.libtrust);
		ck_assert(!key_from_pem(&back, &arena, span_of(key.pem), KEY_PRIVATE, &why));
		ck_assert_str_eq(why, "no unencrypted PEM private key");
	}
	arena_release(&arena);
}
END_TEST

static bool wrap(EVP_PKEY *pkey)
{
	ck_assert_ptr_nonnull(pkey);
	return key_wrap(&key, &arena, pkey, KEY_PRIVATE, &why);
}

START_TEST(weak_and_foreign_keys_are_refused)
{
	begin();
	ck_assert(!wrap(EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)1024)));
	ck_assert_ptr_nonnull(strstr(why, "2048"));
	ck_assert(!wrap(EVP_PKEY_Q_keygen(NULL, NULL, "EC", "secp256k1")));
	ck_assert_ptr_nonnull(strstr(why, "P-256"));
	ck_assert(!wrap(EVP_PKEY_Q_keygen(NULL, NULL, "X25519")));
	ck_assert(!wrap(EVP_PKEY_Q_keygen(NULL, NULL, "ED448")));
	arena_release(&arena);
}
END_TEST

/* A passphrase is never asked for: the test would wait for a terminal. */
START_TEST(an_encrypted_key_is_refused)
{
	static unsigned char passphrase[] = "passphrase";
	BIO *bio = BIO_new(BIO_s_mem());
	char *bytes;
	long len;

	begin();
	key = lab_key(&arena, "P-256");
	ck_assert(PEM_write_bio_PKCS8PrivateKey(bio, key.pkey, EVP_aes_256_cbc(), (char *)passphrase, 10, NULL, NULL));
	len = BIO_get_mem_data(bio, &bytes);
	ck_assert(!key_from_pem(&key, &arena, (struct span){bytes, (size_t)len}, KEY_PRIVATE, &why));
	BIO_free(bio);
	arena_release(&arena);
}
END_TEST

TEST_FILE(key, a_known_key_has_its_known_names, each_kind_has_its_algorithms_and_names, a_private_key_comes_back_from_pem,
	  weak_and_foreign_keys_are_refused, an_encrypted_key_is_refused)
