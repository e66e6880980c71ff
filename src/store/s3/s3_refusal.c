/* SPDX-License-Identifier: MIT */
/* What the service's refusals mean: for the client, and for whoever reads the log. */
#include <string.h>

#include "berth/base/log.h"
#include "s3_request_priv.h"

/* "Error responses" (Amazon S3 API Reference), and what other servers add. */
const struct s3_refusal s3_refusals[S3_REFUSALS] = {
	{"SignatureDoesNotMatch", E_UNKNOWN,
	 "the secret key is not that of the access key, or something on the way changes requests"},
	{"InvalidAccessKeyId", E_UNKNOWN, "the service does not know the access key"},
	{"AccessDenied", E_UNKNOWN,
	 "the keys may not do this: they need s3:GetObject, PutObject, DeleteObject, AbortMultipartUpload on the objects and "
	 "s3:ListBucket, ListBucketMultipartUploads on the bucket"},
	{"AllAccessDisabled", E_UNKNOWN, "the account is disabled"},
	{"NoSuchUpload", E_BLOB_UPLOAD_INVALID,
	 "the service has ended the upload: is there a lifecycle rule, or was it begun in another bucket?"},
	{"NoSuchBucket", E_UNKNOWN, "there is no such bucket: make it, or correct storage.s3.bucket"},
	{"InvalidBucketName", E_UNKNOWN, "storage.s3.bucket is no name of a bucket"},
	{"AuthorizationHeaderMalformed", E_UNKNOWN, "storage.s3.region is not the bucket's"},
	{"PermanentRedirect", E_UNKNOWN, "the bucket is in another region: correct storage.s3.region or regionendpoint"},
	{"TemporaryRedirect", E_UNAVAILABLE, "the bucket's name is not known everywhere yet"},
	{"IllegalLocationConstraintException", E_UNKNOWN, "storage.s3.region is not the bucket's"},
	{"RequestTimeTooSkewed", E_UNKNOWN, "this machine's clock is wrong: let NTP set it"},
	{"ExpiredToken", E_UNAVAILABLE, "the session's keys have expired"},
	{"InvalidToken", E_UNKNOWN, "the session token is not that of the keys"},
	{"TokenRefreshRequired", E_UNAVAILABLE, "the session's keys must be renewed"},
	{"SlowDown", E_UNAVAILABLE, "too many requests: lower storage.s3.maxrequestspersecond"},
	{"RequestLimitExceeded", E_UNAVAILABLE, "too many requests: lower storage.s3.maxrequestspersecond"},
	{"RequestTimeout", E_UNAVAILABLE, "the service waited too long for the body"},
	{"OperationAborted", E_UNAVAILABLE, "another request is changing the same thing"},
	{"XAmzContentSHA256Mismatch", E_UNAVAILABLE, "the body was changed on its way"},
	{"BadDigest", E_UNAVAILABLE, "the body was changed on its way"},
	{"IncompleteBody", E_UNAVAILABLE, "the body was cut on its way"},
	{"AccessControlListNotSupported", E_UNKNOWN,
	 "the bucket has no ACLs: set storage.s3.objectownership, drop objectacl"},
	{"InvalidStorageClass", E_UNKNOWN, "the service does not know storage.s3.storageclass"},
	{"InvalidEncryptionAlgorithmError", E_UNKNOWN, "the service cannot encrypt so: see storage.s3.encrypt and keyid"},
	{"EntityTooSmall", E_UNKNOWN, "a part is below the service's minimum: raise storage.s3.chunksize"},
	{"EntityTooLarge", E_UNKNOWN, "a part is above the service's maximum: lower storage.s3.chunksize"},
	{"QuotaExceeded", E_STORAGE_FULL, "the quota is used up"},
	{"XMinioStorageFull", E_STORAGE_FULL, "the service is full"},
	{"XMinioAdminBucketQuotaExceeded", E_STORAGE_FULL, "the bucket's quota is used up"},
	{"InsufficientStorage", E_STORAGE_FULL, "the service is full"},
};

