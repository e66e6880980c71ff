/* SPDX-License-Identifier: MIT */
/* Reading, checking and naming a key. */
#include "berth/auth/key.h"

#include <string.h>

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "berth/base/base64.h"
#include "berth/base/hash.h"
#include "berth/base/strbuf.h"

/* Curves, by the names of OpenSSL and of JOSE. */
static const struct curve {
	const char *group;
	const char *name;
	enum jwa algorithm;
	size_t bytes;
} curves[] = {
	{"prime256v1", "P-256", JWA_ES256, 32},
	{"secp384r1", "P-384", JWA_ES384, 48},
	{"secp521r1", "P-521", JWA_ES512, 66},
};

static void free_pkey(void *pkey)
{
	EVP_PKEY_free(pkey);
}

static const struct curve *curve_of(const EVP_PKEY *pkey)
{
	char group[64];

	if (!EVP_PKEY_get_group_name(pkey, group, sizeof group, NULL))
		return NULL;
	for (size_t i = 0; i < sizeof curves / sizeof *curves; i++)
		if (strcmp(group, curves[i].group) == 0)
			return &curves[i];
	return NULL;
}

static bool no(const char **reason, const char *why)
{
	*reason = why;
	ERR_clear_error();
	return false;
}

static bool key_judge(struct key *key, const char **reason)
{
	int bits = EVP_PKEY_get_bits(key->pkey);

	if (EVP_PKEY_is_a(key->pkey, "RSA")) {
		key->algorithms = JWA_RSA;
		return (bits >= KEY_RSA_MIN && bits <= KEY_RSA_MAX) ||
		       no(reason, "an RSA key of less than 2048 or more than 8192 bits");
	}
	if (EVP_PKEY_is_a(key->pkey, "EC")) {
		const struct curve *curve = curve_of(key->pkey);

		key->algorithms = curve ? JWA_BIT(curve->algorithm) : 0;
		return curve || no(reason, "an EC key on another curve than P-256, P-384 and P-521");
	}
	key->algorithms = JWA_BIT(JWA_EDDSA);
	return EVP_PKEY_is_a(key->pkey, "ED25519") || no(reason, "a key of another kind than RSA, EC and Ed25519");
}

/* Returns the DER SubjectPublicKeyInfo, in the arena. */
static struct span der_of(struct arena *arena, const EVP_PKEY *pkey)
{
	unsigned char *der = NULL;
	int len = i2d_PUBKEY(pkey, &der);
	struct span out = {"", 0};

	if (len > 0)
		out = (struct span){arena_memdup(arena, der, (size_t)len), (size_t)len};
	OPENSSL_free(der);
	return out;
}

const char *key_libtrust_kid(struct arena *arena, const EVP_PKEY *pkey)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	char *text = arena_alloc(arena, KEY_LIBTRUST_LENGTH + 1), *to = text;
	unsigned char hash[HASH_SHA256_BYTES];

	hash_sha256(hash, der_of(arena, pkey));
	for (unsigned bit = 0; bit < 240; bit += 5) {
		unsigned pair = (unsigned)hash[bit / 8] << 8 | hash[bit / 8 + 1];

		if (bit > 0 && bit % 20 == 0)
			*to++ = ':';
		*to++ = digits[pair >> (11 - bit % 8) & 31];
	}
	return text;
}

static const char *key_number(struct arena *arena, const EVP_PKEY *pkey, const char *name)
{
	BIGNUM *value = NULL;
	unsigned char bytes[KEY_RSA_MAX / 8];
	int len;

	if (!EVP_PKEY_get_bn_param(pkey, name, &value) || BN_num_bytes(value) > (int)sizeof bytes) {
		BN_free(value);
		return "";
	}
	len = BN_bn2bin(value, bytes);
	BN_free(value);
	return base64url_encode(arena, bytes, (size_t)len);
}

/* Returns a coordinate in the full length of the curve (RFC 7518 section 6.2.1.2). */
static const char *coordinate(struct arena *arena, const EVP_PKEY *pkey, const char *name, size_t bytes)
{
	unsigned char padded[66];
	BIGNUM *value = NULL;
	const char *text = "";

	if (EVP_PKEY_get_bn_param(pkey, name, &value) && BN_bn2binpad(value, padded, (int)bytes) == (int)bytes)
		text = base64url_encode(arena, padded, bytes);
	BN_free(value);
	return text;
}

