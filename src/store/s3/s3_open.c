/* SPDX-License-Identifier: MIT */
/* Opening and closing the s3 service, and its table of operations. */
#include "s3_open_priv.h"

#include <string.h>

#include "s3_copy_priv.h"
#include "s3_list_priv.h"
#include "s3_object_priv.h"
#include "s3_refusal_priv.h"
#include "s3_upload_priv.h"

#define S3_PART_MIN ((uint64_t)5 << 20) /* "Amazon S3 multipart upload limits" */
#define S3_PART_MAX ((uint64_t)5 << 30)

static void s3_close(struct object_service *service)
{
	struct s3 *s3 = s3_of(service);

	s3_credentials_release(&s3->credentials);
	service_free(&s3->service);
}

static const struct object_service_ops s3_ops = {
	.put = s3_put,
	.begin = s3_begin,
	.put_parts = s3_put_parts,
	.complete = s3_complete,
	.abandon = s3_abandon,
	.copy = s3_copy,
	.head = s3_head,
	.get = s3_get,
	.remove = s3_remove,
	.list = s3_list,
	.list_unfinished = s3_list_unfinished,
	.sign = s3_sign,
	.close = s3_close,
};

static void copy_texts(struct s3_settings *settings, struct arena *arena)
{
	const char **const texts[] = {&settings->accesskey, &settings->region,    &settings->regionendpoint,
				      &settings->bucket,    &settings->keyid,     &settings->storageclass,
				      &settings->objectacl, &settings->useragent, &settings->loglevel};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		*texts[i] = arena_strdup(arena, *texts[i]);
}

struct object_service *s3_open(const struct s3_dialect *dialect, const struct s3_settings *settings, char *reason,
			       size_t size)
{
	const struct service_settings common = {
		.size = sizeof(struct s3),
		.kind = &dialect->kind,
		.limits =
			{
				.part_size = (uint64_t)settings->chunksize,
				.part_min = dialect->part_min,
				.part_max = S3_PART_MAX,
				.parts_max = (unsigned)settings->maxparts,
			},
		.http =
			{
				.user_agent = settings->useragent,
				.skip_verify = settings->skipverify,
				.retries = settings->maxretries > 0 ? (unsigned)settings->maxretries
								    : HTTP_CLIENT_NO_RETRIES,
				.requests_per_second = (unsigned)settings->maxrequestspersecond,
			},
	};
	struct s3 *s3 = service_new(&common, reason, size);

	if (!s3)
		return NULL;
	s3->ops = s3_ops;
	s3->ops.name = dialect->kind.name;
	s3->service.base.ops = &s3->ops;
	s3->service.log_requests = strcmp(settings->loglevel, "off") != 0;
	s3->dialect = dialect;
	s3->settings = *settings;
	copy_texts(&s3->settings, &s3->service.memory);
	s3->endpoint = dialect->endpoint(&s3->settings, &s3->service.memory);
	s3_credentials_init(&s3->credentials, settings->accesskey, settings->secretkey, settings->sessiontoken,
			    &s3->service.memory);
	s3->settings.secretkey = s3->settings.sessiontoken = (struct secret){0}; /* the credentials have copies */
	if (!s3->credentials.is_fixed)
		s3->service.credential = &s3->credentials.credential;
	return &s3->service.base;
}

struct object_service *store_s3_service_new(const struct s3_settings *settings, char *reason, size_t size)
{
	static const char *const stale_codes[] = {"ExpiredToken", "TokenRefreshRequired", NULL};
	static const struct s3_dialect amazon = {
		.kind = {.name = "s3",
			 .bucket = "the bucket",
			 .range = "Range",
			 .request_id = "x-amz-request-id",
			 .stale_codes = stale_codes,
			 .refusals = &s3_refusals,
			 .read_words = s3_read_words},
		.endpoint = s3_endpoint_of,
		.prepare = s3_prepare,
		.sign_url = s3_sign_key,
		.set_object_fields = s3_set_object_fields,
		.copy_source = "X-Amz-Copy-Source",
		.copy_range = "X-Amz-Copy-Source-Range",
		.xml_namespace = " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"",
		.part_min = S3_PART_MIN,
	};

	return s3_open(&amazon, settings, reason, size);
}
