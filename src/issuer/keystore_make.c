/* SPDX-License-Identifier: MIT */
/* Making and removing keys and their certificates. */
#include "berth/issuer/keystore_make.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "berth/base/strbuf.h"
#include "berth/issuer/keystore.h"
#include "keystore_file_priv.h"

#define BUNDLE_MAX ((size_t)1 << 20)
#define CERTIFICATE_DAYS 3650
#define SERIAL_BITS 127
#define STAMP_LENGTH 16 /* 20260131T235959Z */
#define CLOCKS_S 300    /* a certificate is valid from some seconds before it is made, because clocks differ */

static EVP_PKEY *make_key(enum keystore_kind kind, int bits)
{
	return kind == KEYSTORE_ES256 ? EVP_EC_gen("P-256") : EVP_RSA_gen((unsigned)bits);
}

static bool set_serial(X509 *certificate)
{
	BIGNUM *number = BN_new();
	bool ok = number && BN_rand(number, SERIAL_BITS, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
		  BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != NULL;

	BN_free(number);
	return ok;
}

static bool add_extension(X509 *certificate, int nid, const char *value)
{
	X509V3_CTX context;
	X509_EXTENSION *extension;
	bool ok;

	X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
	ok = extension && X509_add_ext(certificate, extension, -1) == 1;
	X509_EXTENSION_free(extension);
	return ok;
}

static bool certificate_fill(X509 *certificate, EVP_PKEY *key, const char *name)
{
	X509_NAME *subject = X509_get_subject_name(certificate);

	return X509_set_version(certificate, X509_VERSION_3) == 1 && set_serial(certificate) &&
	       X509_gmtime_adj(X509_getm_notBefore(certificate), -CLOCKS_S) &&
	       X509_time_adj_ex(X509_getm_notAfter(certificate), CERTIFICATE_DAYS, 0, NULL) &&
	       X509_NAME_add_entry_by_txt(subject, "O", MBSTRING_ASC, (const unsigned char *)"Berth token service", -1, -1,
					  0) == 1 &&
	       X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)name, -1, -1, 0) == 1 &&
	       X509_set_issuer_name(certificate, subject) == 1 && X509_set_pubkey(certificate, key) == 1 &&
	       add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE") &&
	       add_extension(certificate, NID_key_usage, "critical,digitalSignature,keyCertSign") &&
	       add_extension(certificate, NID_subject_key_identifier, "hash") &&
	       X509_sign(certificate, key, EVP_sha256()) > 0;
}

static X509 *make_certificate(EVP_PKEY *key, const char *name)
{
	X509 *certificate = X509_new();

	if (certificate && certificate_fill(certificate, key, name))
		return certificate;
	X509_free(certificate);
	return NULL;
}

/* Returns the text of a BIO, in the arena; empty if `ok` is false. */
static struct span text_of(struct arena *arena, BIO *bio, bool ok)
{
	char *bytes;
	long len = ok ? BIO_get_mem_data(bio, &bytes) : 0;

	return len > 0 ? (struct span){arena_span(arena, (struct span){bytes, (size_t)len}), (size_t)len}
		       : (struct span){"", 0};
}

/* Writes the bundle from the certificates of the folder. */
static bool write_bundle(struct arena *arena, const char *folder, char *reason, size_t size)
{
	const char **names = arena_array(arena, KEYSTORE_MAX, sizeof *names);
	struct strbuf all;
	struct span one;
	size_t count;

	strbuf_init(&all, arena, BUNDLE_MAX);
	if (!keystore_names(names, KEYSTORE_MAX, &count, arena, folder, ".crt", reason, size))
		return false;
	while (count-- > 0) { /* the newest first */
		if (!keystore_load(&one, arena, arena_printf(arena, "%s/%s.crt", folder, names[count]), reason, size))
			return false;
		strbuf_add_span(&all, one);
	}
	return keystore_save(arena, folder, KEYSTORE_BUNDLE, 0644, strbuf_span(&all), reason, size);
}

