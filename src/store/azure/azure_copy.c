/* SPDX-License-Identifier: MIT */
/*
 * Copies within the account. Copy Blob takes any size and, within one account, copies no bytes: it ends at once or soon.
 * A copy that does not end in time is called off. Then the blob is copied in blocks: each such request answers when it is done.
 */
#include "azure_copy_priv.h"

#include "azure_delegation_priv.h"
#include "azure_object_priv.h"
#include "azure_refusal_priv.h"
#include "azure_upload_priv.h"
#include "berth/base/log.h"
#include "berth/base/pause.h"

#define BLOCK ((uint64_t)256 << 20) /* of a copy in blocks */
#define SOURCE_SECONDS 3600         /* how long the source may be read meanwhile */
#define RETRY_AFTER 5               /* seconds, for the client */

enum progress { COPY_OVER, COPY_PENDING, COPY_EXISTS, COPY_FAILED };

struct copy {
	struct azure *azure;
	const char *from;
	const char *to;
	uint64_t size;
	const char *id; /* of a pending one */
};

/* The source for the service to read: the same credentials open it, but a SAS only opens what it stands beside. */
static const char *source_url(const struct copy *copy, struct arena *arena)
{
	const char *url = azure_url(copy->azure, copy->from, arena), *sas = secret_reveal(copy->azure->account.sas);

	return *sas ? arena_printf(arena, "%s?%s", url, sas) : url;
}

/* ---- Copy Blob ---- */

static enum progress progress_of(struct copy *copy, const struct http_exchange *exchange, struct arena *arena)
{
	struct span status = http_exchange_header(exchange, "x-ms-copy-status");

	copy->id = arena_span(arena, http_exchange_header(exchange, "x-ms-copy-id"));
	if (span_is(status, "success"))
		return COPY_OVER;
	return span_is(status, "pending") ? COPY_PENDING : COPY_FAILED;
}

/* Starts the copy. `replace`: overwrites the blob that is there, which the caller has looked at. */
static bool start(struct copy *copy, bool replace, enum progress *out, struct arena *arena, struct error *error)
{
	static const char *const is_there[] = {"BlobAlreadyExists", "ConditionNotMet", "PendingCopyOperation",
					       "InvalidBlobType", "TargetConditionNotMet"};
	struct http_exchange exchange = azure_exchange(copy->azure, "PUT", copy->to, "", arena);

	http_exchange_set(&exchange, "x-ms-copy-source", source_url(copy, arena));
	if (!replace)
		http_exchange_set(&exchange, "If-None-Match", "*");
	if (!service_run(&exchange, arena, error))
		return false;
	if (exchange.status == 202) {
		*out = progress_of(copy, &exchange, arena);
		return true;
	}
	*out = COPY_EXISTS;
	for (size_t i = 0; i < sizeof is_there / sizeof *is_there; i++)
		if (azure_code_is(&exchange, is_there[i]))
			return true;
	return service_refused(&exchange, error);
}

/* How far the copy is; COPY_EXISTS when the blob is no copy. */
static bool copy_look(struct copy *copy, enum progress *out, struct arena *arena, struct error *error)
{
	struct http_exchange exchange = azure_exchange(copy->azure, "HEAD", copy->to, "", arena);

	if (!service_run(&exchange, arena, error))
		return false;
	if (exchange.status != 200)
		return service_refused(&exchange, error);
	*out = http_exchange_header(&exchange, "x-ms-copy-status").len ? progress_of(copy, &exchange, arena) : COPY_EXISTS;
	return true;
}

/* Asks again until the copy is no longer pending, or the time for copies is over. */
static bool await(struct copy *copy, enum progress *progress, struct arena *arena, struct error *error)
{
	unsigned wait = copy->azure->copy_first_ms, waited = 0;

	while (*progress == COPY_PENDING && waited < copy->azure->copy_all_ms) {
		pause_ms(wait);
		waited += wait;
		if (!copy_look(copy, progress, arena, error))
			return false;
		wait = 2 * wait < copy->azure->copy_longest_ms ? 2 * wait : copy->azure->copy_longest_ms;
	}
	return true;
}

/* Leaves an empty blob in the place of the copy. That there is no copy to call off any more is fine. */
static bool call_off(struct copy *copy, struct arena *arena, struct error *error)
{
	const char *query = arena_printf(arena, "comp=copy&copyid=%s", copy->id);
	struct http_exchange exchange = azure_exchange(copy->azure, "PUT", copy->to, query, arena);

	http_exchange_set(&exchange, "x-ms-copy-action", "abort");
	if (!service_run(&exchange, arena, error))
		return false;
	return exchange.status == 204 || azure_code_is(&exchange, "NoPendingCopyOperation") ||
	       service_refused(&exchange, error);
}

