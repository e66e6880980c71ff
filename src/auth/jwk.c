/* SPDX-License-Identifier: MIT */
/* Reading keys from JSON. */
#include "berth/auth/jwk.h"

#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include "berth/base/base64.h"
#include "json_priv.h"

#define COORDINATE_MAX 66 /* P-521 */

struct reading {
	struct arena *arena;
	const struct json *object;
	const char **reason;
	bool unusable; /* the key is well-formed, but cannot verify tokens */
};

static bool no(struct reading *reading, const char *why)
{
	*reading->reason = why;
	ERR_clear_error();
	return false;
}

static bool not_for_us(struct reading *reading, const char *why)
{
	reading->unusable = true;
	return no(reading, why);
}

/* Decodes a member that must be there. */
static bool bytes(struct reading *reading, struct span *out, const char *key)
{
	struct span text;

	if (json_member_text(&text, reading->object, key) != JSON_TEXT_FOUND ||
	    !base64url_decode(out, reading->arena, text) || out->len == 0)
		return no(reading, arena_printf(reading->arena, "%s is no base64url text", key));
	return true;
}

/* Makes a public key. Frees the builder. */
static EVP_PKEY *public_key(const char *type, OSSL_PARAM_BLD *build)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
	EVP_PKEY *pkey = NULL;

	if (context && params && EVP_PKEY_fromdata_init(context) > 0)
		(void)EVP_PKEY_fromdata(context, &pkey, EVP_PKEY_PUBLIC_KEY, params);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	EVP_PKEY_CTX_free(context);
	return pkey;
}

static BIGNUM *jwk_number(struct span bytes)
{
	return BN_bin2bn((const unsigned char *)bytes.ptr, (int)bytes.len, NULL);
}

static EVP_PKEY *rsa_from(struct span n, struct span e)
{
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	BIGNUM *modulus = jwk_number(n), *exponent = jwk_number(e);
	EVP_PKEY *pkey = NULL;

	if (build && modulus && exponent && OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, modulus) &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, exponent))
		pkey = public_key("RSA", build);
	else
		OSSL_PARAM_BLD_free(build);
	BN_free(modulus);
	BN_free(exponent);
	return pkey;
}

static bool read_rsa(struct reading *reading, struct key *out)
{
	struct span n, e;
	EVP_PKEY *pkey;

	if (!bytes(reading, &n, "n") || !bytes(reading, &e, "e"))
		return false;
	/* no real key has an even or a long exponent, and a long one makes verifying slow */
	if (n.len > KEY_RSA_MAX / 8 || e.len > 8 || !(e.ptr[e.len - 1] & 1) || (e.len == 1 && e.ptr[0] == 1))
		return no(reading, "n or e is no RSA public key");
	pkey = rsa_from(n, e);
	return pkey ? key_wrap(out, reading->arena, pkey, KEY_PUBLIC, reading->reason)
		    : no(reading, "n or e is no RSA public key");
}

static EVP_PKEY *ec_from(const char *group, struct span point)
{
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();

	if (build && OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, group, 0) &&
	    OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point.ptr, point.len))
		return public_key("EC", build);
	OSSL_PARAM_BLD_free(build);
	return NULL;
}

static bool on_curve(EVP_PKEY *pkey)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
	bool ok = context && EVP_PKEY_public_check(context) > 0;

	EVP_PKEY_CTX_free(context);
	return ok;
}

static bool read_ec(struct reading *reading, struct key *out)
{
	static const struct {
		const char *name, *group;
		size_t bytes;
	} curves[] = {{"P-256", "prime256v1", 32}, {"P-384", "secp384r1", 48}, {"P-521", "secp521r1", COORDINATE_MAX}};
	unsigned char point[1 + 2 * COORDINATE_MAX] = {4}; /* uncompressed, SEC 1 section 2.3.3 */
	struct span name, x, y;
	EVP_PKEY *pkey;

	(void)json_member_text(&name, reading->object, "crv");
	for (size_t i = 0; i < sizeof curves / sizeof *curves; i++) {
		if (!span_is(name, curves[i].name))
			continue;
		if (!bytes(reading, &x, "x") || !bytes(reading, &y, "y"))
			return false;
		if (x.len != curves[i].bytes || y.len != curves[i].bytes)
			return no(reading, "x or y has not the length of the curve");
		memcpy(point + 1, x.ptr, x.len);
		memcpy(point + 1 + x.len, y.ptr, y.len);
		pkey = ec_from(curves[i].group, (struct span){(const char *)point, 1 + 2 * x.len});
		if (pkey && !on_curve(pkey)) {
			EVP_PKEY_free(pkey);
			pkey = NULL;
		}
		return pkey ? key_wrap(out, reading->arena, pkey, KEY_PUBLIC, reading->reason)
			    : no(reading, "x and y are no point of the curve");
	}
	return not_for_us(reading, "another curve than P-256, P-384 and P-521");
}

static bool read_okp(struct reading *reading, struct key *out)
{
	struct span name, x;
	EVP_PKEY *pkey;

	(void)json_member_text(&name, reading->object, "crv");
	if (!span_is(name, "Ed25519"))
		return not_for_us(reading, "another curve than Ed25519");
	if (!bytes(reading, &x, "x"))
		return false;
	pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, (const unsigned char *)x.ptr, x.len);
	return pkey ? key_wrap(out, reading->arena, pkey, KEY_PUBLIC, reading->reason)
		    : no(reading, "x is no Ed25519 public key");
}

struct wiped {
	void *bytes;
	size_t len;
};

