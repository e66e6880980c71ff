/* SPDX-License-Identifier: MIT */
/* Whose requests they are: the credentials of Google's key files, and what can be signed with them. */
#ifndef BERTH_STORE_GCS_ACCOUNT_PRIV_H
#define BERTH_STORE_GCS_ACCOUNT_PRIV_H

#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "berth/base/arena.h"
#include "berth/base/secret.h"
#include "berth/base/span.h"
#include "gcs_credentials_priv.h"

enum gcs_kind {
	GCS_ANONYMOUS,
	GCS_SERVICE_ACCOUNT, /* a key of our own: assertions and URLs are signed here */
	GCS_USER,            /* a refresh token; cannot sign */
	GCS_METADATA         /* the machine's account; the IAM service signs for it */
};

struct gcs_account {
	enum gcs_kind kind;
	const char *email; /* METADATA: "" until it was asked for */
	const char *key_id;
	const char *token_uri;
	const char *universe;
	const char *metadata_url; /* METADATA: http://host/computeMetadata/v1/instance/service-accounts/default/ */
	EVP_PKEY *key;
	const char *client_id; /* USER, with the next two */
	struct secret client_secret;
	struct secret refresh_token;
};

/* Strings are copied into `arena`. False with one line, which names no secret, in `reason`. */
bool gcs_account_open(struct gcs_account *out, const struct gcs_credentials *given, struct arena *arena, char *reason,
		      size_t size);

/* From the text of a key file; `name` stands for it in `reason`. */
bool gcs_account_parse(struct gcs_account *out, struct span json, const char *name, struct arena *arena, char *reason,
		       size_t size);

/* Frees the key of the account. */
void gcs_account_close(struct gcs_account *account);

/* RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017 section 8.2) by the account's own key; false when OpenSSL fails. */
bool gcs_account_sign(const struct gcs_account *account, struct span text, struct span *out, struct arena *arena);

/*
 * The JWT that is traded for a token of an hour: RFC 7523 section 2.1, "Using OAuth 2.0 for server to server
 * applications". NULL when it cannot be signed.
 */
const char *gcs_account_assertion(const struct gcs_account *account, const char *scope, int64_t now, struct arena *arena);

#endif
