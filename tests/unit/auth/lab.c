/* SPDX-License-Identifier: MIT */
/* Keys, certificates and tokens made for a test. */
#include "lab.h"

#include <check.h>
#include <string.h>

#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "berth/base/base64.h"

struct key lab_key(struct arena *arena, const char *kind)
{
	const char *why = "";
	EVP_PKEY *pkey;
	struct key key;

	if (strcmp(kind, "RSA") == 0)
		pkey = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
	else if (strcmp(kind, "ED25519") == 0)
		pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	else
		pkey = EVP_PKEY_Q_keygen(NULL, NULL, "EC", kind);
	ck_assert_ptr_nonnull(pkey);
	ck_assert_msg(key_wrap(&key, arena, pkey, KEY_PRIVATE, &why), "%s", why);
	return key;
}

struct key lab_public(struct arena *arena, const struct key *key)
{
	const char *why = "";
	struct key out;

	ck_assert_msg(key_from_pem(&out, arena, span_of(key->pem), KEY_PUBLIC, &why), "%s", why);
	return out;
}

static void add_extension(X509 *certificate, int nid, const char *value)
{
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	ck_assert_ptr_nonnull(extension);
	ck_assert(X509_add_ext(certificate, extension, -1));
	X509_EXTENSION_free(extension);
}

static void set_name(X509_NAME *name, const char *text)
{
	ck_assert(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)text, -1, -1, 0));
}

static void free_certificate(void *certificate)
{
	X509_free(certificate);
}

X509 *lab_certificate(struct arena *arena, const struct lab_certificate *wanted)
{
	static long serial = 1;
	X509 *certificate = X509_new();

	ck_assert(X509_set_version(certificate, 2) && ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial++));
	ck_assert(X509_gmtime_adj(X509_getm_notBefore(certificate), (long)wanted->from_days * 86400) &&
		  X509_gmtime_adj(X509_getm_notAfter(certificate), (long)wanted->to_days * 86400));
	set_name(X509_get_subject_name(certificate), wanted->subject);
	set_name(X509_get_issuer_name(certificate), wanted->issuer);
	ck_assert(X509_set_pubkey(certificate, wanted->key->pkey));
	add_extension(certificate, NID_basic_constraints, wanted->authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
	if (wanted->usage)
		add_extension(certificate, NID_key_usage, wanted->usage);
	ck_assert(X509_sign(certificate, wanted->signer->pkey,
			    EVP_PKEY_is_a(wanted->signer->pkey, "ED25519") ? NULL : EVP_sha256()) > 0);
	arena_defer(arena, free_certificate, certificate);
	return certificate;
}

static const char *text_of(struct arena *arena, BIO *bio)
{
	char *bytes;
	long len = BIO_get_mem_data(bio, &bytes);
	const char *text = arena_span(arena, (struct span){bytes, (size_t)len});

	BIO_free(bio);
	return text;
}

const char *lab_certificate_pem(struct arena *arena, X509 *certificate)
{
	BIO *bio = BIO_new(BIO_s_mem());

	ck_assert(PEM_write_bio_X509(bio, certificate));
	return text_of(arena, bio);
}

struct span lab_certificate_der(struct arena *arena, X509 *certificate)
{
	unsigned char *der = NULL;
	int len = i2d_X509(certificate, &der);
	struct span out = {arena_memdup(arena, der, (size_t)len), (size_t)len};

	OPENSSL_free(der);
	return out;
}

const char *lab_private_pem(struct arena *arena, const struct key *key)
{
	BIO *bio = BIO_new(BIO_s_mem());

	ck_assert(PEM_write_bio_PrivateKey(bio, key->pkey, NULL, NULL, 0, NULL, NULL));
	return text_of(arena, bio);
}

/* jws_sign writes its own header; this one lets a test write it. */
const char *lab_sign(struct arena *arena, const struct key *key, enum jwa algorithm, const char *header,
		     const char *payload)
{
	const char *text = arena_printf(arena, "%s.%s", base64url_encode(arena, header, strlen(header)),
					base64url_encode(arena, payload, strlen(payload)));
	unsigned char der[256], flat[64];
	const unsigned char *at = der;
	size_t len = sizeof der;
	ECDSA_SIG *numbers;
	EVP_MD_CTX *context = EVP_MD_CTX_new();

	ck_assert_int_eq(algorithm, JWA_ES256);
	ck_assert(EVP_DigestSignInit_ex(context, NULL, "SHA2-256", NULL, NULL, key->pkey, NULL) > 0);
	ck_assert(EVP_DigestSign(context, der, &len, (const unsigned char *)text, strlen(text)) > 0);
	numbers = d2i_ECDSA_SIG(NULL, &at, (long)len);
	ck_assert(BN_bn2binpad(ECDSA_SIG_get0_r(numbers), flat, 32) == 32 &&
		  BN_bn2binpad(ECDSA_SIG_get0_s(numbers), flat + 32, 32) == 32);
	ECDSA_SIG_free(numbers);
	EVP_MD_CTX_free(context);
	return arena_printf(arena, "%s.%s", text, base64url_encode(arena, flat, sizeof flat));
}
