/* SPDX-License-Identifier: MIT */
/* OSS as a dialect of S3. */
#include "berth/store/oss.h"

#include <stdio.h>
#include <string.h>

#include "berth/base/percent.h"
#include "berth/base/timetext.h"
#include "oss_sign_priv.h"
#include "../s3/s3_request_priv.h"
#include "../service/body_priv.h"

#define OSS_PART_MIN 102400                   /* "Multipart upload": all parts but the last */
#define OSS_COPY_THRESHOLD ((int64_t)1 << 30) /* "CopyObject": larger ones by UploadPartCopy */
#define OSS_COPY_PART ((int64_t)128 << 20)
#define OSS_COPIES_AT_ONCE 10
#define OSS_RETRIES 5

/* ---- where a bucket is ---- */

static const char *without_oss(const char *region)
{
	return strncmp(region, "oss-", 4) == 0 ? region + 4 : region;
}

/* "OSS regions and endpoints". An end-point of Alibaba's own lacks the bucket, any other is a bucket's whole host. */
static const char *host_of(const struct oss_settings *settings, struct arena *arena)
{
	static const char domain[] = ".aliyuncs.com";
	const char *host = strstr(settings->endpoint, "://");
	size_t len;

	if (!settings->endpoint[0])
		return arena_printf(arena, "%s.oss-%s%s%s", settings->bucket, without_oss(settings->region),
				    settings->internal ? "-internal" : "", domain);
	host = host ? host + strlen("://") : settings->endpoint;
	len = strlen(host);
	if (strncmp(host, "oss-", 4) == 0 && len > strlen(domain) && strcmp(host + len - strlen(domain), domain) == 0)
		return arena_printf(arena, "%s.%s", settings->bucket, host);
	return host;
}

static bool is_secure(const struct oss_settings *settings)
{
	if (strstr(settings->endpoint, "://"))
		return strncmp(settings->endpoint, "https:", 6) == 0;
	return settings->secure;
}

/* By now the settings' end-point is the bucket's URL. */
static struct s3_endpoint endpoint_of(const struct s3_settings *settings, struct arena *arena)
{
	return (struct s3_endpoint){
		.base = arena_printf(arena, "%s/", settings->regionendpoint),
		.region = arena_strdup(arena, settings->region),
		.secure = strncmp(settings->regionendpoint, "https:", 6) == 0,
	};
}

/* ---- signing ---- */

/* Once for all attempts: the job keeps it. */
static bool sum_once(struct s3_job *job, struct http_exchange *exchange, struct arena *arena)
{
	if (job->payload || exchange->body.length == 0)
		return true;
	job->payload = body_md5_base64(&exchange->body, arena);
	if (!job->payload)
		exchange->failure = "the body cannot be read";
	return job->payload != NULL;
}

static struct oss_signer signer_of(const struct s3_service *s3, const struct s3_keys *keys)
{
	return (struct oss_signer){
		.access_key = keys->access_key,
		.secret_key = keys->secret_key,
		.region = s3->endpoint.region,
		.bucket = s3->settings.bucket,
		.now = http_client_now(),
	};
}

static bool prepare(struct http_exchange *exchange, void *context, bool v1, struct arena *arena)
{
	struct s3_job *job = context;
	struct oss_signer signer = signer_of(job->s3, s3_credentials_get(job->s3->credentials));
	char *date = arena_alloc(arena, TIMETEXT_MAX);
	struct oss_signed request;

	if (!sum_once(job, exchange, arena))
		return false;
	if (job->payload)
		http_exchange_set(exchange, "Content-MD5", job->payload);
	if (v1) {
		http_exchange_set(exchange, "Date", timetext_http(date, signer.now));
	} else {
		http_exchange_set(exchange, "x-oss-date", timetext_basic(date, signer.now));
		http_exchange_set(exchange, "x-oss-content-sha256", "UNSIGNED-PAYLOAD");
	}
	request = (struct oss_signed){exchange->method, job->key, job->query, exchange->fields, exchange->field_count};
	http_exchange_set(exchange, "Authorization",
			  v1 ? oss_v1_header(&signer, &request, arena) : oss_v4_header(&signer, &request, arena));
	return true;
}

static bool prepare_v1(struct http_exchange *exchange, void *context, struct arena *arena)
{
	return prepare(exchange, context, true, arena);
}

static bool prepare_v4(struct http_exchange *exchange, void *context, struct arena *arena)
{
	return prepare(exchange, context, false, arena);
}

static char *signed_url(const struct s3_service *s3, const struct s3_keys *keys, const char *method, const char *key,
			unsigned seconds, bool v1, struct arena *arena)
{
	struct oss_signer signer = signer_of(s3, keys);
	struct oss_signed request = {.method = method, .key = key, .query = ""};

	return arena_printf(arena, "%s%s?%s", s3->endpoint.base, percent_encode(arena, span_of(key), "/"),
			    v1 ? oss_v1_query(&signer, &request, seconds, arena)
			       : oss_v4_query(&signer, &request, seconds, arena));
}

static char *url_v1(const struct s3_service *s3, const struct s3_keys *keys, const char *method, const char *key,
		    unsigned seconds, struct arena *arena)
{
	return signed_url(s3, keys, method, key, seconds, true, arena);
}

static char *url_v4(const struct s3_service *s3, const struct s3_keys *keys, const char *method, const char *key,
		    unsigned seconds, struct arena *arena)
{
	return signed_url(s3, keys, method, key, seconds, false, arena);
}

