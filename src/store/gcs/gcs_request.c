/* SPDX-License-Identifier: MIT */
/* Requests of the gcs service: their URLs, their token, and what is said of those that fail. */
#include <stdio.h>

#include "berth/base/log.h"
#include "berth/base/percent.h"
#include "gcs_request_priv.h"
#include "../service/xml_priv.h"

#define NO_BUCKET "check storage.gcs.bucket and storage.gcs.endpoint"
#define RETRY_AFTER 5 /* seconds that clients are asked to wait */

const char *gcs_quote(const char *text, struct arena *arena)
{
	return percent_encode(arena, span_of(text), "");
}

const char *gcs_json_url(const struct gcs *gcs, struct arena *arena, const char *format, ...)
{
	const char *rest;
	va_list args;

	va_start(args, format);
	rest = arena_vprintf(arena, format, args);
	va_end(args);
	return arena_printf(arena, "%s/storage/v1/b/%s/o%s", gcs->endpoint, gcs->bucket, rest);
}

const char *gcs_upload_url(const struct gcs *gcs, const char *key, struct arena *arena)
{
	return arena_printf(arena, "%s/upload/storage/v1/b/%s/o?uploadType=media&name=%s&fields=size,crc32c", gcs->endpoint,
			    gcs->bucket, gcs_quote(key, arena));
}

const char *gcs_xml_url(const struct gcs *gcs, const char *key, const char *query, struct arena *arena)
{
	return arena_printf(arena, "%s/%s%s%s%s%s", gcs->endpoint, gcs->bucket, key[0] ? "/" : "",
			    percent_encode(arena, span_of(key), "/"), query[0] ? "?" : "", query);
}

bool gcs_run(struct gcs *gcs, struct http_exchange *list, size_t count, struct arena *arena)
{
	bool all, stale = false;

	for (size_t i = 0; i < count; i++) {
		if (list[i].prepare)
			continue;
		list[i].prepare = gcs_authorize;
		list[i].context = gcs;
	}
	all = http_client_run_all(gcs->client, list, count, gcs->at_once, arena);
	for (size_t i = 0; i < count; i++)
		stale |= list[i].status == 401;
	if (!stale || gcs->account.kind == GCS_ANONYMOUS)
		return all;
	gcs_token_drop(gcs);
	for (size_t i = 0; i < count; i++)
		if (list[i].status == 401)
			all &= http_client_run(gcs->client, &list[i], arena);
	return all;
}

/* ---- failures ---- */

/* What a refusal says of itself, in whichever of the two APIs' forms; "" what it does not say. */
struct verdict {
	const char *code;
	const char *message;
};

/* {"error": {"code": 403, "message": "...", "errors": [{"reason": "forbidden"}]}} */
static bool judge_json(struct verdict *out, const struct http_exchange *x, struct arena *arena)
{
	const struct jsondoc *error = jsondoc_get(jsondoc_parse(x->answer, arena), "error");
	const char *message = jsondoc_text(error, "message");
	const char *code = jsondoc_text(jsondoc_item(jsondoc_get(error, "errors"), 0), "reason");

	code = code ? code : jsondoc_text(error, "status");
	*out = (struct verdict){code ? code : "", message ? message : ""};
	return error != NULL;
}

/* <Error><Code>AccessDenied</Code><Message>..</Message><Details>..</Details></Error> */
static bool judge_xml(struct verdict *out, const struct http_exchange *x, struct arena *arena)
{
	const struct xml *root = xml_parse(x->answer, arena);
	const char *code, *message, *details;

	if (!root || strcmp(xml_name(root), "Error") != 0)
		return false;
	code = xml_text(root, "Code", arena);
	message = xml_text(root, "Message", arena);
	details = xml_text(root, "Details", arena);
	*out = (struct verdict){code ? code : "", details ? details : message ? message : ""};
	return true;
}

static struct verdict judge(const struct http_exchange *x, struct arena *arena)
{
	struct verdict verdict = {"", ""};

	if (x->answer.len > 0 && !judge_json(&verdict, x, arena))
		(void)judge_xml(&verdict, x, arena);
	return verdict;
}

/* Cloud Storage, "HTTP status and error codes", for JSON (lower-case first letter) and XML. "": any code of the status.
 */
