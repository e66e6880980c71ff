/* SPDX-License-Identifier: MIT */
/* The error codes of Cloud Storage. */
#include "gcs_refusal_priv.h"

#include <string.h>

#include "berth/base/json_read.h"
#include "../service/xml_priv.h"

/* Cloud Storage, "HTTP status and error codes", for JSON (codes in lower case) and XML. */
static const struct refusal refusals[] = {
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
	{404, "NoSuchBucket", E_UNKNOWN, "check storage.gcs.bucket and storage.gcs.endpoint"},
	{404, "NoSuchUpload", E_BLOB_UPLOAD_INVALID,
	 "the service has ended the upload: is there a lifecycle rule, or was it begun in another bucket?"},
	{404, "", E_UNKNOWN, "there is no such object: did somebody else remove it?"},
};

const struct refusal_table gcs_refusals = REFUSAL_TABLE(refusals);

/* {"error": {"code": 403, "message": "...", "errors": [{"reason": "forbidden"}]}} */
static bool words_json(struct service_words *out, const struct http_exchange *x, struct arena *arena)
{
	const struct json *error = json_get(json_read(arena, x->answer, NULL), "error");
	const char *message = json_get_string(error, "message");
	const char *code = json_get_string(json_first(json_get(error, "errors")), "reason");

	code = code ? code : json_get_string(error, "status");
	*out = (struct service_words){code ? code : "", message ? message : ""};
	return error != NULL;
}

/* <Error><Code>AccessDenied</Code><Message>..</Message><Details>..</Details></Error> */
static bool words_xml(struct service_words *out, const struct http_exchange *x, struct arena *arena)
{
	const struct xml *root = xml_parse(x->answer, arena);
	const char *code, *message, *details;

	if (!root || strcmp(xml_name(root), "Error") != 0)
		return false;
	code = xml_text(root, "Code", arena);
	message = xml_text(root, "Message", arena);
	details = xml_text(root, "Details", arena);
	*out = (struct service_words){code ? code : "", details ? details : message ? message : ""};
	return true;
}

struct service_words gcs_read_words(const struct http_exchange *exchange, struct arena *arena)
{
	struct service_words words = {"", ""};

	if (exchange->answer.len > 0 && !words_json(&words, exchange, arena))
		(void)words_xml(&words, exchange, arena);
	/* The JSON API tells a missing bucket from a missing object by its message only. */
	if (exchange->status == 404 && strstr(words.message, "bucket does not exist"))
		words.code = "NoSuchBucket";
	return words;
}

bool gcs_is_missing(const struct http_exchange *exchange, struct arena *arena)
{
	return exchange->status == 404 && strcmp(gcs_read_words(exchange, arena).code, "NoSuchBucket") != 0;
}
