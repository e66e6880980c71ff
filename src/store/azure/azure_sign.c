/* SPDX-License-Identifier: MIT */
/* Shared Key and shared access signatures. */
#include "azure_sign_priv.h"

#include <ctype.h>

#include <openssl/crypto.h>

#include "../service/canonical_priv.h"
#include "berth/base/base64.h"
#include "berth/base/hash.h"
#include "berth/base/percent.h"
#include "berth/base/strbuf.h"
#include "berth/base/url.h"

#define TEXT_MAX ((size_t)64 << 10) /* of a string to sign; real ones are below 4 KiB */

/* ---- Shared Key ---- */

static bool is_ms(const char *name)
{
	return strncmp(name, "x-ms-", 5) == 0;
}

static void add_headers(struct strbuf *out, const struct http_exchange *exchange)
{
	struct canonical fields = canonical_fields(exchange->fields, exchange->field_count, is_ms, out->arena);

	for (size_t i = 0; i < fields.count; i++)
		strbuf_addf(out, "%s:%s\n", fields.pairs[i].name, fields.pairs[i].value);
}

/* The signature is over names and values as the service decodes them. */
static void azure_add_query(struct strbuf *out, struct span query)
{
	struct canonical parameters = canonical_query(query, out->arena);

	for (size_t i = 0; i < parameters.count; i++) {
		struct canonical_pair *pair = &parameters.pairs[i];

		pair->name = canonical_lower(percent_decode(out->arena, span_of(pair->name)), out->arena);
		pair->value = percent_decode(out->arena, span_of(pair->value));
	}
	canonical_sort(&parameters);
	for (size_t i = 0; i < parameters.count; i++)
		strbuf_addf(out, "\n%s:%s", parameters.pairs[i].name, parameters.pairs[i].value);
}

/* /account, the path as it is encoded in the URL, a line for each parameter. */
static void add_resource(struct strbuf *out, const char *url, const char *account)
{
	struct url parts = url_split(span_of(url));

	strbuf_addf(out, "/%s%.*s", account, SPAN_ARG(parts.path.len ? parts.path : SPAN_LIT("/")));
	azure_add_query(out, parts.query.ptr ? parts.query : SPAN_LIT(""));
}

const char *azure_string_to_sign(const struct http_exchange *exchange, const char *account, struct arena *arena)
{
	static const char *const signed_fields[] = {"Content-MD5",         "Content-Type", "Date",
						    "If-Modified-Since",   "If-Match",     "If-None-Match",
						    "If-Unmodified-Since", "Range"};
	struct strbuf out;

	strbuf_init(&out, arena, TEXT_MAX);
	strbuf_addf(&out, "%s\n", exchange->method);
	strbuf_adds(&out, "\n\n"); /* Content-Encoding and Content-Language are never sent */
	if (exchange->body.length)
		strbuf_addf(&out, "%llu", (unsigned long long)exchange->body.length);
	strbuf_addc(&out, '\n');
	for (size_t i = 0; i < sizeof signed_fields / sizeof *signed_fields; i++) {
		const char *value = http_exchange_get(exchange, signed_fields[i]);

		strbuf_addf(&out, "%s\n", value ? value : "");
	}
	add_headers(&out, exchange);
	add_resource(&out, exchange->url, account);
	return out.ptr;
}

const char *azure_signature(struct secret key, const char *text, struct arena *arena)
{
	unsigned char raw[HASH_MAX];
	struct span bytes;
	size_t len;

	if (!base64_decode(&bytes, arena, span_of(secret_reveal(key))))
		return NULL;
	len = hash_hmac(raw, HASH_SHA256, bytes, span_of(text));
	OPENSSL_cleanse((char *)bytes.ptr, bytes.len);
	return base64_encode(arena, raw, len);
}

/* ---- shared access signatures ---- */

/* Lines from the version on are the same for both kinds: resource, snapshot, encryption scope, five response headers. */
#define SAS_TAIL "b", "", "", "", "", "", "", ""

static const char *joined(const char *const *lines, size_t count, struct arena *arena)
{
	struct strbuf out;

	strbuf_init(&out, arena, TEXT_MAX);
	for (size_t i = 0; i < count; i++)
		strbuf_addf(&out, "%s%s", i ? "\n" : "", lines[i]);
	return out.ptr;
}

static const char *sas_string(const struct azure_sas *sas, struct arena *arena)
{
	const struct azure_delegation *by = sas->delegation;
	const char *resource = arena_printf(arena, "/blob/%s/%s/%s", sas->account, sas->container, sas->blob);
	/* permissions, start, expiry, resource, policy, addresses, protocol, version */
	const char *const of_account[] = {"r", "", sas->expiry, resource, "", "", sas->protocol, AZURE_VERSION, SAS_TAIL};

	if (!by)
		return joined(of_account, sizeof of_account / sizeof *of_account, arena);

	/* the key's six in place of the policy, then two users and a correlation id */
	const char *const of_identity[] = {"r",       "",         sas->expiry,   resource,      by->object, by->tenant,
					   by->start, by->expiry, by->service,   by->version,   "",         "",
					   "",        "",         sas->protocol, AZURE_VERSION, SAS_TAIL};

	return joined(of_identity, sizeof of_identity / sizeof *of_identity, arena);
}

static void sas_add(struct strbuf *out, const char *name, const char *value)
{
	strbuf_addf(out, "%s%s=%s", out->len ? "&" : "", name, percent_encode(out->arena, span_of(value), ""));
}

const char *azure_sas_query(const struct azure_sas *sas, struct arena *arena)
{
	const struct azure_delegation *by = sas->delegation;
	const char *signature = azure_signature(by ? by->key : sas->key, sas_string(sas, arena), arena);
	struct strbuf out;

	if (!signature)
		return NULL;
	strbuf_init(&out, arena, TEXT_MAX);
	sas_add(&out, "sv", AZURE_VERSION);
	sas_add(&out, "spr", sas->protocol);
	sas_add(&out, "se", sas->expiry);
	sas_add(&out, "sr", "b");
	sas_add(&out, "sp", "r");
	if (by) {
		sas_add(&out, "skoid", by->object);
		sas_add(&out, "sktid", by->tenant);
		sas_add(&out, "skt", by->start);
		sas_add(&out, "ske", by->expiry);
		sas_add(&out, "sks", by->service);
		sas_add(&out, "skv", by->version);
	}
	sas_add(&out, "sig", signature);
	return out.ptr;
}