/* ---- in blocks ---- */

/* Put Block From URL wants to see a right to the source in the request itself. */
static bool readable_source(const struct copy *copy, const char **out, struct arena *arena, struct error *error)
{
	const char *query;

	*out = source_url(copy, arena);
	if (secret_is_set(copy->azure->account.sas))
		return true;
	if (!azure_sign_query(copy->azure, copy->from, SOURCE_SECONDS, &query, arena, error))
		return false;
	*out = arena_printf(arena, "%s?%s", *out, query);
	return true;
}

static bool put_blocks(const struct copy *copy, const struct object_upload *upload, struct object_part *parts,
		       unsigned count, struct arena *arena, struct error *error)
{
	struct http_exchange *list = arena_array(arena, count, sizeof *list);
	const char *source;

	if (!readable_source(copy, &source, arena, error))
		return false;
	for (unsigned i = 0; i < count; i++) {
		uint64_t begin = i * BLOCK, end = begin + BLOCK < copy->size ? begin + BLOCK : copy->size;

		parts[i].number = i + 1;
		parts[i].size = end - begin;
		list[i] =
			azure_exchange(copy->azure, "PUT", upload->key, azure_block_query(upload, &parts[i], arena), arena);
		http_exchange_set(&list[i], "x-ms-copy-source", source);
		http_exchange_set(&list[i], "x-ms-source-range",
				  arena_printf(arena, "bytes=%llu-%llu", (unsigned long long)begin,
					       (unsigned long long)(end - 1)));
	}
	if (!service_run_all(list, count, AZURE_AT_ONCE, arena, error))
		return false;
	for (unsigned i = 0; i < count; i++)
		if (list[i].status != 201)
			return service_refused(&list[i], error);
	return true;
}

static bool copy_in_blocks(struct copy *copy, struct arena *arena, struct error *error)
{
	struct object_service *service = &copy->azure->service.base;
	unsigned count = (unsigned)((copy->size + BLOCK - 1) / BLOCK);
	struct object_part *parts = arena_array(arena, count, sizeof *parts);
	struct object_upload upload;

	return azure_begin(service, copy->to, &upload, arena, error) &&
	       put_blocks(copy, &upload, parts, count, arena, error) &&
	       azure_complete(service, &upload, parts, count, arena, error);
}

/* ---- all of it ---- */

static bool is_right(const struct copy *copy, bool *right, struct arena *arena, struct error *error)
{
	return service_is_there(&copy->azure->service, copy->to, copy->size, right, arena, error);
}

/* A blob is there: it has the same content, or a copy into it is under way, or a copy that failed has left it. */
static bool take_place(struct copy *copy, enum progress *progress, struct arena *arena, struct error *error)
{
	bool right;

	if (!copy_look(copy, progress, arena, error) || !await(copy, progress, arena, error) ||
	    !is_right(copy, &right, arena, error))
		return false;
	if (right)
		*progress = COPY_OVER;
	else if (*progress != COPY_PENDING)
		return start(copy, true, progress, arena, error) && await(copy, progress, arena, error);
	return true;
}

/* Removes the empty blob that a copy leaves when it fails or is called off. */
static bool clean_up(struct copy *copy, struct arena *arena, struct error *error)
{
	struct error ignored;
	bool right = true;

	error_init(&ignored, arena);
	if (is_right(copy, &right, arena, &ignored) && !right)
		azure_remove(&copy->azure->service.base, copy->to, arena, &ignored);
	if (error_is_set(error))
		return false;
	log_error("storage: azure: copy to %s: the copy failed", copy->to);
	return error_unavailable(error, RETRY_AFTER);
}

bool azure_copy(struct object_service *service, const char *from, const char *to, uint64_t size, struct arena *arena,
		struct error *error)
{
	struct copy copy = {azure_of(service), from, to, size, ""};
	enum progress progress;
	bool right = false;

	if (!start(&copy, false, &progress, arena, error) || !await(&copy, &progress, arena, error))
		return false;
	if (progress == COPY_EXISTS && !take_place(&copy, &progress, arena, error))
		return false;
	if (progress == COPY_PENDING) {
		log_info("storage: azure: copy to %s takes too long: copying it in blocks", to);
		if (!call_off(&copy, arena, error) || !copy_in_blocks(&copy, arena, error))
			return clean_up(&copy, arena, error);
	} else if (progress != COPY_OVER) {
		return clean_up(&copy, arena, error);
	}
	return is_right(&copy, &right, arena, error) && (right || clean_up(&copy, arena, error));
}
