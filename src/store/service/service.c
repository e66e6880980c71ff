/* SPDX-License-Identifier: MIT */
/* The head of a service, and how its requests run. */
#include "service_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "berth/base/log.h"
#include "berth/base/timetext.h"

#define MEMORY ((size_t)4 << 20)
#define RETRY_AFTER 5     /* seconds, for the client */
#define MESSAGE_SHOWN 300 /* bytes of a service's message in the log */

void *service_new(const struct service_settings *settings, char *reason, size_t size)
{
	struct service *service = calloc(1, settings->size);
	struct http_client_settings http = settings->http;

	if (http.user_agent && !http.user_agent[0])
		http.user_agent = NULL;
	if (service) {
		service->base = (struct object_service){settings->ops, settings->limits};
		service->kind = settings->kind;
		arena_init(&service->memory, MEMORY);
		service->client = http_client_new(&http);
		if (service->client)
			return service;
		service_free(service);
	}
	(void)snprintf(reason, size, "out of memory, or libcurl cannot be set up");
	return NULL;
}

void service_free(struct service *service)
{
	http_client_free(service->client);
	arena_release(&service->memory);
	free(service);
}

/* ---- running ---- */

bool service_ready(struct service *service, struct arena *arena, struct error *error)
{
	return (!service->credential || credential_have(service->credential, arena, error)) &&
	       (!service->kind->ready || service->kind->ready(service, arena, error));
}

bool service_authorize(struct http_exchange *exchange, struct arena *arena)
{
	struct credential *credential = service_call_of(exchange)->service->credential;
	struct error error;

	error_init(&error, arena);
	if (!credential || credential_have(credential, arena, &error))
		return true;
	exchange->failure = "there is no credential";
	return false;
}

/* Whether the answer refuses a credential that can be replaced. */
static bool is_stale(const struct service *service, const struct http_exchange *exchange, struct arena *arena)
{
	const char *const *code = service->kind->stale_codes;
	const char *said;

	if (!service->credential || service_fine(exchange) || !exchange->status)
		return false;
	if (exchange->status == 401 || !code)
		return exchange->status == 401;
	for (said = service->kind->read_words(exchange, arena).code; *code; code++)
		if (strcmp(*code, said) == 0)
			return true;
	return false;
}

/* Tokens end early when an account is changed: those that are refused are replaced, once. */
static bool service_renew(struct service *service, struct http_exchange *list, size_t count, struct arena *arena,
			  struct error *error)
{
	bool renewed = false, ok = true;

	for (size_t i = 0; i < count; i++) {
		if (!is_stale(service, &list[i], arena))
			continue;
		if (!renewed) {
			log_info("storage: %s: the credential was refused: fetching another one", service->kind->name);
			credential_forget(service->credential);
		}
		if (!credential_have(service->credential, arena, error))
			return false;
		renewed = true;
		ok &= http_client_run(service->client, &list[i], arena);
	}
	return ok;
}

static void log_requests(const struct service *service, const struct http_exchange *list, size_t count)
{
	for (size_t i = 0; service->log_requests && i < count; i++)
		log_each(LOG_LEVEL_INFO, "storage: %s: %s %s: status %d, %u attempts, %llu bytes sent", service->kind->name,
			 list[i].method, service_key_name(&list[i]), list[i].status, list[i].attempts,
			 (unsigned long long)list[i].body.length);
}

bool service_run_quietly(struct http_exchange *list, size_t count, unsigned at_once, struct arena *arena,
			 struct error *error)
{
	struct service *service = service_call_of(&list[0])->service;
	bool ok = service_ready(service, arena, error) &&
		  http_client_run_all(service->client, list, count, at_once, arena) &&
		  service_renew(service, list, count, arena, error);

	log_requests(service, list, count);
	return ok;
}

/* Tells of the first exchange without an answer, unless the error is set already. */
static bool service_unanswered(const struct http_exchange *list, size_t count, struct error *error)
{
	for (size_t i = 0; i < count && !error_is_set(error); i++)
		if (list[i].failure && list[i].attempts > 0)
			service_failed(&list[i], list[i].failure, error);
	return error_is_set(error) ? false : error_unavailable(error, RETRY_AFTER);
}

bool service_run_all(struct http_exchange *list, size_t count, unsigned at_once, struct arena *arena, struct error *error)
{
	return count == 0 || service_run_quietly(list, count, at_once, arena, error) ||
	       service_unanswered(list, count, error);
}

bool service_run_plain(struct http_exchange *exchange, struct arena *arena, struct error *error)
{
	return http_client_run(service_call_of(exchange)->service->client, exchange, arena) ||
	       service_unanswered(exchange, 1, error);
}

bool service_run_fine(struct http_exchange *exchange, struct arena *arena, struct error *error)
{
	return service_run(exchange, arena, error) && (service_fine(exchange) || service_refused(exchange, error));
}

/* ---- telling ---- */

const char *service_key_name(const struct http_exchange *exchange)
{
	const struct service_call *call = service_call_of(exchange);

	return call->key[0] ? call->key : call->service->kind->bucket;
}

static const char *request_id(const struct http_exchange *exchange, struct arena *arena)
{
	struct span id = http_exchange_header(exchange, service_call_of(exchange)->service->kind->request_id);

	return id.len ? arena_span(arena, id) : "none";
}

bool service_refused(const struct http_exchange *exchange, struct error *error)
{
	struct service *service = service_call_of(exchange)->service;
	const struct service_kind *kind = service->kind;
	struct service_words words = kind->read_words(exchange, error->arena);
	const struct refusal *refusal = refusal_find(kind->refusals, exchange->status, words.code);

	log_error("storage: %s: %s %s: status %d%s%s (request id %s): %s%s%.*s", kind->name, exchange->method,
		  service_key_name(exchange), exchange->status, words.code[0] ? " " : "", words.code,
		  request_id(exchange, error->arena), refusal->advice, words.message[0] ? "; the service says: " : "",
		  MESSAGE_SHOWN, words.message);
	if (is_stale(service, exchange, error->arena))
		credential_forget(service->credential);
	return refusal_set(refusal, error);
}

bool service_failed(const struct http_exchange *exchange, const char *why, struct error *error)
{
	const char *name = service_call_of(exchange)->service->kind->name, *key = service_key_name(exchange);

	if (exchange->status)
		log_error("storage: %s: %s %s: status %d (request id %s): %s", name, exchange->method, key,
			  exchange->status, request_id(exchange, error->arena), why);
	else
		log_error("storage: %s: %s %s: %s (%u attempts)", name, exchange->method, key, why, exchange->attempts);
	return error_unavailable(error, RETRY_AFTER);
}

/* ---- what services do alike ---- */

bool service_is_there(struct service *service, const char *key, uint64_t size, bool *is_there, struct arena *arena,
		      struct error *error)
{
	uint64_t found_size = 0;
	bool found = false;

	if (!service->base.ops->head(&service->base, key, &found, &found_size, arena, error))
		return false;
	*is_there = found && found_size == size;
	return true;
}

int64_t service_age(const char *time)
{
	int64_t then, now = http_client_now();

	return time && timetext_parse(&then, span_of(time)) && then < now ? now - then : 0;
}

static void scratch_release(void *arena)
{
	arena_release(arena);
}

struct arena *service_scratch(struct arena *arena, size_t ceiling)
{
	struct arena *made = arena_alloc(arena, sizeof *made);

	arena_init(made, ceiling);
	arena_defer(arena, scratch_release, made);
	return made;
}
