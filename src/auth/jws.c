/* SPDX-License-Identifier: MIT */
/* Reading and verifying signed JSON. */
#include "berth/auth/jws.h"

#include <string.h>

#include <jwt.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "berth/base/base64.h"
#include "berth/base/limits.h"
#include "json_priv.h"

#define EC_DER_MAX 160 /* two numbers of 66 bytes and their heads */

static bool jws_split(struct jws *out, struct arena *arena, struct span text, struct span *header)
{
	struct span rest = text, part[3];

	for (size_t i = 0; i < 3; i++)
		if (!span_split(&rest, '.', &part[i]))
			return false;
	if (rest.ptr)
		return false;
	out->signed_part = (struct span){text.ptr, part[0].len + 1 + part[1].len};
	return base64url_decode(header, arena, part[0]) && base64url_decode(&out->payload, arena, part[1]) &&
	       base64url_decode(&out->signature, arena, part[2]);
}

static bool read_header(struct jws *out, struct arena *arena, struct span text)
{
	const struct json *header = json_read_object(arena, text);
	struct span alg, typ;

	if (!header || json_member_text(&alg, header, "alg") != JSON_TEXT_FOUND || !jwa_parse(&out->algorithm, alg))
		return false;
	/* `crit` lists extensions that must be understood; Berth understands none (RFC 7515 section 4.1.11) */
	if (json_has(header, "crit"))
		return false;
	if (json_member_text(&typ, header, "typ") != JSON_TEXT_ABSENT && !span_is_nocase(typ, "JWT"))
		return false;
	if (json_member_text(&out->kid, header, "kid") == JSON_TEXT_WRONG)
		return false;
	if (json_has(header, "jwk")) {
		out->jwk = json_get(header, "jwk");
		if (!json_is(out->jwk, JSON_OBJECT))
			return false;
	}
	return json_chain(out->chain, &out->chain_count, JWS_CHAIN_MAX, arena, header);
}

bool jws_read(struct jws *out, struct arena *arena, struct span text)
{
	struct span header;

	*out = (struct jws){.kid = {"", 0}};
	if (text.len > LIMIT_TOKEN || !jws_split(out, arena, text, &header) || !read_header(out, arena, header))
		return false;
	out->text = arena_span(arena, text);
	out->claims = json_read_object(arena, out->payload);
	return out->claims != NULL;
}

/* Returns JWT_ALG_NONE, which is 0, if libjwt does not know the algorithm. */
static jwt_alg_t libjwt_name(enum jwa algorithm)
{
	static const jwt_alg_t names[JWA_COUNT] = {
		[JWA_RS256] = JWT_ALG_RS256, [JWA_RS384] = JWT_ALG_RS384, [JWA_RS512] = JWT_ALG_RS512,
		[JWA_ES256] = JWT_ALG_ES256, [JWA_ES384] = JWT_ALG_ES384, [JWA_ES512] = JWT_ALG_ES512,
		[JWA_HS256] = JWT_ALG_HS256, [JWA_HS384] = JWT_ALG_HS384, [JWA_HS512] = JWT_ALG_HS512,
	};

	return names[algorithm];
}

/* With a key of no bytes libjwt would accept every HMAC, and `none`: such a key is refused here. */
static bool libjwt_agrees(const struct jws *jws, const struct key *key)
{
	struct span bytes = key->pkey ? span_of(key->pem) : key->secret;
	bool ok = false;
	jwt_t *jwt = NULL;

	if (bytes.len > 0 && jwt_decode(&jwt, jws->text, (const unsigned char *)bytes.ptr, (int)bytes.len) == 0)
		ok = jwt_get_alg(jwt) == libjwt_name(jws->algorithm);
	jwt_free(jwt);
	return ok;
}

static bool is_pss(enum jwa algorithm)
{
	return algorithm == JWA_PS256 || algorithm == JWA_PS384 || algorithm == JWA_PS512;
}

static bool set_padding(EVP_PKEY_CTX *context)
{
	/* RFC 7518 section 3.5: the salt is as long as the hash */
	return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) > 0 &&
	       EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) > 0;
}

/* Converts a signature from two numbers of the curve's length (RFC 7518 section 3.4) to the DER that OpenSSL takes. */
static bool to_der(struct span *out, unsigned char der[static EC_DER_MAX], struct span flat, const EVP_PKEY *pkey)
{
	int half = (EVP_PKEY_get_bits(pkey) + 7) / 8, len = -1;
	const unsigned char *bytes = (const unsigned char *)flat.ptr;
	BIGNUM *r = NULL, *s = NULL;
	ECDSA_SIG *numbers;

	if (flat.len != 2 * (size_t)half)
		return false;
	numbers = ECDSA_SIG_new();
	r = BN_bin2bn(bytes, half, NULL);
	s = BN_bin2bn(bytes + half, half, NULL);
	if (numbers && r && s && ECDSA_SIG_set0(numbers, r, s)) {
		r = s = NULL;
		len = i2d_ECDSA_SIG(numbers, &der);
		der -= len > 0 ? len : 0;
	}
	BN_free(r);
	BN_free(s);
	ECDSA_SIG_free(numbers);
	*out = (struct span){(const char *)der, len > 0 ? (size_t)len : 0};
	return len > 0;
}

static bool verify_public(const struct jws *jws, const struct key *key)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	EVP_PKEY_CTX *options = NULL;
	unsigned char der[EC_DER_MAX];
	struct span signature = jws->signature;
	bool ok = context &&
		  EVP_DigestVerifyInit_ex(context, &options, jwa_hash(jws->algorithm), NULL, NULL, key->pkey, NULL) > 0;

	ok = ok && (!is_pss(jws->algorithm) || set_padding(options)) &&
	     (!EVP_PKEY_is_a(key->pkey, "EC") || to_der(&signature, der, jws->signature, key->pkey)) &&
	     EVP_DigestVerify(context, (const unsigned char *)signature.ptr, signature.len,
			      (const unsigned char *)jws->signed_part.ptr, jws->signed_part.len) == 1;
	EVP_MD_CTX_free(context);
	return ok;
}

static bool verify_secret(const struct jws *jws, const struct key *key)
{
	unsigned char mac[EVP_MAX_MD_SIZE];
	size_t len = 0;

	return key->secret.len > 0 &&
	       EVP_Q_mac(NULL, "HMAC", NULL, jwa_hash(jws->algorithm), NULL, key->secret.ptr, key->secret.len,
			 (const unsigned char *)jws->signed_part.ptr, jws->signed_part.len, mac, sizeof mac, &len) &&
	       len == jws->signature.len && CRYPTO_memcmp(mac, jws->signature.ptr, len) == 0;
}

bool jws_verify(const struct jws *jws, const struct key *key)
{
	bool ok = jwa_has(key->algorithms, jws->algorithm) &&
		  (key->pkey ? verify_public(jws, key) : verify_secret(jws, key)) &&
		  (libjwt_name(jws->algorithm) == JWT_ALG_NONE || libjwt_agrees(jws, key));

	ERR_clear_error();
	return ok;
}
