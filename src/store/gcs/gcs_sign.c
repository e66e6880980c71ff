/* SPDX-License-Identifier: MIT */
/* URLs that anybody may use for a while: signed by our own key, or by the IAM service for accounts without one. */
#include "gcs_sign_priv.h"

#include <stdlib.h>
#include <string.h>

#include "berth/base/base64.h"
#include "berth/base/hex.h"
#include "berth/base/json_read.h"
#include "berth/base/log.h"
#include "berth/base/percent.h"
#include "berth/base/url.h"
#include "../service/sigv4_priv.h"
#include "gcs_token_priv.h"

#define SIGNED_HEADERS "host"
#define SECONDS_MAX 604800 /* seven days */

static const struct sigv4_dialect goog4 = {"GOOG4-RSA-SHA256", NULL, "goog4_request"};

const char *gcs_v4_url(const struct gcs_v4 *v4, const char **to_sign, struct arena *arena)
{
	struct url parts = url_split(span_of(v4->endpoint));
	struct sigv4_scope scope = sigv4_scope(&goog4, "auto", "storage", v4->now, arena);
	const char *query, *canonical;

	query = arena_printf(
		arena,
		"X-Goog-Algorithm=%s&X-Goog-Credential=%s%%2F%s&X-Goog-Date=%s&X-Goog-Expires=%u&X-Goog-SignedHeaders=" SIGNED_HEADERS,
		goog4.algorithm, gcs_quote(v4->email, arena), gcs_quote(scope.text, arena), scope.time, v4->seconds);
	canonical = arena_printf(arena, "%s\n%.*s%s\n%s\nhost:%.*s\n\n" SIGNED_HEADERS "\nUNSIGNED-PAYLOAD", v4->method,
				 SPAN_ARG(parts.path), v4->path, query, SPAN_ARG(parts.host));
	*to_sign = sigv4_text(&scope, span_of(canonical), arena);
	return arena_printf(arena, "%s%s?%s", v4->endpoint, v4->path, query);
}

const char *gcs_v4_signed(const char *url, struct span signature, struct arena *arena)
{
	char *hex = arena_alloc(arena, 2 * signature.len + 1);

	hex_encode(hex, (const unsigned char *)signature.ptr, signature.len);
	return arena_printf(arena, "%s&X-Goog-Signature=%s", url, hex);
}

/* ---- by the IAM service ---- */

/* The account may not sign by itself: blobs are sent through us from here on. */
static void give_up_signing(struct gcs *gcs, const struct http_exchange *x, struct arena *arena)
{
	const char *message = json_get_string(json_get(json_read(arena, x->answer, NULL), "error"), "message");

	log_warn("storage: gcs: no redirects: %s may not sign: status %d, %s; grant it "
		 "roles/iam.serviceAccountTokenCreator on itself",
		 gcs->account.email, x->status, message ? message : "no message");
	gcs->cannot_sign = true;
}

/* projects.serviceAccounts.signBlob. False when there is no signature now: the caller does without. */
static bool sign_remotely(struct gcs *gcs, const char *text, struct span *out, struct arena *arena)
{
	const char *body = arena_printf(arena, "{\"payload\":\"%s\"}", base64_encode(arena, text, strlen(text)));
	const char *url = arena_printf(arena, "%s/v1/projects/-/serviceAccounts/%s:signBlob", gcs->iam_endpoint,
				       percent_encode(arena, span_of(gcs->account.email), "@"));
	struct http_exchange x = gcs_exchange(gcs, "POST", url, "", arena);
	struct error ignored;
	const char *blob;

	error_init(&ignored, arena);
	x.body = http_body_bytes(span_of(body));
	http_exchange_set(&x, "Content-Type", "application/json");
	if (!service_run_quietly(&x, 1, 1, arena, &ignored)) {
		log_warn("storage: gcs: signBlob: %s", x.failure ? x.failure : "there is no token");
		return false;
	}
	if (x.status == 403 || x.status == 404) {
		give_up_signing(gcs, &x, arena);
		return false;
	}
	blob = x.status == 200 ? json_get_string(json_read(arena, x.answer, NULL), "signedBlob") : NULL;
	if (blob && base64_decode(out, arena, span_of(blob)))
		return true;
	log_warn("storage: gcs: signBlob: status %d without a signature", x.status);
	return false;
}

/* ---- URLs that cost a request are used again while they are young ---- */

static struct gcs_signed *slot_of(struct gcs *gcs, const char *name)
{
	uint32_t hash = 2166136261u; /* FNV-1a */

	for (const char *at = name; *at; at++)
		hash = (hash ^ (unsigned char)*at) * 16777619u;
	return &gcs->signed_urls[hash % GCS_SIGNED_MAX];
}

static void remember(struct gcs_signed *slot, const char *name, const char *url, int64_t until)
{
	free(slot->key);
	free(slot->url);
	*slot = (struct gcs_signed){strdup(name), strdup(url), until};
	if (!slot->key || !slot->url)
		slot->until = 0;
}

static const char *signed_remotely(struct gcs *gcs, struct gcs_v4 *v4, struct arena *arena)
{
	const char *name = arena_printf(arena, "%s %u %s", v4->method, v4->seconds, v4->path), *url, *text;
	struct gcs_signed *slot = slot_of(gcs, name);
	struct span signature;

	if (slot->until > v4->now && strcmp(slot->key, name) == 0)
		return arena_strdup(arena, slot->url);
	if (gcs->cannot_sign || !gcs_token_email(gcs, arena))
		return NULL;
	v4->email = gcs->account.email;
	url = gcs_v4_url(v4, &text, arena);
	if (!sign_remotely(gcs, text, &signature, arena))
		return NULL;
	url = gcs_v4_signed(url, signature, arena);
	remember(slot, name, url, v4->now + v4->seconds / 2);
	return url;
}

bool gcs_sign(struct object_service *service, const char *key, enum object_verb verb, unsigned seconds, const char **out,
	      struct arena *arena, struct error *error)
{
	struct gcs *gcs = gcs_of(service);
	struct gcs_v4 v4 = {
		.method = verb == OBJECT_HEAD ? "HEAD" : "GET",
		.endpoint = gcs->endpoint,
		.path = arena_printf(arena, "/%s/%s", gcs->bucket, percent_encode(arena, span_of(key), "/")),
		.email = gcs->account.email,
		.now = http_client_now(),
		.seconds = seconds < SECONDS_MAX ? seconds : SECONDS_MAX,
	};
	const char *url, *text;
	struct span signature;

	*out = NULL;
	if (gcs->account.kind == GCS_METADATA)
		*out = signed_remotely(gcs, &v4, arena);
	if (gcs->account.kind != GCS_SERVICE_ACCOUNT)
		return true;
	url = gcs_v4_url(&v4, &text, arena);
	if (!gcs_account_sign(&gcs->account, span_of(text), &signature, arena)) {
		log_error("storage: gcs: sign %s: OpenSSL does not sign with this key", key);
		return error_set(error, E_UNKNOWN);
	}
	*out = gcs_v4_signed(url, signature, arena);
	return true;
}
