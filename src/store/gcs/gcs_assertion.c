/* SPDX-License-Identifier: MIT */
/* What is signed with the account's key. Apart from gcs_account.c, as json-c and our writer share a name. */
#include <openssl/err.h>

#include "berth/base/base64.h"
#include "berth/base/json_write.h"
#include "berth/base/strbuf.h"
#include "gcs_account_priv.h"

#define ASSERTION_MAX ((size_t)8 << 10)
#define ASSERTION_LIFE 3600 /* the most that is granted */
#define CLOCK_SLACK 10      /* our clock may be this much ahead of the service's */

bool gcs_account_sign(const struct gcs_account *account, struct span text, struct span *out, struct arena *arena)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	size_t len = (size_t)EVP_PKEY_get_size(account->key);
	unsigned char *signature = arena_alloc(arena, len);
	bool ok = context && EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, account->key) == 1 &&
		  EVP_DigestSign(context, signature, &len, (const unsigned char *)text.ptr, text.len) == 1;

	EVP_MD_CTX_free(context);
	ERR_clear_error();
	*out = (struct span){(const char *)signature, len};
	return ok;
}

const char *gcs_account_assertion(const struct gcs_account *account, const char *scope, int64_t now, struct arena *arena)
{
	struct strbuf head, claims;
	struct json_writer json;
	struct span signature;
	char *text;

	strbuf_init(&head, arena, ASSERTION_MAX);
	json = json_writer(&head);
	json_open(&json, '{');
	json_key(&json, "alg");
	json_text(&json, "RS256");
	json_key(&json, "typ");
	json_text(&json, "JWT");
	if (account->key_id[0]) {
		json_key(&json, "kid");
		json_text(&json, account->key_id);
	}
	json_close(&json, '}');
	strbuf_init(&claims, arena, ASSERTION_MAX);
	json = json_writer(&claims);
	json_open(&json, '{');
	json_key(&json, "iss");
	json_text(&json, account->email);
	json_key(&json, "scope");
	json_text(&json, scope);
	json_key(&json, "aud");
	json_text(&json, account->token_uri);
	json_key(&json, "iat");
	json_u64(&json, (uint64_t)(now - CLOCK_SLACK));
	json_key(&json, "exp");
	json_u64(&json, (uint64_t)(now - CLOCK_SLACK + ASSERTION_LIFE));
	json_close(&json, '}');
	text = arena_printf(arena, "%s.%s", base64url_encode(arena, head.ptr, head.len),
			    base64url_encode(arena, claims.ptr, claims.len));
	if (!strbuf_ok(&head) || !strbuf_ok(&claims) || !gcs_account_sign(account, span_of(text), &signature, arena))
		return NULL;
	return arena_printf(arena, "%s.%s", text, base64url_encode(arena, signature.ptr, signature.len));
}
