/* SPDX-License-Identifier: MIT */
/* Credentials from settings, from a file, or from the machine. */
#include "gcs_account_priv.h"

#include <errno.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "berth/base/json_read.h"
#include "../service/secret_file_priv.h"

#define DEFAULT_TOKEN_URI "https://oauth2.googleapis.com/token"
#define DEFAULT_UNIVERSE "googleapis.com"
#define DEFAULT_METADATA_HOST "metadata.google.internal"
#define METADATA_PATH "/computeMetadata/v1/instance/service-accounts/default/"

/* What went wrong, on one line. */
static bool __attribute__((format(printf, 3, 4))) refuse(char *reason, size_t size, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(reason, size, format, args);
	va_end(args);
	return false;
}

static const char *or_default(const char *text, const char *fallback)
{
	return text && text[0] ? text : fallback;
}

/* ---- the key ---- */

/* A key that went through an environment variable or a one-line YAML text may have "\n" in two characters. */
static char *with_line_feeds(const char *pem, struct arena *arena)
{
	char *copy = arena_strdup(arena, pem), *to = copy;

	for (const char *from = pem; *from; from++) {
		bool escape = from[0] == '\\' && from[1] == 'n';

		*to++ = escape ? '\n' : *from;
		from += escape;
	}
	*to = '\0';
	return copy;
}

/* Keys in files are never encrypted: no terminal is asked. */
static int no_passphrase(char *buffer, int size, int writing, void *context)
{
	(void)buffer;
	(void)size;
	(void)writing;
	(void)context;
	return -1;
}

static EVP_PKEY *read_key(const char *given, struct arena *arena)
{
	char *pem = with_line_feeds(given, arena);
	BIO *bio = BIO_new_mem_buf(pem, -1);
	EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL) : NULL;

	BIO_free(bio);
	OPENSSL_cleanse(pem, strlen(pem));
	ERR_clear_error();
	if (key && EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA) {
		EVP_PKEY_free(key);
		key = NULL;
	}
	return key;
}

/* ---- key files ---- */

static const char *account_member(const struct json *root, const char *key, struct arena *arena)
{
	const char *text = json_get_string(root, key);

	return arena_strdup(arena, text ? text : "");
}

static struct secret secret_member(const struct json *root, const char *key, struct arena *arena)
{
	return secret_new(arena, json_get_string(root, key));
}

static bool take_key(struct gcs_account *out, struct secret pem, const char *name, struct arena *arena, char *reason,
		     size_t size)
{
	if (!out->email[0] || !secret_is_set(pem))
		return refuse(reason, size, "%s: client_email or private_key is missing", name);
	out->kind = GCS_SERVICE_ACCOUNT;
	out->key = read_key(secret_reveal(pem), arena);
	return out->key || refuse(reason, size, "%s: private_key is no RSA key in PEM", name);
}

static bool take_user(struct gcs_account *out, const struct json *root, const char *name, struct arena *arena, char *reason,
		      size_t size)
{
	out->kind = GCS_USER;
	out->client_id = account_member(root, "client_id", arena);
	out->client_secret = secret_member(root, "client_secret", arena);
	out->refresh_token = secret_member(root, "refresh_token", arena);
	if (out->client_id[0] && secret_is_set(out->client_secret) && secret_is_set(out->refresh_token))
		return true;
	return refuse(reason, size, "%s: client_id, client_secret or refresh_token is missing", name);
}

static bool take_file(struct gcs_account *out, const struct json *root, const char *name, struct arena *arena, char *reason,
		      size_t size)
{
	const char *type = account_member(root, "type", arena);

	out->email = account_member(root, "client_email", arena);
	out->key_id = account_member(root, "private_key_id", arena);
	out->token_uri = or_default(account_member(root, "token_uri", arena), DEFAULT_TOKEN_URI);
	out->universe = or_default(account_member(root, "universe_domain", arena), DEFAULT_UNIVERSE);
	if (strcmp(type, "service_account") == 0)
		return take_key(out, secret_member(root, "private_key", arena), name, arena, reason, size);
	if (strcmp(type, "authorized_user") == 0)
		return take_user(out, root, name, arena, reason, size);
	return refuse(reason, size,
		      "%s: credentials of type \"%.40s\" are not supported: use the key file of a service account", name,
		      type);
}

bool gcs_account_parse(struct gcs_account *out, struct span json, const char *name, struct arena *arena, char *reason,
		       size_t size)
{
	const struct json *root = json_read(arena, json, NULL);

	*out = (struct gcs_account){
		.email = "", .key_id = "", .token_uri = DEFAULT_TOKEN_URI, .universe = DEFAULT_UNIVERSE};
	return root ? take_file(out, root, name, arena, reason, size)
		    : refuse(reason, size, "%s: no JSON: this is not a key file", name);
}

static bool from_file(struct gcs_account *out, const char *path, struct arena *arena, char *reason, size_t size)
{
	const char *text = secret_file_read(path, arena);

	if (!text)
		return refuse(reason, size, "%s: %s", path, strerror(errno));
	return gcs_account_parse(out, span_of(text), path, arena, reason, size);
}

static bool from_settings(struct gcs_account *out, const struct gcs_credentials *given, struct arena *arena, char *reason,
			  size_t size)
{
	out->email = arena_strdup(arena, given->key.client_email);
	out->key_id = arena_strdup(arena, given->key.private_key_id);
	out->token_uri = arena_strdup(arena, given->key.token_uri);
	return take_key(out, given->key.private_key, "credentials", arena, reason, size);
}

bool gcs_account_open(struct gcs_account *out, const struct gcs_credentials *given, struct arena *arena, char *reason,
		      size_t size)
{
	*out = (struct gcs_account){
		.email = "",
		.key_id = "",
		.token_uri = DEFAULT_TOKEN_URI,
		.universe = arena_strdup(arena, given->key.universe_domain),
	};
	if (given->anonymous)
		return true;
	if (given->keyfile[0])
		return from_file(out, given->keyfile, arena, reason, size);
	if (secret_is_set(given->key.private_key))
		return from_settings(out, given, arena, reason, size);
	if (given->default_file[0] && access(given->default_file, F_OK) == 0)
		return from_file(out, given->default_file, arena, reason, size);
	out->kind = GCS_METADATA;
	out->metadata_url =
		arena_printf(arena, "http://%s" METADATA_PATH, or_default(given->metadata_host, DEFAULT_METADATA_HOST));
	return true;
}

void gcs_account_close(struct gcs_account *account)
{
	EVP_PKEY_free(account->key);
	account->key = NULL;
}
