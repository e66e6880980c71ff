/* SPDX-License-Identifier: MIT */
/* Bearer tokens: had from the token service or the metadata server, ahead of the old one's end. */
#include <inttypes.h>
#include <openssl/crypto.h>
#include <stdlib.h>

#include "berth/base/log.h"
#include "berth/base/percent.h"
#include "gcs_request_priv.h"

#define AHEAD 300      /* seconds before the end at which a new token is had */
#define AGAIN 30       /* seconds to the next try while the old token still holds */
#define LIFE_MAX 43200 /* the most that Google grants */
#define TOKEN_MAX ((size_t)16 << 10)
#define ANSWER_MAX ((size_t)64 << 10)
#define FORM "application/x-www-form-urlencoded"

void gcs_token_drop(struct gcs *gcs)
{
	if (gcs->token.bearer)
		OPENSSL_cleanse(gcs->token.bearer, strlen(gcs->token.bearer));
	free(gcs->token.bearer);
	gcs->token = (struct gcs_token){.bearer = NULL};
}

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

/* One line for a token that was not had; says what the caller's request fails with. */
static enum error_code refused(const struct gcs *gcs, const struct http_exchange *x, struct arena *arena)
{
	const char *from = gcs->account.kind == GCS_METADATA ? "the metadata server" : gcs->account.token_uri;
	const struct jsondoc *root = x->status ? jsondoc_parse(x->answer, arena) : NULL;
	const char *code = jsondoc_text(root, "error"), *description = jsondoc_text(root, "error_description");

	if (!x->status) {
		log_error("gcs: no access token from %s: %s; %s", from, x->failure,
			  gcs->account.kind == GCS_METADATA
				  ? "off Google's machines give storage.gcs.keyfile or storage.gcs.credentials"
				  : "check the way there");
		return E_UNAVAILABLE;
	}
	log_error("gcs: no access token from %s: status %d, %s: %s; %s", from, x->status, code ? code : "no code",
		  description ? description : "no message",
		  gcs->account.kind == GCS_METADATA && x->status == 404
			  ? "this machine has no service account: give storage.gcs.keyfile"
			  : advice_for(code ? code : "", description ? description : ""));
	return x->status == 429 || x->status >= 500 ? E_UNAVAILABLE : E_UNKNOWN;
}

/* Takes {"access_token": ..., "expires_in": ...}; false when it is not that. */
static bool take(struct gcs *gcs, const struct http_exchange *x, int64_t now, struct arena *arena)
{
	const struct jsondoc *root = jsondoc_parse(x->answer, arena);
	const char *token = jsondoc_text(root, "access_token");
	int64_t seconds = jsondoc_number(root, "expires_in", -1);
	char *bearer;
	size_t len;

	if (!token || strlen(token) > TOKEN_MAX || seconds < 0 || seconds > LIFE_MAX)
		return false;
	len = strlen(token) + sizeof "Bearer ";
	bearer = malloc(len);
	if (!bearer)
		return false;
	(void)snprintf(bearer, len, "Bearer %s", token);
	gcs_token_drop(gcs);
	gcs->token = (struct gcs_token){
		.bearer = bearer,
		.expires_at = now + seconds,
		.refresh_at = now + seconds - (seconds > 2 * AHEAD ? AHEAD : seconds / 2),
	};
	return true;
}

/* The form for the token service; NULL when the assertion cannot be signed. */
static const char *form(const struct gcs *gcs, int64_t now, struct arena *arena)
{
	const struct gcs_account *account = &gcs->account;
	const char *assertion;

	if (account->kind == GCS_USER)
		return arena_printf(arena, "grant_type=refresh_token&client_id=%s&client_secret=%s&refresh_token=%s",
				    gcs_quote(account->client_id, arena),
				    gcs_quote(secret_reveal(account->client_secret), arena),
				    gcs_quote(secret_reveal(account->refresh_token), arena));
	assertion = gcs_account_assertion(account, GCS_SCOPE, now, arena);
	if (!assertion)
		return NULL;
	return arena_printf(arena, "grant_type=urn%%3Aietf%%3Aparams%%3Aoauth%%3Agrant-type%%3Ajwt-bearer&assertion=%s",
			    assertion);
}

static bool ask(struct gcs *gcs, struct http_exchange *x, int64_t now, struct arena *arena)
{
	if (gcs->account.kind == GCS_METADATA) {
		*x = (struct http_exchange){.method = "GET", .repeatable = true, .keep = ANSWER_MAX};
		x->url = arena_printf(arena, "%stoken", gcs->account.metadata_url);
		http_exchange_set(x, "Metadata-Flavor", "Google");
	} else {
		const char *body = form(gcs, now, arena);

		if (!body) {
			x->failure = "the assertion could not be signed";
			return false;
		}
		*x = (struct http_exchange){
			.method = "POST",
			.url = gcs->account.token_uri,
			.repeatable = true,
			.keep = ANSWER_MAX,
			.body = http_body_bytes(span_of(body)),
		};
		http_exchange_set(x, "Content-Type", FORM);
	}
	return http_client_run(gcs->client, x, arena);
}

/* A new token; the old one stays in use while it holds and there is no new one. */
static void refresh(struct gcs *gcs, int64_t now, struct arena *arena)
{
	struct http_exchange x = {.failure = NULL};
	bool answered = ask(gcs, &x, now, arena);

	if (answered && x.status == 200 && take(gcs, &x, now, arena))
		return;
	if (answered && x.status == 200) {
		log_error("gcs: no access token: the answer holds none");
		gcs->token.refused = E_UNAVAILABLE;
	} else {
		gcs->token.refused = refused(gcs, &x, arena);
	}
	if (gcs->token.bearer && now < gcs->token.expires_at)
		gcs->token.refresh_at = now + AGAIN;
	else if (gcs->token.bearer) {
		enum error_code code = gcs->token.refused;

		gcs_token_drop(gcs);
		gcs->token.refused = code;
	}
}

bool gcs_authorize(struct http_exchange *exchange, void *context, struct arena *arena)
{
	struct gcs *gcs = context;
	int64_t now = http_client_now();

	if (gcs->account.kind == GCS_ANONYMOUS)
		return true;
	if (!gcs->token.bearer || now >= gcs->token.refresh_at)
		refresh(gcs, now, arena);
	if (!gcs->token.bearer) {
		exchange->failure = "there is no access token";
		return false;
	}
	/* A copy: exchanges that run beside this one may replace the token while libcurl still has the text. */
	http_exchange_set(exchange, "Authorization", arena_strdup(arena, gcs->token.bearer));
	return true;
}

bool gcs_token_email(struct gcs *gcs, struct arena *arena)
{
	struct http_exchange x = {.method = "GET", .repeatable = true, .keep = ANSWER_MAX};
	struct span email;

	if (gcs->account.email[0])
		return true;
	x.url = arena_printf(arena, "%semail", gcs->account.metadata_url);
	http_exchange_set(&x, "Metadata-Flavor", "Google");
	if (!http_client_run(gcs->client, &x, arena) || x.status != 200 || x.answer.len == 0 || x.answer.len > 254) {
		log_warn("gcs: the metadata server does not tell this machine's account: status %d%s%s", x.status,
			 x.failure ? ", " : "", x.failure ? x.failure : "");
		return false;
	}
	email = span_trim(x.answer);
	gcs->account.email = arena_span(&gcs->arena, email);
	return true;
}
