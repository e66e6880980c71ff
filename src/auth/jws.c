/* SPDX-License-Identifier: MIT */
/* Signed JSON: reading and verifying. */
#include "berth/auth/jws.h"

#include <string.h>

#include <jwt.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "berth/base/base64.h"
#include "berth/base/limits.h"
#include "json_priv.h"

static bool split(struct jws *out, struct arena *arena, struct span text, struct span *header)
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
	struct json_object *header = json_read_object(arena, text);
	struct span alg, typ;

	if (!header || json_member_text(&alg, header, "alg") != JSON_TEXT_FOUND || !jwa_parse(&out->algorithm, alg))
		return false;
	/* extensions that must be understood: none is (RFC 7515 section 4.1.11) */
	if (json_object_object_get_ex(header, "crit", NULL))
		return false;
	if (json_member_text(&typ, header, "typ") != JSON_TEXT_ABSENT && !span_is_nocase(typ, "JWT"))
		return false;
	if (json_member_text(&out->kid, header, "kid") == JSON_TEXT_WRONG)
		return false;
	if (json_object_object_get_ex(header, "jwk", NULL)) {
		out->jwk = json_member(header, "jwk");
		if (json_object_get_type(out->jwk) != json_type_object)
			return false;
	}
	return json_chain(out->chain, &out->chain_count, JWS_CHAIN_MAX, arena, header);
}

bool jws_read(struct jws *out, struct arena *arena, struct span text)
{
	struct span header;

	*out = (struct jws){.kid = {"", 0}};
	if (text.len > LIMIT_TOKEN || !split(out, arena, text, &header) || !read_header(out, arena, header))
		return false;
	out->text = arena_span(arena, text);
	out->claims = json_read_object(arena, out->payload);
	return out->claims != NULL;
}

/* What libjwt knows. */
static jwt_alg_t libjwt_name(enum jwa algorithm)
{
	static const jwt_alg_t names[JWA_COUNT] = {
		[JWA_RS256] = JWT_ALG_RS256, [JWA_RS384] = JWT_ALG_RS384, [JWA_RS512] = JWT_ALG_RS512,
		[JWA_ES256] = JWT_ALG_ES256, [JWA_ES384] = JWT_ALG_ES384, [JWA_ES512] = JWT_ALG_ES512,
		[JWA_HS256] = JWT_ALG_HS256, [JWA_HS384] = JWT_ALG_HS384, [JWA_HS512] = JWT_ALG_HS512,
	};

	return names[algorithm]; /* JWT_ALG_NONE is 0 */
}

/* libjwt never sees a key of no bytes: it would take any HMAC for good, and `none`. */
static bool verify_with_libjwt(const struct jws *jws, const struct key *key)
{
	struct span bytes = key->pkey ? span_of(key->pem) : key->secret;
	bool ok = false;
	jwt_t *jwt = NULL;

	if (bytes.len > 0 && jwt_decode(&jwt, jws->text, (const unsigned char *)bytes.ptr, (int)bytes.len) == 0)
		ok = jwt_get_alg(jwt) == libjwt_name(jws->algorithm);
	jwt_free(jwt);
	return ok;
}

static bool set_padding(EVP_PKEY_CTX *context)
{
	/* RFC 7518 section 3.5: the salt is as long as the hash */
	return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) > 0 &&
	       EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) > 0;
}

static bool verify_with_openssl(const struct jws *jws, const struct key *key)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	EVP_PKEY_CTX *options = NULL;
	bool ok = context && EVP_DigestVerifyInit_ex(context, &options, jwa_hash(jws->algorithm), NULL, NULL, key->pkey,
						     NULL) > 0;

	ok = ok && (jws->algorithm == JWA_EDDSA || set_padding(options)) &&
	     EVP_DigestVerify(context, (const unsigned char *)jws->signature.ptr, jws->signature.len,
			      (const unsigned char *)jws->signed_part.ptr, jws->signed_part.len) == 1;
	EVP_MD_CTX_free(context);
	return ok;
}

bool jws_verify(const struct jws *jws, const struct key *key)
{
	bool ok;

	if (!jwa_has(key->algorithms, jws->algorithm))
		return false;
	ok = libjwt_name(jws->algorithm) != JWT_ALG_NONE ? verify_with_libjwt(jws, key) : verify_with_openssl(jws, key);
	ERR_clear_error();
	return ok;
}