static const struct {
	int status;
	const char *code;
	enum error_code error;
	const char *advice;
} table[] = {
	{400, "userProjectMissing", E_UNKNOWN, "the bucket has requester pays, which is not supported"},
	{400, "UserProjectMissing", E_UNKNOWN, "the bucket has requester pays, which is not supported"},
	{401, "", E_UNKNOWN, "the access token is not taken: check the account, and this machine's clock"},
	{403, "accountDisabled", E_UNKNOWN, "the account is disabled: check it and its project's billing"},
	{403, "insufficientPermissions", E_UNKNOWN,
	 "the token's scopes do not allow it: give the machine the scope devstorage.read_write, or a keyfile"},
	{403, "rateLimitExceeded", E_UNAVAILABLE, "too many requests"},
	{403, "userRateLimitExceeded", E_UNAVAILABLE, "too many requests"},
	{403, "quotaExceeded", E_UNAVAILABLE, "the project's quota is used up"},
	{403, "retentionPolicyNotMet", E_UNKNOWN, "the bucket has a retention policy: a registry's bucket must have none"},
	{403, "UserProjectAccountProblem", E_UNKNOWN, "check the project's billing"},
	{403, "", E_UNKNOWN, "grant the account roles/storage.objectAdmin on the bucket"},
	{404, "NoSuchUpload", E_BLOB_UPLOAD_INVALID,
	 "the service has ended the upload: is there a lifecycle rule, or was it begun in another bucket?"},
	{408, "", E_UNAVAILABLE, "the service waited too long for the request"},
	{429, "", E_UNAVAILABLE, "too many requests"},
};

static bool is_busy(int status)
{
	return status == 0 || status == 408 || status == 429 || status >= 500;
}

/* The JSON API tells a bucket that does not exist from an object by its message only. */
static bool names_bucket(const struct verdict *verdict)
{
	return strcmp(verdict->code, "NoSuchBucket") == 0 || strstr(verdict->message, "bucket does not exist");
}

static void look_up(const struct http_exchange *x, const struct verdict *verdict, enum error_code *code,
		    const char **advice)
{
	*code = is_busy(x->status) ? E_UNAVAILABLE : E_UNKNOWN;
	*advice = is_busy(x->status) ? "the service is busy or broken" : "this should not happen";
	if (x->status == 404)
		*advice = names_bucket(verdict) ? NO_BUCKET : "it is not there: did somebody else remove it?";
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		if (table[i].status != x->status || (table[i].code[0] && strcmp(table[i].code, verdict->code) != 0))
			continue;
		*code = table[i].error;
		*advice = table[i].advice;
		return;
	}
}

static bool set(struct error *error, enum error_code code)
{
	return code == E_UNAVAILABLE ? error_unavailable(error, RETRY_AFTER) : error_set(error, code);
}

bool gcs_failed(struct gcs *gcs, const struct http_exchange *exchange, const char *verb, const char *key,
		struct arena *arena, struct error *error)
{
	struct span id = http_exchange_header(exchange, "X-GUploader-UploadID");
	struct verdict verdict;
	enum error_code code;
	const char *advice;

	if (id.len == 0)
		id = SPAN_LIT("-");
	if (!exchange->status && !gcs->token.bearer && gcs->token.refused != E_NONE)
		return set(error, gcs->token.refused);
	if (!exchange->status) {
		log_error("gcs: %s %s/%s: no answer after %u attempts: %s", verb, gcs->bucket, key, exchange->attempts,
			  exchange->failure ? exchange->failure : "unknown");
		return set(error, E_UNAVAILABLE);
	}
	verdict = judge(exchange, arena);
	look_up(exchange, &verdict, &code, &advice);
	log_error("gcs: %s %s/%s: status %d, %s: %s; %s (request %.*s)", verb, gcs->bucket, key, exchange->status,
		  verdict.code[0] ? verdict.code : "no code", verdict.message[0] ? verdict.message : "no message", advice,
		  SPAN_ARG(id));
	return set(error, code);
}

bool gcs_strange(const struct http_exchange *exchange, const char *verb, const char *key, const char *why,
		 struct error *error)
{
	log_error("gcs: %s %s: status %d, but %s", verb, key, exchange->status, why);
	return set(error, E_UNAVAILABLE);
}

bool gcs_size(const struct jsondoc *object, const char *name, uint64_t *out)
{
	const char *text = jsondoc_text(object, name);

	return text && span_to_u64(span_of(text), out);
}

bool gcs_is_missing(const struct http_exchange *exchange, struct arena *arena)
{
	struct verdict verdict;

	if (exchange->status != 404)
		return false;
	verdict = judge(exchange, arena);
	return !names_bucket(&verdict);
}
