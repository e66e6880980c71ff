/* SPDX-License-Identifier: MIT */
/* Requests of the gcs service: their URLs and their token. */
#include "gcs_request_priv.h"

#include "berth/base/percent.h"

const char *gcs_quote(const char *text, struct arena *arena)
{
	return percent_encode(arena, span_of(text), "");
}

const char *gcs_json_url(const struct gcs *gcs, struct arena *arena, const char *format, ...)
{
	const char *rest;
	va_list args;

	va_start(args, format);
	rest = arena_vprintf(arena, format, args);
	va_end(args);
	return arena_printf(arena, "%s/storage/v1/b/%s/o%s", gcs->endpoint, gcs->bucket, rest);
}

const char *gcs_upload_url(const struct gcs *gcs, const char *key, struct arena *arena)
{
	return arena_printf(arena, "%s/upload/storage/v1/b/%s/o?uploadType=media&name=%s&fields=size,crc32c", gcs->endpoint,
			    gcs->bucket, gcs_quote(key, arena));
}

const char *gcs_xml_url(const struct gcs *gcs, const char *key, const char *query, struct arena *arena)
{
	return arena_printf(arena, "%s/%s%s%s%s%s", gcs->endpoint, gcs->bucket, key[0] ? "/" : "",
			    percent_encode(arena, span_of(key), "/"), query[0] ? "?" : "", query);
}

bool gcs_prepare(struct http_exchange *exchange, void *context, struct arena *arena)
{
	const struct gcs *gcs = (const struct gcs *)((struct service_call *)context)->service;

	if (gcs->account.kind == GCS_ANONYMOUS)
		return true;
	if (!service_authorize(exchange, arena))
		return false;
	http_exchange_set(exchange, "Authorization", arena_strdup(arena, secret_reveal(gcs->bearer)));
	return true;
}

struct http_exchange gcs_exchange(struct gcs *gcs, const char *method, const char *url, const char *key,
				  struct arena *arena)
{
	struct service_call *call = arena_alloc(arena, sizeof *call);

	*call = (struct service_call){.service = &gcs->service, .key = key, .query = ""};
	return (struct http_exchange){
		.method = method, .url = url, .repeatable = true, .prepare = gcs_prepare, .context = call};
}

bool gcs_size(const struct json *object, const char *key, uint64_t *out)
{
	return span_to_u64(json_as_span(json_get(object, key)), out);
}
