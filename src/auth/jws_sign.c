/* SPDX-License-Identifier: MIT */
/* Signing JSON. */
#include "berth/auth/jws_sign.h"

#include <errno.h>
#include <string.h>

#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>

#include "berth/base/base64.h"
#include "berth/base/json_write.h"
#include "berth/base/limits.h"
#include "berth/base/strbuf.h"

#define SIGNATURE_MAX (KEY_RSA_MAX / 8)

struct signature {
	unsigned char bytes[SIGNATURE_MAX];
	size_t len;
};

static bool is_pss(enum jwa algorithm)
{
	return algorithm == JWA_PS256 || algorithm == JWA_PS384 || algorithm == JWA_PS512;
}

/* DER to the two numbers side by side, each as long as the curve (RFC 7518 section 3.4). */
static bool flatten(struct signature *signature, const EVP_PKEY *pkey)
{
	const unsigned char *der = signature->bytes;
	int half = (EVP_PKEY_get_bits(pkey) + 7) / 8;
	ECDSA_SIG *numbers = d2i_ECDSA_SIG(NULL, &der, (long)signature->len);
	bool ok = numbers && BN_bn2binpad(ECDSA_SIG_get0_r(numbers), signature->bytes, half) == half &&
		  BN_bn2binpad(ECDSA_SIG_get0_s(numbers), signature->bytes + half, half) == half;

	ECDSA_SIG_free(numbers);
	signature->len = 2 * (size_t)half;
	return ok;
}

static bool sign_asymmetric(struct signature *out, const struct key *key, enum jwa algorithm, struct span text)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	EVP_PKEY_CTX *options = NULL;
	bool ok = context && EVP_DigestSignInit_ex(context, &options, jwa_hash(algorithm), NULL, NULL, key->pkey, NULL) > 0;

	if (ok && is_pss(algorithm))
		ok = EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) > 0 &&
		     EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST) > 0;
	out->len = sizeof out->bytes;
	ok = ok && EVP_DigestSign(context, out->bytes, &out->len, (const unsigned char *)text.ptr, text.len) > 0;
	EVP_MD_CTX_free(context);
	return ok && (!EVP_PKEY_is_a(key->pkey, "EC") || flatten(out, key->pkey));
}

static bool sign_hmac(struct signature *out, const struct key *key, enum jwa algorithm, struct span text)
{
	return EVP_Q_mac(NULL, "HMAC", NULL, jwa_hash(algorithm), NULL, key->secret.ptr, key->secret.len,
			 (const unsigned char *)text.ptr, text.len, out->bytes, sizeof out->bytes, &out->len) != NULL;
}

static const char *header_text(struct arena *arena, enum jwa algorithm, const char *kid)
{
	struct json_writer json;
	struct strbuf text;

	strbuf_init(&text, arena, LIMIT_TOKEN);
	json = json_writer(&text);
	json_open(&json, '{');
	json_key(&json, "typ");
	json_text(&json, "JWT");
	json_key(&json, "alg");
	json_text(&json, jwa_name(algorithm));
	if (kid) {
		json_key(&json, "kid");
		json_text(&json, kid);
	}
	json_close(&json, '}');
	return base64url_encode(arena, text.ptr, text.len);
}

const char *jws_sign_text(struct arena *arena, const struct key *key, enum jwa algorithm, const char *text)
{
	struct signature signature;
	bool ok;

	if (!key->can_sign || !jwa_has(key->algorithms, algorithm))
		return NULL;
	errno = 0;
	ok = key->pkey ? sign_asymmetric(&signature, key, algorithm, span_of(text))
		       : sign_hmac(&signature, key, algorithm, span_of(text));
	ERR_clear_error();
	if (!ok && errno == ENOMEM)
		arena_exhaust(arena);
	return ok ? arena_printf(arena, "%s.%s", text, base64url_encode(arena, signature.bytes, signature.len)) : NULL;
}

const char *jws_sign(struct arena *arena, const struct key *key, enum jwa algorithm, const char *kid, struct span payload)
{
	return jws_sign_text(arena, key, algorithm,
			     arena_printf(arena, "%s.%s", header_text(arena, algorithm, kid),
					  base64url_encode(arena, payload.ptr, payload.len)));
}