static bool save(struct arena *arena, const char *folder, const char *name, EVP_PKEY *key, X509 *certificate, char *reason,
		 size_t size)
{
	BIO *private = BIO_new(BIO_s_secmem()), *public = BIO_new(BIO_s_mem());
	struct span key_text =
		text_of(arena, private, private && PEM_write_bio_PrivateKey(private, key, NULL, NULL, 0, NULL, NULL) == 1);
	struct span certificate_text = text_of(arena, public, public && PEM_write_bio_X509(public, certificate) == 1);
	bool ok = key_text.len && certificate_text.len;

	BIO_free(private);
	BIO_free(public);
	if (!ok)
		(void)snprintf(reason, size, "OpenSSL cannot write the key");
	ok = ok &&
	     keystore_save(arena, folder, arena_printf(arena, "%s.crt", name), 0644, certificate_text, reason, size) &&
	     write_bundle(arena, folder, reason, size) &&
	     keystore_save(arena, folder, arena_printf(arena, "%s.key", name), 0600, key_text, reason, size);
	if (key_text.len)
		explicit_bzero((char *)(uintptr_t)key_text.ptr, key_text.len);
	return ok;
}

static void stamp_now(char out[static STAMP_LENGTH + 1])
{
	time_t now = time(NULL);
	struct tm parts;

	(void)strftime(out, STAMP_LENGTH + 1, "%Y%m%dT%H%M%SZ", gmtime_r(&now, &parts));
}

/* Finds the name of the newest key, "" if there is none. The certificate is the first file that a new key gets. */
static bool newest_name(const char **out, struct arena *arena, const char *folder, char *reason, size_t size)
{
	const char **names = arena_array(arena, KEYSTORE_MAX, sizeof *names);
	size_t count;

	if (!keystore_names(names, KEYSTORE_MAX, &count, arena, folder, ".crt", reason, size))
		return false;
	*out = count ? names[count - 1] : "";
	if (count == KEYSTORE_MAX)
		(void)snprintf(reason, size, "%s: there are %d keys already", folder, KEYSTORE_MAX);
	return count < KEYSTORE_MAX;
}

/* Returns a name as 20260131T235959Z-rs256 that sorts behind all others. A second key in one second waits for the next second. */
static const char *new_name(struct arena *arena, const char *folder, enum keystore_kind kind, char *reason, size_t size)
{
	static const char *const kinds[] = {[KEYSTORE_RS256] = "rs256", [KEYSTORE_ES256] = "es256"};
	const struct timespec pause = {.tv_nsec = 50000000};
	char stamp[STAMP_LENGTH + 1];
	const char *newest;

	if (!newest_name(&newest, arena, folder, reason, size))
		return NULL;
	for (int tries = 0; tries < 40; tries++) {
		stamp_now(stamp);
		if (strncmp(stamp, newest, STAMP_LENGTH) > 0)
			return arena_printf(arena, "%s-%s", stamp, kinds[kind]);
		(void)nanosleep(&pause, NULL);
	}
	(void)snprintf(reason, size, "%s: key %s is of a later moment than now: is the clock right?", folder, newest);
	return NULL;
}

const char *keystore_make(struct arena *arena, const char *folder, enum keystore_kind kind, int bits, char *reason,
			  size_t size)
{
	const char *name;
	EVP_PKEY *key;
	X509 *certificate;
	bool ok = false;

	if (mkdir(folder, 0750) != 0 && errno != EEXIST) {
		(void)keystore_fail(reason, size, folder);
		return NULL;
	}
	name = new_name(arena, folder, kind, reason, size);
	if (!name)
		return NULL;
	key = make_key(kind, bits);
	certificate = key ? make_certificate(key, name) : NULL;
	if (certificate)
		ok = save(arena, folder, name, key, certificate, reason, size);
	else
		(void)snprintf(reason, size, "OpenSSL cannot make such a key");
	X509_free(certificate);
	EVP_PKEY_free(key);
	return ok ? name : NULL;
}

bool keystore_remove(struct arena *arena, const char *folder, const char *name, char *reason, size_t size)
{
	const char *key = arena_printf(arena, "%s/%s.key", folder, name);

	if (strchr(name, '/') || *name == '.') {
		(void)snprintf(reason, size, "%s is not the name of a key", name);
		return false;
	}
	/* the key goes before its certificate: registries refuse a token whose key is not in the bundle */
	if (unlink(key) != 0)
		return keystore_fail(reason, size, key);
	(void)unlink(arena_printf(arena, "%s/%s.crt", folder, name));
	return write_bundle(arena, folder, reason, size);
}
