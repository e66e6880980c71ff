/* SPDX-License-Identifier: MIT */
/* The azure service, and its requests. */
#ifndef BERTH_STORE_AZURE_REQUEST_PRIV_H
#define BERTH_STORE_AZURE_REQUEST_PRIV_H

#include "../service/service_priv.h"
#include "azure_account_priv.h"
#include "azure_identity_priv.h"
#include "azure_sign_priv.h"

#define AZURE_AT_ONCE 4
#define AZURE_LIST_MAX ((size_t)8 << 20) /* bytes of one page of a list, or of a block list */

struct azure {
	struct service service; /* first */
	struct azure_account account;
	struct azure_identity *identity; /* NULL: a key or a SAS */
	struct arena delegation_memory;
	struct azure_delegation delegation; /* its key unset: none yet */
	int64_t delegation_ends;
	unsigned copy_first_ms;
	unsigned copy_longest_ms;
	unsigned copy_all_ms;
};

static inline struct azure *azure_of(struct object_service *service)
{
	return (struct azure *)service;
}

/* A request about the blob `key` ("": the container) with an encoded query ("": none). Each attempt is signed. */
struct http_exchange azure_exchange(struct azure *azure, const char *method, const char *key, const char *query,
				    struct arena *arena);

/* The URL of a blob, without any right to it. */
const char *azure_url(const struct azure *azure, const char *key, struct arena *arena);

#endif
