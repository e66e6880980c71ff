/* SPDX-License-Identifier: MIT */
/* The s3 service: its table, making and closing. */
#include "berth/store/s3.h"

#include <stdio.h>
#include <stdlib.h>

#include "s3_request_priv.h"

#define SETTINGS_MAX ((size_t)1 << 20)

static void close_service(struct object_service *service)
{
	struct s3_service *s3 = s3_of(service);

	http_client_free(s3->client);
	s3_credentials_free(s3->credentials);
	arena_release(&s3->own);
	free(s3);
}

static const struct object_service_ops ops = {
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
	.close = close_service,
};

static void copy_texts(struct s3_settings *settings, struct arena *arena)
{
	const char **const texts[] = {&settings->accesskey, &settings->region,    &settings->regionendpoint,
				      &settings->bucket,    &settings->keyid,     &settings->storageclass,
				      &settings->objectacl, &settings->useragent, &settings->loglevel};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		*texts[i] = arena_strdup(arena, *texts[i]);
}

static struct object_limits limits_of(const struct s3_settings *settings, uint64_t part_min)
{
	return (struct object_limits){
		.part_size = (uint64_t)settings->chunksize,
		.part_min = part_min,
		.part_max = S3_PART_MAX,
		.parts_max = (unsigned)settings->maxparts,
		.put_max = S3_PUT_MAX,
	};
}

static struct http_client *client_of(const struct s3_settings *settings)
{
	return http_client_new(&(struct http_client_settings){
		.user_agent = settings->useragent[0] ? settings->useragent : NULL,
		.skip_verify = settings->skipverify,
		.retries = settings->maxretries > 0 ? (unsigned)settings->maxretries : HTTP_CLIENT_NO_RETRIES,
		.requests_per_second = (unsigned)settings->maxrequestspersecond,
	});
}

struct object_service *s3_service_new(const struct s3_dialect *dialect, const struct s3_settings *settings, char *reason,
				      size_t size)
{
	struct s3_service *s3 = calloc(1, sizeof *s3);

	(void)snprintf(reason, size, "out of memory");
	if (!s3)
		return NULL;
	arena_init(&s3->own, SETTINGS_MAX);
	s3->settings = *settings;
	copy_texts(&s3->settings, &s3->own);
	s3->dialect = dialect;
	s3->endpoint = dialect->endpoint(&s3->settings, &s3->own);
	s3->ops = ops;
	s3->ops.name = dialect->name;
	s3->base = (struct object_service){.ops = &s3->ops, .limits = limits_of(&s3->settings, dialect->part_min)};
	s3->credentials = s3_credentials_new(s3->settings.accesskey, settings->secretkey, settings->sessiontoken);
	s3->client = client_of(&s3->settings);
	s3->settings.secretkey = s3->settings.sessiontoken = (struct secret){0}; /* the credentials have copies */
	if (s3->credentials && s3->client)
		return &s3->base;
	close_service(&s3->base);
	return NULL;
}

const struct s3_dialect s3_amazon = {
	.name = "s3",
	.endpoint = s3_endpoint_of,
	.prepare = s3_prepare,
	.sign_url = s3_amazon_url,
	.set_object_fields = s3_set_amazon_fields,
	.copy_source = "X-Amz-Copy-Source",
	.copy_range = "X-Amz-Copy-Source-Range",
	.request_id = "x-amz-request-id",
	.xml_namespace = " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"",
	.part_min = S3_PART_MIN,
	.refusals = s3_refusals,
	.refusal_count = S3_REFUSALS,
	.advice_on_status = s3_advice_on_status,
};

struct object_service *store_s3_service_new(const struct s3_settings *settings, char *reason, size_t size)
{
	return s3_service_new(&s3_amazon, settings, reason, size);
}
