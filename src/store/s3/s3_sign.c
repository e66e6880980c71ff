/* SPDX-License-Identifier: MIT */
/* From a request to its signature. */
#include "s3_sign_priv.h"

#include <string.h>

#include "berth/base/percent.h"
#include "berth/base/strbuf.h"
#include "berth/base/url.h"
#include "../service/canonical_priv.h"
#include "../service/sigv4_priv.h"

#define CANONICAL_MAX ((size_t)64 << 10)

static const struct sigv4_dialect aws4 = {"AWS4-HMAC-SHA256", "AWS4", "aws4_request"};

/* What is encoded already stays as it is. */
static const char *s3_encoded(const char *text, struct arena *arena)
{
	return percent_encode(arena, span_of(text), "%");
}

static void s3_add_query(struct strbuf *out, struct span query)
{
	struct canonical parameters = canonical_query(query, out->arena);

	for (size_t i = 0; i < parameters.count; i++) {
		parameters.pairs[i].name = s3_encoded(parameters.pairs[i].name, out->arena);
		parameters.pairs[i].value = s3_encoded(parameters.pairs[i].value, out->arena);
	}
	canonical_sort(&parameters);
	for (size_t i = 0; i < parameters.count; i++)
		strbuf_addf(out, "%s%s=%s", i ? "&" : "", parameters.pairs[i].name, parameters.pairs[i].value);
}

/* Runs of blanks count as one. */
static void add_value(struct strbuf *out, const char *value)
{
	for (const char *at = value; *at; at++)
		if (*at != ' ' || at == value || at[-1] != ' ')
			strbuf_addc(out, *at);
}

/* The request's fields, and Host. */
static struct canonical headers_of(const struct s3_signed *request, struct span host, struct arena *arena)
{
	struct http_field *fields = arena_array(arena, request->field_count + 1, sizeof *fields);

	if (request->field_count)
		memcpy(fields, request->fields, request->field_count * sizeof *fields);
	fields[request->field_count] = (struct http_field){"host", arena_span(arena, host)};
	return canonical_fields(fields, request->field_count + 1, NULL, arena);
}

/* The canonical request; *names are the headers that it covers. */
static struct span canonical(const struct s3_signed *request, const char **names, struct arena *arena)
{
	struct url url = url_split(span_of(request->url));
	struct canonical headers = headers_of(request, url.authority, arena);
	struct strbuf text, list;

	strbuf_init(&list, arena, CANONICAL_MAX);
	strbuf_init(&text, arena, CANONICAL_MAX);
	strbuf_addf(&text, "%s\n%.*s\n", request->method, SPAN_ARG(url.path.len ? url.path : SPAN_LIT("/")));
	s3_add_query(&text, url.query.ptr ? url.query : SPAN_LIT(""));
	strbuf_addc(&text, '\n');
	for (size_t i = 0; i < headers.count; i++) {
		strbuf_addf(&list, "%s%s", i ? ";" : "", headers.pairs[i].name);
		strbuf_addf(&text, "%s:", headers.pairs[i].name);
		add_value(&text, headers.pairs[i].value);
		strbuf_addc(&text, '\n');
	}
	*names = list.ptr;
	strbuf_addf(&text, "\n%s\n%s", *names, request->payload);
	return strbuf_span(&text);
}

static struct sigv4_scope scope_of(const struct s3_signer *signer, struct arena *arena)
{
	return sigv4_scope(&aws4, signer->region, signer->service, signer->now, arena);
}

char *s3_sign_header(const struct s3_signer *signer, const struct s3_signed *request, struct arena *arena)
{
	struct sigv4_scope scope = scope_of(signer, arena);
	const char *names;
	struct span text = canonical(request, &names, arena);

	return arena_printf(arena, "%s Credential=%s/%s, SignedHeaders=%s, Signature=%s", aws4.algorithm,
			    signer->access_key, scope.text, names,
			    sigv4_signature(&scope, signer->secret_key, text, arena));
}

char *s3_sign_url(const struct s3_signer *signer, const char *method, const char *url, unsigned seconds,
		  struct arena *arena)
{
	struct sigv4_scope scope = scope_of(signer, arena);
	const char *credential = arena_printf(arena, "%s/%s", signer->access_key, scope.text), *names;
	struct s3_signed request = {.method = method, .payload = S3_UNSIGNED};
	struct strbuf text;

	strbuf_init(&text, arena, CANONICAL_MAX);
	strbuf_addf(&text, "%s%cX-Amz-Algorithm=%s&X-Amz-Credential=%s&X-Amz-Date=%s&X-Amz-Expires=%u", url,
		    strchr(url, '?') ? '&' : '?', aws4.algorithm, percent_encode(arena, span_of(credential), ""),
		    scope.time, seconds);
	if (secret_is_set(signer->token))
		strbuf_addf(&text, "&X-Amz-Security-Token=%s",
			    percent_encode(arena, span_of(secret_reveal(signer->token)), ""));
	strbuf_adds(&text, "&X-Amz-SignedHeaders=host");
	request.url = arena_strdup(arena, text.ptr);
	strbuf_addf(&text, "&X-Amz-Signature=%s",
		    sigv4_signature(&scope, signer->secret_key, canonical(&request, &names, arena), arena));
	return text.ptr;
}
