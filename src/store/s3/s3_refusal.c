/* SPDX-License-Identifier: MIT */
/* The error codes of S3. */
#include "s3_refusal_priv.h"

#include <string.h>

#include "s3_request_priv.h"

/* "Error responses" (Amazon S3 API Reference), and what other servers add. Answers to HEAD have no body, so no code. */
static const struct refusal refusals[] = {
	{0, "SignatureDoesNotMatch", E_UNKNOWN,
	 "the secret key is not that of the access key, or something on the way changes requests"},
	{0, "InvalidAccessKeyId", E_UNKNOWN, "the service does not know the access key"},
	{0, "AccessDenied", E_UNKNOWN,
	 "the keys may not do this: they need s3:GetObject, PutObject, DeleteObject, AbortMultipartUpload on the objects and "
	 "s3:ListBucket, ListBucketMultipartUploads on the bucket"},
	{0, "AllAccessDisabled", E_UNKNOWN, "the account is disabled"},
	{0, "NoSuchUpload", E_BLOB_UPLOAD_INVALID,
	 "the service has ended the upload: is there a lifecycle rule, or was it begun in another bucket?"},
	{0, "NoSuchBucket", E_UNKNOWN, "there is no such bucket: make it, or correct storage.s3.bucket"},
	{0, "InvalidBucketName", E_UNKNOWN, "storage.s3.bucket is no name of a bucket"},
	{0, "AuthorizationHeaderMalformed", E_UNKNOWN, "storage.s3.region is not the bucket's"},
	{0, "PermanentRedirect", E_UNKNOWN, "the bucket is in another region: correct storage.s3.region or regionendpoint"},
	{0, "TemporaryRedirect", E_UNAVAILABLE, "the bucket's name is not known everywhere yet"},
	{0, "IllegalLocationConstraintException", E_UNKNOWN, "storage.s3.region is not the bucket's"},
	{0, "RequestTimeTooSkewed", E_UNKNOWN, "this machine's clock is wrong: let NTP set it"},
	{0, "ExpiredToken", E_UNAVAILABLE, "the session's keys have expired"},
	{0, "InvalidToken", E_UNKNOWN, "the session token is not that of the keys"},
	{0, "TokenRefreshRequired", E_UNAVAILABLE, "the session's keys must be renewed"},
	{0, "SlowDown", E_UNAVAILABLE, "too many requests: lower storage.s3.maxrequestspersecond"},
	{0, "RequestLimitExceeded", E_UNAVAILABLE, "too many requests: lower storage.s3.maxrequestspersecond"},
	{0, "RequestTimeout", E_UNAVAILABLE, "the service waited too long for the body"},
	{0, "OperationAborted", E_UNAVAILABLE, "another request is changing the same thing"},
	{0, "XAmzContentSHA256Mismatch", E_UNAVAILABLE, "the body was changed on its way"},
	{0, "BadDigest", E_UNAVAILABLE, "the body was changed on its way"},
	{0, "IncompleteBody", E_UNAVAILABLE, "the body was cut on its way"},
	{0, "AccessControlListNotSupported", E_UNKNOWN,
	 "the bucket has no ACLs: set storage.s3.objectownership, drop objectacl"},
	{0, "InvalidStorageClass", E_UNKNOWN, "the service does not know storage.s3.storageclass"},
	{0, "InvalidEncryptionAlgorithmError", E_UNKNOWN,
	 "the service cannot encrypt so: see storage.s3.encrypt and keyid"},
	{0, "EntityTooSmall", E_UNKNOWN, "a part is below the service's minimum: raise storage.s3.chunksize"},
	{0, "EntityTooLarge", E_UNKNOWN, "a part is above the service's maximum: lower storage.s3.chunksize"},
	{0, "QuotaExceeded", E_STORAGE_FULL, "the quota is used up"},
	{0, "XMinioStorageFull", E_STORAGE_FULL, "the service is full"},
	{0, "XMinioAdminBucketQuotaExceeded", E_STORAGE_FULL, "the bucket's quota is used up"},
	{0, "InsufficientStorage", E_STORAGE_FULL, "the service is full"},
	{301, NULL, E_UNKNOWN, "the bucket is in another region: correct storage.s3.region or regionendpoint"},
	{400, NULL, E_UNKNOWN, "perhaps the region or the session token is wrong"},
	{401, NULL, E_UNKNOWN, "the keys are wrong, or may not do this"},
	{403, NULL, E_UNKNOWN,
	 "the keys are wrong, or may not do this; without s3:ListBucket also: there is no such object"},
	{404, NULL, E_UNKNOWN, "there is no such bucket, or regionendpoint is no S3 server"},
};

const struct refusal_table s3_refusals = REFUSAL_TABLE(refusals);

static const char *text_or(const struct xml *root, const char *path, const char *otherwise, struct arena *arena)
{
	const char *text = root ? xml_text(root, path, arena) : NULL;

	return text && text[0] ? text : otherwise;
}

struct service_words s3_read_words(const struct http_exchange *exchange, struct arena *arena)
{
	const struct s3 *s3 = (const struct s3 *)service_call_of(exchange)->service;
	const struct xml *root = xml_parse(span_trim(exchange->answer), arena);
	struct span header = http_exchange_header(exchange, "x-amz-bucket-region");
	struct service_words words;
	const char *region;

	if (root && strcmp(xml_name(root), "Error") != 0)
		root = NULL;
	words = (struct service_words){text_or(root, "Code", "", arena), text_or(root, "Message", "", arena)};
	region = text_or(root, "Region", arena_span(arena, header), arena);
	if (region[0] && strcmp(region, s3->endpoint.region) != 0)
		words.message = arena_printf(arena, "the bucket's region is %s", region);
	return words;
}

bool s3_code_is(const struct http_exchange *exchange, const char *code, struct arena *arena)
{
	return strcmp(s3_read_words(exchange, arena).code, code) == 0;
}