static void jwk_wipe(void *object)
{
	struct wiped *wiped = object;

	explicit_bzero(wiped->bytes, wiped->len);
}

static bool read_oct(struct reading *reading, struct key *out)
{
	struct wiped *wiped = arena_alloc(reading->arena, sizeof *wiped);
	struct span secret;

	if (!bytes(reading, &secret, "k"))
		return false;
	*wiped = (struct wiped){(void *)(uintptr_t)secret.ptr, secret.len};
	arena_defer(reading->arena, jwk_wipe, wiped);
	*out = (struct key){
		.secret = secret,
		.algorithms = JWA_HMAC,
		.can_sign = true,
		.kid = "",
		.libtrust = "",
		.thumbprint = "",
		.pem = "",
	};
	return true;
}

static bool read_alg(struct reading *reading, struct key *key)
{
	enum json_text_found found;
	enum jwa algorithm;
	struct span name;

	found = json_member_text(&name, reading->object, "alg");
	if (found == JSON_TEXT_ABSENT)
		return key->pkey || no(reading, "an oct key must name its alg");
	if (found == JSON_TEXT_WRONG)
		return no(reading, "alg is no text");
	if (!jwa_parse(&algorithm, name) || !jwa_has(key->algorithms, algorithm))
		return no(reading, "alg is not one that this key can be used with");
	if (!key->pkey && key->secret.len < jwa_hash_length(algorithm))
		return no(reading, "the secret is shorter than the hash of its alg");
	key->algorithms = JWA_BIT(algorithm);
	return true;
}

static bool read_kid(struct reading *reading, struct key *key)
{
	struct span kid;
	enum json_text_found found = json_member_text(&kid, reading->object, "kid");

	if (found == JSON_TEXT_WRONG)
		return no(reading, "kid is no text");
	if (!key->pkey && kid.len == 0)
		return no(reading, "an oct key must have a kid");
	key->kid = arena_span(reading->arena, kid);
	return true;
}

/* Returns whether `use` and `key_ops` allow the key to verify signatures. */
static bool for_signatures(struct reading *reading)
{
	const struct json *ops = json_get(reading->object, "key_ops");
	struct span use;

	switch (json_member_text(&use, reading->object, "use")) {
	case JSON_TEXT_WRONG: return no(reading, "use is no text");
	case JSON_TEXT_FOUND:
		if (!span_is(use, "sig"))
			return not_for_us(reading, "use is not sig");
		break;
	case JSON_TEXT_ABSENT: break;
	}
	if (!ops)
		return true;
	if (!json_is(ops, JSON_ARRAY))
		return no(reading, "key_ops is no list");
	for (const struct json *op = json_first(ops); op; op = op->next)
		if (span_is(json_as_span(op), "verify"))
			return true;
	return not_for_us(reading, "key_ops has no verify");
}

static bool jwk_read_key(struct reading *reading, struct key *out)
{
	static const struct {
		const char *name;
		bool (*read)(struct reading *reading, struct key *out);
	} kinds[] = {{"RSA", read_rsa}, {"EC", read_ec}, {"OKP", read_okp}, {"oct", read_oct}};
	struct span kty;

	if (json_member_text(&kty, reading->object, "kty") != JSON_TEXT_FOUND)
		return no(reading, "kty is missing or no text");
	if (!for_signatures(reading))
		return false;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (span_is(kty, kinds[i].name))
			return kinds[i].read(reading, out) && read_alg(reading, out) && read_kid(reading, out);
	return not_for_us(reading, "another kty than RSA, EC, OKP and oct");
}

bool jwk_read(struct key *out, struct arena *arena, const struct json *object, const char **reason)
{
	struct reading reading = {arena, object, reason, false};

	return object ? jwk_read_key(&reading, out) : no(&reading, "not a strict JSON object");
}

bool jwk_parse(struct key *out, struct arena *arena, struct span json, const char **reason)
{
	return jwk_read(out, arena, json_read_object(arena, json), reason);
}

static bool unique_kid(struct reading *reading, const struct key *keys, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (*keys[count].kid && strcmp(keys[i].kid, keys[count].kid) == 0)
			return no(reading, "two keys have one kid");
	return true;
}

bool jwk_parse_set(const struct key **out, size_t *count, size_t *skipped, struct arena *arena, struct span json,
		   const char **reason)
{
	struct reading reading = {arena, json_read_object(arena, json), reason, false};
	const struct json *list, *item = reading.object;
	struct key *keys;
	size_t length;

	*count = *skipped = 0;
	if (!item)
		return no(&reading, "not a strict JSON object");
	list = json_get(item, "keys");
	if (list && !json_is(list, JSON_ARRAY))
		return no(&reading, "keys is no list");
	length = list ? json_count(list) : 1;
	if (length > JWK_SET_MAX)
		return no(&reading, "more than 100 keys");
	keys = arena_array(arena, length + 1, sizeof *keys);
	item = list ? json_first(list) : item;
	for (size_t i = 0; i < length; i++, item = item->next) {
		reading.object = item;
		reading.unusable = false;
		if (!json_is(reading.object, JSON_OBJECT))
			return no(&reading, "a key is no object");
		if (jwk_read_key(&reading, &keys[*count])) {
			if (!unique_kid(&reading, keys, *count))
				return false;
			++*count;
		} else if (reading.unusable) {
			++*skipped;
		} else {
			*reason = arena_printf(arena, "keys[%zu]: %s", i, *reason);
			return false;
		}
	}
	*out = keys;
	return true;
}