const char *key_jwk(struct arena *arena, const struct key *key)
{
	const EVP_PKEY *pkey = key->pkey;

	if (EVP_PKEY_is_a(pkey, "RSA"))
		return arena_printf(arena, "{\"e\":\"%s\",\"kty\":\"RSA\",\"n\":\"%s\"}",
				    key_number(arena, pkey, OSSL_PKEY_PARAM_RSA_E),
				    key_number(arena, pkey, OSSL_PKEY_PARAM_RSA_N));
	if (EVP_PKEY_is_a(pkey, "EC")) {
		const struct curve *curve = curve_of(pkey);

		return arena_printf(arena, "{\"crv\":\"%s\",\"kty\":\"EC\",\"x\":\"%s\",\"y\":\"%s\"}", curve->name,
				    coordinate(arena, pkey, OSSL_PKEY_PARAM_EC_PUB_X, curve->bytes),
				    coordinate(arena, pkey, OSSL_PKEY_PARAM_EC_PUB_Y, curve->bytes));
	} else {
		unsigned char raw[32];
		size_t len = sizeof raw;

		return arena_printf(arena, "{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"%s\"}",
				    EVP_PKEY_get_raw_public_key(pkey, raw, &len) ? base64url_encode(arena, raw, len) : "");
	}
}

static const char *thumbprint(struct arena *arena, const struct key *key)
{
	const char *text = key_jwk(arena, key);
	unsigned char hash[HASH_SHA256_BYTES];

	hash_sha256(hash, span_of(text));
	return base64url_encode(arena, hash, sizeof hash);
}

static const char *public_pem(struct arena *arena, EVP_PKEY *pkey)
{
	BIO *bio = BIO_new(BIO_s_mem());
	const char *text = "";
	char *bytes;
	long len;

	if (bio && PEM_write_bio_PUBKEY(bio, pkey) && (len = BIO_get_mem_data(bio, &bytes)) > 0)
		text = arena_span(arena, (struct span){bytes, (size_t)len});
	BIO_free(bio);
	return text;
}

bool key_wrap(struct key *out, struct arena *arena, EVP_PKEY *pkey, enum key_part part, const char **reason)
{
	*out = (struct key){.pkey = pkey, .secret = {"", 0}, .can_sign = part == KEY_PRIVATE, .kid = ""};
	arena_defer(arena, free_pkey, pkey);
	if (!key_judge(out, reason))
		return false;
	out->libtrust = key_libtrust_kid(arena, pkey);
	out->thumbprint = thumbprint(arena, out);
	out->pem = public_pem(arena, pkey);
	return *out->pem != '\0' || no(reason, "a key that cannot be written down again");
}

static int no_passphrase(char *buffer, int size, int writing, void *context)
{
	(void)buffer, (void)size, (void)writing, (void)context;
	return -1;
}

bool key_from_pem(struct key *out, struct arena *arena, struct span pem, enum key_part part, const char **reason)
{
	BIO *bio = BIO_new_mem_buf(pem.ptr, (int)pem.len);
	EVP_PKEY *pkey = NULL;

	if (bio)
		pkey = part == KEY_PRIVATE ? PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL)
					   : PEM_read_bio_PUBKEY(bio, NULL, no_passphrase, NULL);
	BIO_free(bio);
	if (!pkey)
		return no(reason, part == KEY_PRIVATE ? "no unencrypted PEM private key" : "no PEM public key");
	return key_wrap(out, arena, pkey, part, reason);
}

bool key_from_certificate(struct key *out, struct arena *arena, X509 *certificate, const char **reason)
{
	EVP_PKEY *pkey = X509_get_pubkey(certificate);

	return pkey ? key_wrap(out, arena, pkey, KEY_PUBLIC, reason) : no(reason, "a certificate without a usable key");
}

enum jwa key_default_algorithm(const struct key *key)
{
	enum jwa first = 0;

	while (first < JWA_COUNT - 1 && !jwa_has(key->algorithms, first))
		first++;
	return first;
}
