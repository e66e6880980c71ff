/* SPDX-License-Identifier: MIT */
/* One request: its URL, its hash, its signature, its run. */
#include <string.h>

#include "berth/base/log.h"
#include "berth/base/percent.h"
#include "berth/base/timetext.h"
#include "s3_request_priv.h"
#include "s3_sign_priv.h"
#include "../service/body_priv.h"

#define SCRATCH_MAX ((size_t)48 << 20) /* a page of the list and its tree; a batch of requests */

/* ---- preparing an attempt ---- */

static bool hash_once(struct s3_job *job, struct http_exchange *exchange, struct arena *arena)
{
	if (job->payload)
		return true;
	if (job->s3->settings.checksum_disabled && job->s3->endpoint.secure && exchange->body.length > 0)
		job->payload = S3_UNSIGNED;
	else
		job->payload = body_sha256_hex(&exchange->body, arena);
	if (!job->payload)
		exchange->failure = "the body cannot be read";
	return job->payload != NULL;
}

bool s3_prepare(struct http_exchange *exchange, void *context, struct arena *arena)
{
	struct s3_job *job = context;
	const struct s3_keys *keys = s3_credentials_get(job->s3->credentials);
	struct s3_signer signer = {.region = job->s3->endpoint.region, .service = "s3", .now = http_client_now()};
	char *date = arena_alloc(arena, TIMETEXT_MAX);
	struct s3_signed request;

	if (!keys) {
		exchange->failure = "there are no keys";
		return false;
	}
	if (!hash_once(job, exchange, arena))
		return false;
	signer.access_key = keys->access_key;
	signer.secret_key = keys->secret_key;
	http_exchange_set(exchange, "X-Amz-Date", timetext_basic(date, signer.now));
	http_exchange_set(exchange, "X-Amz-Content-Sha256", job->payload);
	if (secret_is_set(keys->token))
		http_exchange_set(exchange, "X-Amz-Security-Token", arena_strdup(arena, secret_reveal(keys->token)));
	request =
		(struct s3_signed){exchange->method, exchange->url, exchange->fields, exchange->field_count, job->payload};
	http_exchange_set(exchange, "Authorization", s3_sign_header(&signer, &request, arena));
	return true;
}

struct http_exchange s3_exchange(struct s3_service *s3, const char *method, const char *key, const char *query,
				 struct arena *arena)
{
	struct s3_job *job = arena_alloc(arena, sizeof *job);

	*job = (struct s3_job){.s3 = s3, .key = key, .query = query};
	return (struct http_exchange){
		.method = method,
		.url = arena_printf(arena, "%s%s%s%s", s3->endpoint.base, percent_encode(arena, span_of(key), "/"),
				    query[0] ? "?" : "", query),
		.repeatable = true,
		.prepare = s3->dialect->prepare,
		.context = job,
	};
}

void s3_set_amazon_fields(const struct s3_service *s3, struct http_exchange *exchange)
{
	const struct s3_settings *settings = &s3->settings;

	http_exchange_set(exchange, "Content-Type", "application/octet-stream");
	if (settings->encrypt)
		http_exchange_set(exchange, "X-Amz-Server-Side-Encryption", settings->keyid[0] ? "aws:kms" : "AES256");
	if (settings->encrypt && settings->keyid[0])
		http_exchange_set(exchange, "X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id", settings->keyid);
	/* NONE leaves the class to the service. STANDARD is sent, as distribution does. */
	if (strcmp(settings->storageclass, "NONE") != 0)
		http_exchange_set(exchange, "X-Amz-Storage-Class", settings->storageclass);
	/* An object without the header is private, and a bucket without ACLs refuses the header. */
	if (!settings->objectownership && strcmp(settings->objectacl, "private") != 0)
		http_exchange_set(exchange, "X-Amz-Acl", settings->objectacl);
}

void s3_set_copy_source(const struct s3_service *s3, struct http_exchange *exchange, const char *key, struct arena *arena)
{
	http_exchange_set(exchange, s3->dialect->copy_source,
			  arena_printf(arena, "/%s/%s", s3->settings.bucket, percent_encode(arena, span_of(key), "/")));
}

/* ---- running ---- */

static void release(void *arena)
{
	arena_release(arena);
}

struct arena *s3_scratch(struct arena *arena)
{
	struct arena *made = arena_alloc(arena, sizeof *made);

	arena_init(made, SCRATCH_MAX);
	arena_defer(arena, release, made);
	return made;
}

/* The key as the configuration's reader knows it: the URL behind the bucket, without its query. */
static struct span name_of(const struct s3_service *s3, const struct http_exchange *exchange)
{
	struct span name = span_after(span_of(exchange->url), strlen(s3->endpoint.base));

	name.len = strcspn(name.ptr, "?");
	return name.len ? name : SPAN_LIT("the bucket");
}

static void log_requests(const struct s3_service *s3, const struct http_exchange *list, size_t count)
{
	bool logged = strcmp(s3->settings.loglevel, "off") != 0;

	for (size_t i = 0; logged && i < count; i++)
		log_each(LOG_LEVEL_INFO, "%s: %s %.*s: status %d, %u attempts, %llu bytes sent", s3->dialect->name,
			 list[i].method, SPAN_ARG(name_of(s3, &list[i])), list[i].status, list[i].attempts,
			 (unsigned long long)list[i].body.length);
}

/* Whether the answer says that the keys have expired, and others can be had. */
static bool renew(struct s3_service *s3, const struct http_exchange *exchange, struct arena *arena)
{
	const char *code = s3_fine(exchange) ? "" : s3_code(exchange, arena);

	return (strcmp(code, "ExpiredToken") == 0 || strcmp(code, "TokenRefreshRequired") == 0) &&
	       s3_credentials_expire(s3->credentials);
}

/* Answers that say so are asked for again, once, with other keys. */
static bool run_renewed(struct s3_service *s3, struct http_exchange *list, size_t count, struct arena *arena)
{
	bool ok = true;

	for (size_t i = 0; i < count; i++)
		if (renew(s3, &list[i], arena))
			ok &= http_client_run(s3->client, &list[i], arena);
	return ok;
}

bool s3_run_quietly(struct s3_service *s3, struct http_exchange *list, size_t count, unsigned at_once, struct arena *arena)
{
	bool ok = http_client_run_all(s3->client, list, count, at_once, arena) && run_renewed(s3, list, count, arena);

	log_requests(s3, list, count);
	return ok;
}

bool s3_run(struct s3_service *s3, struct http_exchange *list, size_t count, unsigned at_once, struct arena *arena,
	    struct error *error)
{
	if (s3_run_quietly(s3, list, count, at_once, arena))
		return true;
	for (size_t i = 0; i < count; i++) {
		if (!list[i].failure)
			continue;
		log_error("%s: %s %.*s: %s (%u attempts)", s3->dialect->name, list[i].method,
			  SPAN_ARG(name_of(s3, &list[i])), list[i].failure, list[i].attempts);
		break;
	}
	return error_unavailable(error, S3_RETRY_AFTER);
}

bool s3_run_one(struct s3_service *s3, struct http_exchange *exchange, struct arena *arena, struct error *error)
{
	return s3_run(s3, exchange, 1, 1, arena, error) && (s3_fine(exchange) || s3_refused(s3, exchange, arena, error));
}
