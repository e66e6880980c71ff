/* SPDX-License-Identifier: MIT */
/* OpenStack Swift: the service as a whole. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "swift_tempurl_priv.h"
#include "swift_object_priv.h"

#define MEMORY ((size_t)1 << 20) /* a token, a URL, a key: tokens of the largest kind have some 10 KiB */
#define ANSWER_TIMEOUT_MS 60000  /* of a manifest of a thousand segments Swift looks at each before it answers */
#define PARTS 1000               /* until the cluster has been asked */
#define PART_MAX ((uint64_t)5 << 30)

static void swift_close(struct object_service *service)
{
	struct swift *swift = (struct swift *)service;

	http_client_free(swift->client);
	arena_release(&swift->memory);
	arena_release(&swift->key_memory);
	free(swift);
}

static const struct object_service_ops ops = {
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
	struct swift *swift = calloc(1, sizeof *swift);
	struct http_client_settings wire = {
		.skip_verify = settings->insecureskipverify,
		.answer_timeout_ms = ANSWER_TIMEOUT_MS,
	};

	if (!swift) {
		(void)snprintf(reason, size, "no memory");
		return NULL;
	}
	arena_init(&swift->memory, MEMORY);
	arena_init(&swift->key_memory, MEMORY);
	swift->settings = *settings;
	swift->storage_url = swift->tenant_id = "";
	swift->service = (struct object_service){
		.ops = &ops,
		.limits = {.part_size = (uint64_t)settings->chunksize,
			   .part_max = PART_MAX,
			   .parts_max = PARTS,
			   .put_max = PART_MAX},
	};
	swift->version = swift_auth_version((int)settings->authversion, settings->authurl);
	swift->apikey = strlen(secret_reveal(settings->password)) >= 32; /* Rackspace's have 32 digits */
	swift->client = http_client_new(&wire);
	if (swift->version && swift->client)
		return &swift->service;
	(void)snprintf(reason, size, "%s",
		       swift->version ? "libcurl cannot be set up"
				      : "storage.swift.authversion is needed: authurl names neither v1, v2 nor v3");
	swift_close(&swift->service);
	return NULL;
}
