/* SPDX-License-Identifier: MIT */
/* What the files of the azure service share: the service itself, its requests, and what becomes of refusals. */
#ifndef BERTH_STORE_AZURE_PRIV_H
#define BERTH_STORE_AZURE_PRIV_H

#include "azure_account_priv.h"
#include "azure_identity_priv.h"
#include "azure_sign_priv.h"
#include "berth/store/azure.h"

/* Put Block and Put Blob; "Scalability and performance targets for Blob storage" */
#define AZURE_BLOCK_MAX ((uint64_t)4000 << 20)
#define AZURE_LIST_MAX ((size_t)8 << 20) /* answer of one page, or of a block list */

struct azure {
	struct object_service service;
	struct http_client *client;
	struct arena memory; /* what lives as long as the service */
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

/* ---- requests ---- */

/* Of the blob `key`, or with NULL of the container; `query` is encoded, "" for none. Signed when it is run. */
struct http_exchange azure_exchange(struct azure *azure, const char *method, const char *key, const char *query,
				    struct arena *arena);

/* The URL of a blob, without any right to it. */
const char *azure_url(const struct azure *azure, const char *key, struct arena *arena);

/*
 * Runs them; a token that is refused is renewed and those exchanges run once more. False when one has no answer: that is
 * logged and the error set. What the statuses mean is the caller's.
 */
bool azure_run_all(struct azure *azure, struct http_exchange *list, size_t count, const char *key, struct arena *arena,
		   struct error *error);

/* Without the log line, and with the error set only where there is no token: each exchange's `failure` says why. */
bool azure_run_quietly(struct azure *azure, struct http_exchange *list, size_t count, struct arena *arena,
		       struct error *error);

static inline bool azure_run(struct azure *azure, struct http_exchange *exchange, const char *key, struct arena *arena,
			     struct error *error)
{
	return azure_run_all(azure, exchange, 1, key, arena, error);
}

/* ---- refusals ---- */

/* Whether the answer is an error of the service with this code (x-ms-error-code, or the body's). */
bool azure_code_is(const struct http_exchange *exchange, const char *code);

/*
 * Logs one line: what was asked of which key, the service's code, its request id, what to do about it; never the URL, which
 * may hold a signature. Sets the error by the code and returns false.
 */
bool azure_refused(const struct http_exchange *exchange, const char *what, const char *key, struct error *error);

/* The same where there is no answer to show. */
bool azure_failed(const char *what, const char *key, const char *why, struct error *error);

/* ---- shared by uploads and copies ---- */

/* The id of a block: it names the upload too, so that two uploads of one key keep apart. Percent-encoded for a query. */
const char *azure_block_id(const char *upload, unsigned number, struct arena *arena);

/* Commits `count` blocks of `size` bytes in all. True also when the blob is there already, with this size. */
bool azure_commit(struct azure *azure, const struct object_upload *upload, unsigned count, uint64_t size,
		  struct arena *arena, struct error *error);

/* True when the blob is there with this size. An error only when that cannot be known. */
bool azure_is_there(struct azure *azure, const char *key, uint64_t size, bool *is_there, struct arena *arena,
		    struct error *error);

/* A query that gives read access for `seconds`; *out NULL, without an error: this set-up cannot sign. */
bool azure_sign_query(struct azure *azure, const char *key, unsigned seconds, const char **out, struct arena *arena,
		      struct error *error);

/* The operations: see object.h. */
object_put_fn azure_put;
object_begin_fn azure_begin;
object_put_parts_fn azure_put_parts;
object_complete_fn azure_complete;
object_abandon_fn azure_abandon;
object_copy_fn azure_copy;
object_head_fn azure_head;
object_get_fn azure_get;
object_remove_fn azure_remove;
object_list_fn azure_list;
object_sign_fn azure_sign;

#endif
