/* SPDX-License-Identifier: MIT */
/* From a request to its signature. */
#include "s3_sign_priv.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "berth/base/percent.h"
#include "berth/base/strbuf.h"
#include "../service/sigv4_priv.h"

#define CANONICAL_MAX ((size_t)64 << 10)

static const struct sigv4_dialect aws4 = {"AWS4-HMAC-SHA256", "AWS4", "aws4_request"};

struct pair {
	struct span name;
	struct span value;
};

struct url_parts {
	struct span host;
	struct span path;
	struct span query;
};

static struct url_parts take_apart(const char *url)
{
	const char *scheme = strstr(url, "://");
	const char *host = scheme ? scheme + 3 : url;
	const char *path = host + strcspn(host, "/?");
	const char *query = path + strcspn(path, "?");

	return (struct url_parts){
		.host = {host, (size_t)(path - host)},
		.path = query > path ? (struct span){path, (size_t)(query - path)} : SPAN_LIT("/"),
		.query = span_of(*query ? query + 1 : ""),
	};
}

static int by_bytes(struct span a, struct span b)
{
	size_t both = a.len < b.len ? a.len : b.len;
	int order = both ? memcmp(a.ptr, b.ptr, both) : 0;

	return order ? order : (a.len > b.len) - (a.len < b.len);
}

static int by_name(const void *left, const void *right)
{
	const struct pair *a = left, *b = right;
	int order = by_bytes(a->name, b->name);

	return order ? order : by_bytes(a->value, b->value);
}

/* What is encoded already stays as it is. */
static struct span encoded(struct span text, struct arena *arena)
{
	return span_of(percent_encode(arena, text, "%"));
}

static void add_query(struct strbuf *out, struct span query)
{
	struct pair *pairs;
	struct span part;
	size_t count = 0, most = 1;

	for (size_t i = 0; i < query.len; i++)
		most += query.ptr[i] == '&';
	pairs = arena_array(out->arena, most, sizeof *pairs);
	while (query.len > 0 && span_split(&query, '&', &part)) {
		struct span name;

		span_split(&part, '=', &name);
		pairs[count].name = encoded(name, out->arena);
		pairs[count++].value = part.ptr ? encoded(part, out->arena) : SPAN_LIT("");
	}
	qsort(pairs, count, sizeof *pairs, by_name);
	for (size_t i = 0; i < count; i++)
		strbuf_addf(out, "%s%.*s=%.*s", i ? "&" : "", SPAN_ARG(pairs[i].name), SPAN_ARG(pairs[i].value));
}

static struct span lowered(const char *name, struct arena *arena)
{
	char *copy = arena_strdup(arena, name);

	for (char *c = copy; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return span_of(copy);
}

/* Runs of blanks count as one. */
static void add_value(struct strbuf *out, struct span value)
{
	value = span_trim(value);
	for (size_t i = 0; i < value.len; i++)
		if (value.ptr[i] != ' ' || i == 0 || value.ptr[i - 1] != ' ')
			strbuf_addc(out, value.ptr[i]);
}

/* Host first, then sorted with the rest. */
static struct pair *headers_of(const struct s3_signed *request, struct span host, struct arena *arena)
{
	struct pair *pairs = arena_array(arena, request->field_count + 1, sizeof *pairs);

	pairs[0] = (struct pair){SPAN_LIT("host"), host};
	for (size_t i = 0; i < request->field_count; i++)
		pairs[i + 1] = (struct pair){lowered(request->fields[i].name, arena), span_of(request->fields[i].value)};
	qsort(pairs, request->field_count + 1, sizeof *pairs, by_name);
	return pairs;
}

static const char *names_of(const struct pair *headers, size_t count, struct arena *arena)
{
	struct strbuf names;

	strbuf_init(&names, arena, CANONICAL_MAX);
	for (size_t i = 0; i < count; i++)
		strbuf_addf(&names, "%s%.*s", i ? ";" : "", SPAN_ARG(headers[i].name));
	return names.ptr;
}

/* The canonical request; *names are the headers that it covers. */
static struct span canonical(const struct s3_signed *request, const char **names, struct arena *arena)
{
	struct url_parts url = take_apart(request->url);
	struct pair *headers = headers_of(request, url.host, arena);
	struct strbuf text;

	*names = names_of(headers, request->field_count + 1, arena);
	strbuf_init(&text, arena, CANONICAL_MAX);
	strbuf_addf(&text, "%s\n%.*s\n", request->method, SPAN_ARG(url.path));
	add_query(&text, url.query);
	strbuf_addc(&text, '\n');
	for (size_t i = 0; i <= request->field_count; i++) {
		strbuf_addf(&text, "%.*s:", SPAN_ARG(headers[i].name));
		add_value(&text, headers[i].value);
		strbuf_addc(&text, '\n');
	}
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
