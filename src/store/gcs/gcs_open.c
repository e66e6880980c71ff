/* SPDX-License-Identifier: MIT */
/* The gcs service: opened, closed, and its table. */
#include "berth/store/gcs.h"

#include <stdlib.h>

#include "gcs_request_priv.h"

#define LIFELONG_MEMORY ((size_t)1 << 20)

static void gcs_close(struct object_service *service)
{
	struct gcs *gcs = gcs_of(service);

	http_client_free(gcs->client);
	gcs_token_drop(gcs);
	for (size_t i = 0; gcs->signed_urls && i < GCS_SIGNED_MAX; i++) {
		free(gcs->signed_urls[i].key);
		free(gcs->signed_urls[i].url);
	}
	free(gcs->signed_urls);
	gcs_account_close(&gcs->account);
	arena_release(&gcs->arena);
	free(gcs);
}

static const struct object_service_ops ops = {
	.name = "gcs",
	.put = gcs_put,
	.begin = gcs_begin,
	.put_parts = gcs_put_parts,
	.complete = gcs_complete,
	.abandon = gcs_abandon,
	.copy = gcs_copy,
	.head = gcs_head,
	.get = gcs_get,
	.remove = gcs_remove,
	.list = gcs_list,
	.list_unfinished = gcs_list_unfinished,
	.sign = gcs_sign,
	.close = gcs_close,
};

static struct object_limits limits(const struct gcs_settings *settings)
{
	uint64_t part_size = (uint64_t)settings->chunksize;

	return (struct object_limits){
		.part_size = part_size < GCS_PART_MIN ? GCS_PART_MIN : part_size,
		.part_min = GCS_PART_MIN,
		.part_max = GCS_PART_MAX,
		.parts_max = GCS_PARTS_MAX,
		.put_max = GCS_PART_MAX,
	};
}

static const char *endpoint(struct gcs *gcs, const char *given, const char *name)
{
	if (given[0])
		return arena_strdup(&gcs->arena, given);
	return arena_printf(&gcs->arena, "https://%s.%s", name, gcs->account.universe);
}

static bool open_client(struct gcs *gcs, const struct gcs_settings *settings, char *reason, size_t size)
{
	struct http_client_settings client = {
		.user_agent = settings->useragent[0] ? settings->useragent : NULL,
	};

	gcs->client = http_client_new(&client);
	gcs->signed_urls = calloc(GCS_SIGNED_MAX, sizeof *gcs->signed_urls);
	if (!gcs->client || !gcs->signed_urls)
		(void)snprintf(reason, size, "out of memory");
	return gcs->client && gcs->signed_urls;
}

struct object_service *gcs_open(const struct gcs_settings *settings, char *reason, size_t size)
{
	struct gcs *gcs = calloc(1, sizeof *gcs);
	struct gcs_credentials credentials;
	const char *emulator;

	if (!gcs) {
		(void)snprintf(reason, size, "out of memory");
		return NULL;
	}
	arena_init(&gcs->arena, LIFELONG_MEMORY);
	gcs->service = (struct object_service){&ops, limits(settings)};
	credentials = gcs_credentials_find(settings, &gcs->arena);
	emulator = gcs_emulator(settings, &gcs->arena);
	if (!gcs_account_open(&gcs->account, &credentials, &gcs->arena, reason, size) ||
	    !open_client(gcs, settings, reason, size)) {
		gcs_close(&gcs->service);
		return NULL;
	}
	gcs->bucket = arena_strdup(&gcs->arena, settings->bucket);
	gcs->endpoint = endpoint(gcs, emulator[0] ? emulator : settings->endpoint, "storage");
	gcs->iam_endpoint = endpoint(gcs, settings->iamendpoint, "iamcredentials");
	gcs->at_once = GCS_AT_ONCE_MAX;
	if (settings->maxconcurrency > 0 && settings->maxconcurrency < GCS_AT_ONCE_MAX)
		gcs->at_once = (unsigned)settings->maxconcurrency;
	return &gcs->service;
}