const char *s3_advice_on_status(int status)
{
	switch (status) {
	case 301: return "the bucket is in another region: correct storage.s3.region or regionendpoint";
	case 400: return "the region or the session token is wrong, perhaps";
	case 401:
	case 403: return "the keys are wrong, or may not do this; without s3:ListBucket also: there is no such object";
	case 404: return "there is no such bucket, or regionendpoint is no S3 server";
	default: return "see the service's own log";
	}
}

static const struct s3_refusal *known_refusal(const struct s3_dialect *dialect, const char *code)
{
	for (size_t i = 0; i < dialect->refusal_count; i++)
		if (strcmp(dialect->refusals[i].code, code) == 0)
			return &dialect->refusals[i];
	return NULL;
}

static const struct xml *error_document(const struct http_exchange *exchange, struct arena *arena)
{
	const struct xml *root = xml_parse(span_trim(exchange->answer), arena);

	return root && strcmp(xml_name(root), "Error") == 0 ? root : NULL;
}

static const char *text_or(const struct xml *root, const char *path, const char *otherwise, struct arena *arena)
{
	const char *text = root ? xml_text(root, path, arena) : NULL;

	return text && text[0] ? text : otherwise;
}

const char *s3_code(const struct http_exchange *exchange, struct arena *arena)
{
	return text_or(error_document(exchange, arena), "Code", "", arena);
}

static void set_error(const struct http_exchange *exchange, const struct s3_refusal *known, struct error *error)
{
	enum error_code code = E_UNKNOWN;

	if (known)
		code = known->error;
	else if (exchange->status == 507)
		code = E_STORAGE_FULL;
	else if (exchange->status / 100 == 5 || exchange->status / 100 == 2 || exchange->status == 429)
		code = E_UNAVAILABLE;
	if (code == E_UNAVAILABLE)
		error_unavailable(error, S3_RETRY_AFTER);
	else
		error_set(error, code);
}

/* The region that the service says it should have been; "" when it says nothing. */
static const char *right_region(const struct xml *root, const struct http_exchange *exchange, struct arena *arena)
{
	struct span header = http_exchange_header(exchange, "x-amz-bucket-region");

	return text_or(root, "Region", arena_span(arena, header), arena);
}

/* The path, without host and query: no signature is in it. */
static struct span path_of(const char *url)
{
	const char *host = strstr(url, "://"), *path = host ? host + 3 : url;

	path += strcspn(path, "/?");
	return (struct span){path, strcspn(path, "?")};
}

bool s3_refused(struct s3_service *s3, const struct http_exchange *exchange, struct arena *arena, struct error *error)
{
	const struct xml *root = error_document(exchange, arena);
	const char *code = text_or(root, "Code", "", arena), *region = right_region(root, exchange, arena);
	struct span header = http_exchange_header(exchange, s3->dialect->request_id);
	const char *id = text_or(root, "RequestId", header.len ? arena_span(arena, header) : "none", arena);
	const struct s3_refusal *known = known_refusal(s3->dialect, code);
	const char *advice = known ? known->advice
				   : text_or(root, "Message", s3->dialect->advice_on_status(exchange->status), arena);

	log_error("%s: %s %.*s: status %d%s%s (request id %s): %s%s%s%s", s3->dialect->name, exchange->method,
		  SPAN_ARG(path_of(exchange->url)), exchange->status, code[0] ? " " : "", code, id, advice,
		  region[0] ? "; the bucket's region is " : "", region,
		  strcmp(region, s3->endpoint.region) == 0 ? " as configured" : "");
	set_error(exchange, known, error);
	return false;
}

const struct xml *s3_document(struct s3_service *s3, const struct http_exchange *exchange, const char *name,
			      struct arena *arena, struct error *error)
{
	const struct xml *root = xml_parse(span_trim(exchange->answer), arena);

	if (root && strcmp(xml_name(root), name) == 0)
		return root;
	s3_refused(s3, exchange, arena, error);
	return NULL;
}
