/* SPDX-License-Identifier: MIT */
/* Opening and closing the swift service, and its table of operations. */
#include "berth/store/swift.h"

#include <stdio.h>
#include <string.h>

#include "swift_copy_priv.h"
#include "swift_explore_priv.h"
#include "swift_large_priv.h"
#include "swift_object_priv.h"
#include "swift_refusal_priv.h"
#include "swift_tempurl_priv.h"
#include "swift_token_priv.h"
#include "swift_upload_priv.h"

#define KEY_MEMORY ((size_t)64 << 10)
#define ANSWER_TIMEOUT_MS 60000 /* of a manifest of a thousand segments Swift looks at each before it answers */
#define PARTS 1000              /* until the cluster has been asked */
#define PART_MAX ((uint64_t)5 << 30)

static void swift_close(struct object_service *service)
{
	struct swift *swift = swift_of(service);

	credential_release(&swift->credential);
	arena_release(&swift->key_memory);
	service_free(&swift->service);
}

static const struct object_service_ops swift_ops = {
	.name = "swift",
	.put = swift_put,
	.begin = swift_begin,
	.put_parts = swift_put_parts,
	.complete = swift_complete,
	.abandon = swift_abandon,
	.copy = swift_copy,
	.head = swift_head,
	.get = swift_get,
	.remove = swift_remove,
	.list = swift_list_objects,
	.list_unfinished = swift_list_unfinished,
	.sign = swift_sign,
	.close = swift_close,
};

struct object_service *swift_open(const struct swift_settings *settings, char *reason, size_t size)
{
	static const struct service_kind kind = {
		.name = "swift",
		.bucket = "the container",
		.range = "Range",
		.request_id = "X-Trans-Id",
		.refusals = &swift_refusals,
		.read_words = swift_read_words,
		.ready = swift_explore,
	};
	const struct service_settings common = {
		.size = sizeof(struct swift),
		.kind = &kind,
		.ops = &swift_ops,
		.limits = {.part_size = (uint64_t)settings->chunksize, .part_max = PART_MAX, .parts_max = PARTS},
		.http =
			{
				.skip_verify = settings->insecureskipverify,
				.answer_timeout_ms = ANSWER_TIMEOUT_MS,
			},
	};
	struct swift *swift = service_new(&common, reason, size);

	if (!swift)
		return NULL;
	credential_init(&swift->credential, kind.name, swift_sign_in, swift, 0);
	arena_init(&swift->key_memory, KEY_MEMORY);
	swift->service.credential = &swift->credential;
	swift->settings = *settings;
	swift->access.storage_url = swift->access.tenant_id = "";
	swift->version = swift_auth_version((int)settings->authversion, settings->authurl);
	swift->apikey = strlen(secret_reveal(settings->password)) >= 32; /* Rackspace's have 32 digits */
	if (swift->version)
		return &swift->service.base;
	(void)snprintf(reason, size, "storage.swift.authversion is needed: authurl names neither v1, v2 nor v3");
	swift_close(&swift->service.base);
	return NULL;
}
