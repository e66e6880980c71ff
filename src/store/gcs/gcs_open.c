/* SPDX-License-Identifier: MIT */
/* Opening and closing the gcs service, and its table of operations. */
#include "berth/store/gcs.h"

#include <stdio.h>
#include <stdlib.h>

#include "gcs_copy_priv.h"
#include "gcs_credentials_priv.h"
#include "gcs_list_priv.h"
#include "gcs_object_priv.h"
#include "gcs_refusal_priv.h"
#include "gcs_sign_priv.h"
#include "gcs_token_priv.h"
#include "gcs_upload_priv.h"

static void gcs_close(struct object_service *service)
{
	struct gcs *gcs = gcs_of(service);

	for (size_t i = 0; gcs->signed_urls && i < GCS_SIGNED_MAX; i++) {
		free(gcs->signed_urls[i].key);
		free(gcs->signed_urls[i].url);
	}
	free(gcs->signed_urls);
	credential_release(&gcs->credential);
	gcs_account_close(&gcs->account);
	service_free(&gcs->service);
}

static const struct object_service_ops gcs_ops = {
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

static const char *endpoint_of(struct gcs *gcs, const char *given, const char *name)
{
	if (given[0])
		return arena_strdup(&gcs->service.memory, given);
	return arena_printf(&gcs->service.memory, "https://%s.%s", name, gcs->account.universe);
}

struct object_service *gcs_open(const struct gcs_settings *settings, char *reason, size_t size)
{
	static const struct service_kind kind = {
		.name = "gcs",
		.bucket = "the bucket",
		.range = "Range",
		.request_id = "X-GUploader-UploadID",
		.refusals = &gcs_refusals,
		.read_words = gcs_read_words,
	};
	const uint64_t part_size = (uint64_t)settings->chunksize;
	const struct service_settings common = {
		.size = sizeof(struct gcs),
		.kind = &kind,
		.ops = &gcs_ops,
		.limits =
			{
				.part_size = part_size < GCS_PART_MIN ? GCS_PART_MIN : part_size,
				.part_min = GCS_PART_MIN,
				.part_max = GCS_PART_MAX,
				.parts_max = GCS_PARTS_MAX,
			},
		.http = {.user_agent = settings->useragent},
	};
	struct gcs *gcs = service_new(&common, reason, size);
	struct gcs_credentials credentials;
	const char *emulator;

	if (!gcs)
		return NULL;
	credential_init(&gcs->credential, kind.name, gcs_fetch_token, gcs, 0);
	gcs->signed_urls = calloc(GCS_SIGNED_MAX, sizeof *gcs->signed_urls);
	if (!gcs->signed_urls)
		(void)snprintf(reason, size, "out of memory");
	credentials = gcs_credentials_find(settings, &gcs->service.memory);
	emulator = gcs_emulator(settings, &gcs->service.memory);
	if (!gcs->signed_urls || !gcs_account_open(&gcs->account, &credentials, &gcs->service.memory, reason, size)) {
		gcs_close(&gcs->service.base);
		return NULL;
	}
	if (gcs->account.kind != GCS_ANONYMOUS)
		gcs->service.credential = &gcs->credential;
	gcs->bucket = arena_strdup(&gcs->service.memory, settings->bucket);
	gcs->endpoint = endpoint_of(gcs, emulator[0] ? emulator : settings->endpoint, "storage");
	gcs->iam_endpoint = endpoint_of(gcs, settings->iamendpoint, "iamcredentials");
	gcs->at_once = GCS_AT_ONCE_MAX;
	if (settings->maxconcurrency > 0 && settings->maxconcurrency < GCS_AT_ONCE_MAX)
		gcs->at_once = (unsigned)settings->maxconcurrency;
	return &gcs->service.base;
}
