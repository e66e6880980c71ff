/* SPDX-License-Identifier: MIT */
/* OSS as a dialect of S3: where a bucket is, and opening the service. */
#include "berth/store/oss.h"

#include <string.h>

#include "berth/base/url.h"

#include "../s3/s3_open_priv.h"
#include "../s3/s3_refusal_priv.h"
#include "oss_refusal_priv.h"
#include "oss_request_priv.h"

#define OSS_PART_MIN 102400                   /* "Multipart upload": all parts but the last */
#define OSS_COPY_THRESHOLD ((int64_t)1 << 30) /* "CopyObject": larger ones by UploadPartCopy */
#define OSS_COPY_PART ((int64_t)128 << 20)
#define OSS_RETRIES 5
#define OSS_COPIES_AT_ONCE 10
#define SETTINGS_MEMORY ((size_t)64 << 10)

static const char *without_oss(const char *region)
{
	return strncmp(region, "oss-", 4) == 0 ? region + 4 : region;
}

/* "OSS regions and endpoints". An end-point of Alibaba's own lacks the bucket, any other is a bucket's whole host. */
static const char *host_of(const struct oss_settings *settings, struct arena *arena)
{
	static const char domain[] = ".aliyuncs.com";
	struct url url = url_split(span_of(settings->endpoint));
	const char *host = url.authority.ptr; /* a path stays behind it */
	size_t len;

	if (!settings->endpoint[0])
		return arena_printf(arena, "%s.oss-%s%s%s", settings->bucket, without_oss(settings->region),
				    settings->internal ? "-internal" : "", domain);
	len = strlen(host);
	if (strncmp(host, "oss-", 4) == 0 && len > strlen(domain) && strcmp(host + len - strlen(domain), domain) == 0)
		return arena_printf(arena, "%s.%s", settings->bucket, host);
	return host;
}

static bool is_secure(const struct oss_settings *settings)
{
	struct span scheme = url_split(span_of(settings->endpoint)).scheme;

	return scheme.len ? span_is(scheme, "https") : settings->secure;
}

/* By now the settings' end-point is the bucket's URL. */
static struct s3_endpoint oss_endpoint_of(const struct s3_settings *settings, struct arena *arena)
{
	return (struct s3_endpoint){
		.base = arena_printf(arena, "%s/", settings->regionendpoint),
		.region = arena_strdup(arena, settings->region),
		.secure = strncmp(settings->regionendpoint, "https:", 6) == 0,
	};
}

#define OSS_DIALECT(prepare_it, sign_it)                                                                \
	{                                                                                               \
		.kind = {.name = "oss",                                                                 \
			 .bucket = "the bucket",                                                        \
			 .range = "Range",                                                              \
			 .request_id = "x-oss-request-id",                                              \
			 .refusals = &oss_refusals,                                                     \
			 .read_words = s3_read_words},                                                  \
		.endpoint = oss_endpoint_of, .prepare = prepare_it, .sign_url = sign_it,                \
		.set_object_fields = oss_set_object_fields, .copy_source = "x-oss-copy-source",         \
		.copy_range = "x-oss-copy-source-range", .xml_namespace = "", .part_min = OSS_PART_MIN, \
	}

static const struct s3_dialect dialect_v1 = OSS_DIALECT(oss_prepare_v1, oss_url_v1);
static const struct s3_dialect dialect_v4 = OSS_DIALECT(oss_prepare_v4, oss_url_v4);

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
	service = s3_open(settings->v4auth ? &dialect_v4 : &dialect_v1, &as_s3, reason, size);
	arena_release(&arena);
	return service;
}
