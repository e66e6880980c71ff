/* SPDX-License-Identifier: MIT */
/* Opening and closing the azure service, and its table of azure_ops. */
#include "berth/store/azure.h"

#include <stdio.h>
#include <stdlib.h>

#include "azure_copy_priv.h"
#include "azure_delegation_priv.h"
#include "azure_list_priv.h"
#include "azure_object_priv.h"
#include "azure_refusal_priv.h"
#include "azure_upload_priv.h"

#define NS_PER_MS 1000000
#define DELEGATION_MEMORY ((size_t)256 << 10)
#define BLOCK_MAX \
	((uint64_t)4000 << 20)    /* Put Block and Put Blob; "Scalability and performance targets for Blob storage" */
#define PART ((uint64_t)16 << 20) /* few enough requests for a large layer, and small enough to be sent again */
#define PARTS 5000                /* the service takes 50,000, but the list of a session's must fit its row */

static void azure_close(struct object_service *service)
{
	struct azure *azure = azure_of(service);

	if (azure->identity)
		credential_release(&azure->identity->credential);
	arena_release(&azure->delegation_memory);
	service_free(&azure->service);
}

static const struct object_service_ops azure_ops = {
	.name = "azure",
	.put = azure_put,
	.begin = azure_begin,
	.put_parts = azure_put_parts,
	.complete = azure_complete,
	.abandon = azure_abandon,
	.copy = azure_copy,
	.head = azure_head,
	.get = azure_get,
	.remove = azure_remove,
	.list = azure_list,
	.list_unfinished = NULL,
	.sign = azure_sign,
	.close = azure_close,
};

static const char *from_environment(const char *name)
{
	return getenv(name);
}

static bool open_identity(struct azure *azure, const struct azure_settings *settings, char *reason, size_t size)
{
	enum azure_credentials credentials = azure_credentials_of(settings);

	if (credentials != AZURE_CLIENT_SECRET && credentials != AZURE_DEFAULT_CREDENTIALS)
		return true;
	if (!azure_is_private(azure->account.endpoint)) {
		(void)snprintf(reason, size, "an identity's token is sent over https only: see serviceurl");
		return false;
	}
	azure->identity =
		azure_identity_new(settings, from_environment, azure->service.client, &azure->service.memory, reason, size);
	if (!azure->identity)
		return false;
	azure->service.credential = &azure->identity->credential;
	return true;
}

struct object_service *azure_open(const struct azure_settings *settings, char *reason, size_t size)
{
	static const struct service_kind kind = {
		.name = "azure",
		.bucket = "the container",
		.range = "x-ms-range",
		.request_id = "x-ms-request-id",
		.refusals = &azure_refusals,
		.read_words = azure_read_words,
	};
	const struct service_settings common = {
		.size = sizeof(struct azure),
		.kind = &kind,
		.ops = &azure_ops,
		.limits = {.part_size = PART, .part_max = BLOCK_MAX, .parts_max = PARTS},
		.http =
			{
				.skip_verify = settings->skipverify,
				.retries = settings->max_retries < 0 ? HTTP_CLIENT_NO_RETRIES
								     : (unsigned)settings->max_retries,
				.retry_delay_ms = (unsigned)(settings->retry_delay / NS_PER_MS),
			},
	};
	struct azure *azure = service_new(&common, reason, size);

	if (!azure)
		return NULL;
	azure->copy_first_ms = settings->copy_first_wait < NS_PER_MS ? 1
								     : (unsigned)(settings->copy_first_wait / NS_PER_MS);
	azure->copy_longest_ms = (unsigned)(settings->copy_longest_wait / NS_PER_MS);
	azure->copy_all_ms = (unsigned)(settings->copy_all_waits / NS_PER_MS);
	arena_init(&azure->delegation_memory, DELEGATION_MEMORY);
	if (azure_account_read(&azure->account, settings, &azure->service.memory, reason, size) &&
	    open_identity(azure, settings, reason, size))
		return &azure->service.base;
	azure_close(&azure->service.base);
	return NULL;
}
