/* SPDX-License-Identifier: MIT */
/* The keys whose tokens are accepted. */
#include "berth/auth/keyring.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "berth/auth/jwk.h"

#define KEYRING_MEMORY ((size_t)32 << 20)
#define CERTIFICATES_MAX 1000 /* of one bundle */

struct keyring {
	struct arena arena;
	const struct key *named; /* of the JWK set */
	size_t named_count;
	const struct key **certified; /* of the bundle */
	size_t certified_count;
	X509_STORE *anchors; /* NULL without a bundle */
};

static void keyring_fail(char *reason, size_t size, const char *file, const char *why)
{
	(void)snprintf(reason, size, "%s: %s", file, why);
	ERR_clear_error();
}

static bool add_certificate(struct keyring *keyring, X509 *certificate, const char **why)
{
	struct key *key = arena_alloc(&keyring->arena, sizeof *key);

	*why = "more than 1000 certificates";
	if (keyring->certified_count == CERTIFICATES_MAX || !key_from_certificate(key, &keyring->arena, certificate, why))
		return false;
	keyring->certified[keyring->certified_count++] = key;
	*why = "a certificate that OpenSSL does not take";
	return X509_STORE_add_cert(keyring->anchors, certificate) == 1;
}

/* Reads each CERTIFICATE block; other blocks are ignored, as in distribution. */
static bool read_bundle(struct keyring *keyring, struct span text, char *reason, size_t size)
{
	BIO *bio = BIO_new_mem_buf(text.ptr, (int)text.len);
	const char *why = "no certificate in it";
	X509 *certificate;
	bool ok = bio != NULL;

	keyring->certified = arena_array(&keyring->arena, CERTIFICATES_MAX, sizeof *keyring->certified);
	keyring->anchors = X509_STORE_new();
	ok = ok && keyring->anchors;
	while (ok && (certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL))) {
		ok = add_certificate(keyring, certificate, &why);
		X509_free(certificate);
	}
	/* OpenSSL reports the end of the file as PEM_R_NO_START_LINE, and a broken block as another error */
	if (ok && ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE) {
		ok = false;
		why = "a malformed PEM block";
	}
	BIO_free(bio);
	ok = ok && keyring->certified_count > 0;
	if (!ok)
		keyring_fail(reason, size, "rootcertbundle", why);
	ERR_clear_error();
	return ok;
}

static bool read_set(struct keyring *keyring, struct span text, char *reason, size_t size)
{
	const char *why;
	size_t skipped;

	if (!jwk_parse_set(&keyring->named, &keyring->named_count, &skipped, &keyring->arena, text, &why)) {
		keyring_fail(reason, size, "jwks", why);
		return false;
	}
	if (keyring->named_count == 0)
		keyring_fail(reason, size, "jwks", "no key in it that tokens can be signed with");
	return keyring->named_count > 0;
}

struct keyring *keyring_new(struct span bundle, struct span jwks, char *reason, size_t size)
{
	struct keyring *keyring = calloc(1, sizeof *keyring);
	bool ok;

	if (!keyring)
		arena_none_left();
	(void)snprintf(reason, size, "neither rootcertbundle nor jwks");
	arena_init(&keyring->arena, KEYRING_MEMORY);
	errno = 0;
	ok = (bundle.ptr || jwks.ptr) && (!bundle.ptr || read_bundle(keyring, bundle, reason, size)) &&
	     (!jwks.ptr || read_set(keyring, jwks, reason, size));
	if (errno == ENOMEM) /* also if `ok`: OpenSSL may have left a key out */
		arena_exhaust(&keyring->arena);
	if (ok)
		return keyring;
	keyring_free(keyring);
	return NULL;
}

void keyring_free(struct keyring *keyring)
{
	if (!keyring)
		return;
	X509_STORE_free(keyring->anchors);
	arena_release(&keyring->arena);
	free(keyring);
}

size_t keyring_count(const struct keyring *keyring)
{
	return keyring->named_count + keyring->certified_count;
}

static bool fits(const struct key *key, struct span kid)
{
	return key->pkey && (span_is(kid, key->libtrust) || span_is(kid, key->thumbprint));
}

const struct key *keyring_find(const struct keyring *keyring, struct span kid)
{
	if (kid.len == 0)
		return NULL;
	for (size_t i = 0; i < keyring->named_count; i++)
		if (span_is(kid, keyring->named[i].kid))
			return &keyring->named[i];
	for (size_t i = 0; i < keyring->certified_count; i++)
		if (fits(keyring->certified[i], kid))
			return keyring->certified[i];
	for (size_t i = 0; i < keyring->named_count; i++)
		if (fits(&keyring->named[i], kid))
			return &keyring->named[i];
	return NULL;
}

static X509 *certificate_of(struct span der)
{
	const unsigned char *at = (const unsigned char *)der.ptr;
	X509 *certificate = d2i_X509(NULL, &at, (long)der.len);

	if (certificate && at != (const unsigned char *)der.ptr + der.len) {
		X509_free(certificate);
		certificate = NULL;
	}
	return certificate;
}

static STACK_OF(X509) *stack_of(const struct span *chain, size_t count)
{
	STACK_OF(X509) *stack = sk_X509_new_null();

	for (size_t i = 0; stack && i < count; i++) {
		X509 *certificate = certificate_of(chain[i]);

		if (!certificate || !sk_X509_push(stack, certificate)) {
			X509_free(certificate);
			sk_X509_pop_free(stack, X509_free);
			return NULL;
		}
	}
	return stack;
}

static bool may_sign(X509 *certificate)
{
	/* all bits are set if the extension is absent */
	return (X509_get_key_usage(certificate) & KU_DIGITAL_SIGNATURE) != 0;
}

static bool ends_at_an_anchor(const struct keyring *keyring, STACK_OF(X509) *stack)
{
	X509_STORE_CTX *context = X509_STORE_CTX_new();
	bool ok = context && X509_STORE_CTX_init(context, keyring->anchors, sk_X509_value(stack, 0), stack);

	if (ok) {
		X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(context);

		/* every certificate of the bundle is an anchor, also one that is not self-signed, as in Go's pools */
		X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_CHECK_SS_SIGNATURE);
		X509_VERIFY_PARAM_set_depth(param, KEYRING_DEPTH);
		ok = X509_VERIFY_PARAM_set_purpose(param, X509_PURPOSE_ANY) && X509_verify_cert(context) == 1;
	}
	X509_STORE_CTX_free(context);
	return ok;
}

bool keyring_chain(const struct keyring *keyring, const struct span *chain, size_t count, struct arena *arena,
		   struct key *out)
{
	STACK_OF(X509) *stack = keyring->anchors && count > 0 ? stack_of(chain, count) : NULL;
	const char *why;
	bool ok = stack && may_sign(sk_X509_value(stack, 0)) && ends_at_an_anchor(keyring, stack) &&
		  key_from_certificate(out, arena, sk_X509_value(stack, 0), &why);

	sk_X509_pop_free(stack, X509_free);
	ERR_clear_error();
	return ok;
}
