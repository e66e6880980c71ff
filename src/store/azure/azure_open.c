/* SPDX-License-Identifier: MIT */
/* Opening and closing, and the table of operations. */
#include "azure_request_priv.h"

#define MEMORY ((size_t)256 << 10)
#define NS_PER_MS 1000000
#define PART ((uint64_t)16 << 20) /* few enough requests for a large layer, and small enough to be sent again */
#define PARTS 5000                /* the service takes 50,000, but the list of a session's must fit its row */

static void azure_close(struct object_service *service)
{
	struct azure *azure = azure_of(service);

	azure_identity_release(azure->identity);
	http_client_free(azure->client);
	arena_release(&azure->delegation_memory);
	arena_release(&azure->memory);
	free(azure);
}

static const struct object_service_ops operations = {
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
	azure->identity = azure_identity_new(settings, from_environment, &azure->memory, reason, size);
	return azure->identity != NULL;
}

static struct http_client *open_client(const struct azure_settings *settings)
{
	return http_client_new(&(struct http_client_settings){
		.skip_verify = settings->skipverify,
		.retries = settings->max_retries < 0 ? HTTP_CLIENT_NO_RETRIES : (unsigned)settings->max_retries,
		.retry_delay_ms = (unsigned)(settings->retry_delay / NS_PER_MS),
	});
}

struct object_service *azure_open(const struct azure_settings *settings, char *reason, size_t size)
{
	struct azure *azure = calloc(1, sizeof *azure);

	if (!azure) {
		(void)snprintf(reason, size, "out of memory");
		return NULL;
	}
	azure->service.ops = &operations;
	azure->service.limits = (struct object_limits){
		.part_size = PART,
		.part_min = 0,
		.part_max = AZURE_BLOCK_MAX,
		.parts_max = PARTS,
		.put_max = AZURE_BLOCK_MAX,
	};
	azure->copy_first_ms = settings->copy_first_wait < NS_PER_MS ? 1
								     : (unsigned)(settings->copy_first_wait / NS_PER_MS);
	azure->copy_longest_ms = (unsigned)(settings->copy_longest_wait / NS_PER_MS);
	azure->copy_all_ms = (unsigned)(settings->copy_all_waits / NS_PER_MS);
	arena_init(&azure->memory, MEMORY);
	arena_init(&azure->delegation_memory, MEMORY);
	if (azure_account_read(&azure->account, settings, &azure->memory, reason, size) &&
	    open_identity(azure, settings, reason, size)) {
		azure->client = open_client(settings);
		if (azure->client)
			return &azure->service;
		(void)snprintf(reason, size, "libcurl cannot be set up");
	}
	azure_close(&azure->service);
	return NULL;
}
