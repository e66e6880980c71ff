/* SPDX-License-Identifier: MIT */
/* Bearer tokens of the token service or the metadata server. */
#include "gcs_token_priv.h"

#include <string.h>

#include "berth/base/json_read.h"
#include "berth/base/log.h"

#define SCOPE "https://www.googleapis.com/auth/devstorage.read_write"
#define LIFE_MAX 43200 /* seconds: the most that Google grants */
#define TOKEN_MAX ((size_t)16 << 10)
#define ANSWER_MAX ((size_t)64 << 10)
#define FORM "application/x-www-form-urlencoded"

/* What the frequent refusals come from (RFC 6749 section 5.2 has the codes). */
static const struct {
	const char *code;
	const char *part; /* of the description; "": any */
	const char *advice;
} advices[] = {
	{"invalid_grant", "short-lived", "set this machine's clock"},
	{"invalid_grant", "ignature", "the private key is not one of this account (any more): make a new key file"},
	{"invalid_grant", "account not found", "the service account does not exist: check client_email"},
	{"invalid_grant", "", "the key or the sign-in was revoked: make a new one"},
	{"invalid_client", "", "check client_id and client_secret"},
	{"invalid_scope", "", "the account may not use Cloud Storage"},
	{"unauthorized_client", "", "the account may not sign in this way"},
};

static const char *advice_for(const char *code, const char *description)
{
	for (size_t i = 0; i < sizeof advices / sizeof *advices; i++)
		if (strcmp(advices[i].code, code) == 0 && strstr(description, advices[i].part))
			return advices[i].advice;
	return "see the service's message";
}

/* Says why there is no token; `x` has no answer, or a refusal. */
static bool gcs_token_refused(const struct gcs *gcs, const struct http_exchange *x, struct credential_fetch *fetch)
{
	bool of_machine = gcs->account.kind == GCS_METADATA;
	const char *from = of_machine ? "the metadata server" : gcs->account.token_uri;
	const struct json *root = json_read(fetch->scratch, x->answer, NULL);
	const char *code = json_get_string(root, "error"), *description = json_get_string(root, "error_description");

	if (!x->status) {
		fetch->why = arena_printf(fetch->scratch, "no access token from %s: %s; %s", from, x->failure,
					  of_machine ? "off Google's machines give storage.gcs.keyfile or "
						       "storage.gcs.credentials"
						     : "check the way there");
		return false;
	}
	fetch->is_final = x->status != 429 && x->status < 500;
	fetch->why = arena_printf(fetch->scratch, "no access token from %s: status %d, %s: %s; %s", from, x->status,
				  code ? code : "no code", description ? description : "no message",
				  of_machine && x->status == 404
					  ? "this machine has no service account: give storage.gcs.keyfile"
					  : advice_for(code ? code : "", description ? description : ""));
	return false;
}

/* Takes {"access_token": ..., "expires_in": ...}. */
static bool take_token(struct gcs *gcs, const struct http_exchange *x, struct credential_fetch *fetch)
{
	const struct json *root = json_read(fetch->scratch, x->answer, NULL);
	const char *token = json_get_string(root, "access_token");
	int64_t seconds = json_get_integer(root, "expires_in", -1);

	if (!token || strlen(token) > TOKEN_MAX || seconds <= 0 || seconds > LIFE_MAX) {
		fetch->why = "the answer holds no token";
		return false;
	}
	gcs->bearer = secret_new(fetch->memory, arena_printf(fetch->memory, "Bearer %s", token));
	fetch->ends = http_client_now() + seconds;
	return true;
}

/* The form for the token service; NULL when the assertion cannot be signed. */
static const char *token_form(const struct gcs *gcs, int64_t now, struct arena *arena)
{
	const struct gcs_account *account = &gcs->account;
	const char *assertion;

	if (account->kind == GCS_USER)
		return arena_printf(arena, "grant_type=refresh_token&client_id=%s&client_secret=%s&refresh_token=%s",
				    gcs_quote(account->client_id, arena),
				    gcs_quote(secret_reveal(account->client_secret), arena),
				    gcs_quote(secret_reveal(account->refresh_token), arena));
	assertion = gcs_account_assertion(account, SCOPE, now, arena);
	if (!assertion)
		return NULL;
	return arena_printf(arena, "grant_type=urn%%3Aietf%%3Aparams%%3Aoauth%%3Agrant-type%%3Ajwt-bearer&assertion=%s",
			    assertion);
}

bool gcs_fetch_token(void *owner, struct credential_fetch *fetch)
{
	struct gcs *gcs = owner;
	struct http_exchange x = {.method = "GET", .repeatable = true, .keep = ANSWER_MAX};

	if (gcs->account.kind == GCS_METADATA) {
		x.url = arena_printf(fetch->scratch, "%stoken", gcs->account.metadata_url);
		http_exchange_set(&x, "Metadata-Flavor", "Google");
	} else {
		const char *body = token_form(gcs, http_client_now(), fetch->scratch);

		if (!body) {
			fetch->why = "the assertion could not be signed";
			return false;
		}
		x.method = "POST";
		x.url = gcs->account.token_uri;
		x.body = http_body_bytes(span_of(body));
		http_exchange_set(&x, "Content-Type", FORM);
	}
	if (!http_client_run(gcs->service.client, &x, fetch->scratch) || x.status != 200)
		return gcs_token_refused(gcs, &x, fetch);
	return take_token(gcs, &x, fetch);
}

bool gcs_token_email(struct gcs *gcs, struct arena *arena)
{
	struct http_exchange x = {.method = "GET", .repeatable = true, .keep = ANSWER_MAX};
	struct span email;

	if (gcs->account.email[0])
		return true;
	x.url = arena_printf(arena, "%semail", gcs->account.metadata_url);
	http_exchange_set(&x, "Metadata-Flavor", "Google");
	if (!http_client_run(gcs->service.client, &x, arena) || x.status != 200 || x.answer.len == 0 ||
	    x.answer.len > 254) {
		log_warn("storage: gcs: the metadata server does not tell this machine's account: status %d%s%s", x.status,
			 x.failure ? ", " : "", x.failure ? x.failure : "");
		return false;
	}
	email = span_trim(x.answer);
	gcs->account.email = arena_span(&gcs->service.memory, email);
	return true;
}