/* ---- what new objects are told, and what refusals mean ---- */

static void set_object_fields(const struct s3_service *s3, struct http_exchange *exchange)
{
	http_exchange_set(exchange, "Content-Type", "application/octet-stream");
	if (s3->settings.keyid[0]) {
		http_exchange_set(exchange, "x-oss-server-side-encryption", "KMS");
		http_exchange_set(exchange, "x-oss-server-side-encryption-key-id", s3->settings.keyid);
	} else if (s3->settings.encrypt) {
		http_exchange_set(exchange, "x-oss-server-side-encryption", "AES256");
	}
}

/* "HTTP status codes and error codes" (Object Storage Service). */
static const struct s3_refusal refusals[] = {
	{"SignatureDoesNotMatch", E_UNKNOWN,
	 "accesskeysecret is not that of accesskeyid, or something on the way changes requests; see storage.oss.region too"},
	{"InvalidAccessKeyId", E_UNKNOWN, "the service does not know storage.oss.accesskeyid"},
	{"AccessDenied", E_UNKNOWN,
	 "the keys may not do this: they need oss:GetObject, PutObject, DeleteObject, AbortMultipartUpload, ListObjects and "
	 "ListMultipartUploads; or the bucket is at another end-point"},
	{"NoSuchUpload", E_BLOB_UPLOAD_INVALID,
	 "the service has ended the upload: is there a lifecycle rule, or was it begun in another bucket?"},
	{"NoSuchBucket", E_UNKNOWN, "there is no such bucket: make it, or correct storage.oss.bucket"},
	{"InvalidBucketName", E_UNKNOWN, "storage.oss.bucket is no name of a bucket"},
	{"RequestTimeTooSkewed", E_UNKNOWN, "this machine's clock is wrong: let NTP set it"},
	{"InvalidDigest", E_UNAVAILABLE, "the body was changed on its way"},
	{"BadDigest", E_UNAVAILABLE, "the body was changed on its way"},
	{"IncompleteBody", E_UNAVAILABLE, "the body was cut on its way"},
	{"RequestTimeout", E_UNAVAILABLE, "the service waited too long for the body"},
	{"QpsLimitExceeded", E_UNAVAILABLE, "too many requests"},
	{"DownloadTrafficRateLimitExceeded", E_UNAVAILABLE, "too much traffic"},
	{"UploadTrafficRateLimitExceeded", E_UNAVAILABLE, "too much traffic"},
	{"OperationAborted", E_UNAVAILABLE, "another request is changing the same thing"},
	{"UserDisable", E_UNKNOWN, "the account is disabled or has not paid"},
	{"EntityTooSmall", E_UNKNOWN, "a part is below the service's minimum: raise storage.oss.chunksize"},
	{"InvalidEncryptionAlgorithmError", E_UNKNOWN, "the service cannot encrypt so: see storage.oss.encrypt"},
};

static const char *advice_on_status(int status)
{
	switch (status) {
	case 301:
	case 307: return "the bucket is at another end-point: correct storage.oss.region or endpoint";
	case 401:
	case 403: return "the keys are wrong, or may not do this";
	case 404: return "there is no such bucket, or storage.oss.endpoint is no OSS server";
	default: return "see the service's own log";
	}
}

#define OSS_DIALECT(prepare_it, sign_it)                                                                             \
	{                                                                                                            \
		.name = "oss", .endpoint = endpoint_of, .prepare = prepare_it, .sign_url = sign_it,                  \
		.set_object_fields = set_object_fields, .copy_source = "x-oss-copy-source",                          \
		.copy_range = "x-oss-copy-source-range", .request_id = "x-oss-request-id", .xml_namespace = "",      \
		.part_min = OSS_PART_MIN, .refusals = refusals, .refusal_count = sizeof refusals / sizeof *refusals, \
		.advice_on_status = advice_on_status,                                                                \
	}

static const struct s3_dialect dialect_v1 = OSS_DIALECT(prepare_v1, url_v1);
static const struct s3_dialect dialect_v4 = OSS_DIALECT(prepare_v4, url_v4);

#define SETTINGS_MEMORY ((size_t)64 << 10)

struct object_service *store_oss_service_new(const struct oss_settings *settings, char *reason, size_t size)
{
	struct s3_settings as_s3 = {
		.accesskey = settings->accesskeyid,
		.secretkey = settings->accesskeysecret,
		.region = without_oss(settings->region),
		.bucket = settings->bucket,
		.encrypt = settings->encrypt,
		.keyid = settings->encryptionkeyid,
		.chunksize = settings->chunksize,
		.maxparts = S3_PARTS_MAX,
		.multipartcopychunksize = OSS_COPY_PART,
		.multipartcopythresholdsize = OSS_COPY_THRESHOLD,
		.multipartcopymaxconcurrency = OSS_COPIES_AT_ONCE,
		.storageclass = "NONE",
		.objectacl = "private",
		.useragent = "",
		.loglevel = "off",
		.maxretries = OSS_RETRIES,
	};
	struct object_service *service;
	struct arena arena;

	arena_init(&arena, SETTINGS_MEMORY);
	as_s3.regionendpoint =
		arena_printf(&arena, "%s://%s", is_secure(settings) ? "https" : "http", host_of(settings, &arena));
	service = s3_service_new(settings->v4auth ? &dialect_v4 : &dialect_v1, &as_s3, reason, size);
	arena_release(&arena);
	return service;
}
