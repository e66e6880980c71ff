/* SPDX-License-Identifier: MIT */
/* From a request to its signature. */
#include "oss_sign_priv.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "berth/base/base64.h"
#include "berth/base/hash.h"
#include "berth/base/percent.h"
#include "berth/base/strbuf.h"
#include "../service/sigv4_priv.h"

#define UNSIGNED "UNSIGNED-PAYLOAD" /* V4 signs no body */
#define CANONICAL_MAX ((size_t)64 << 10)

static const struct sigv4_dialect oss4 = {"OSS4-HMAC-SHA256", "aliyun_v4", "aliyun_v4_request"};

struct pair {
	const char *name;
	const char *value;
};

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct pair *)a)->name, ((const struct pair *)b)->name);
}

static const char *trimmed(const char *text, struct arena *arena)
{
	return arena_span(arena, span_trim(span_of(text)));
}

/* Fields whose lower-case name the test lets through, sorted. */
static size_t take_fields(struct pair *out, const struct oss_signed *request, bool (*wanted)(const char *),
			  struct arena *arena)
{
	size_t count = 0;

	for (size_t i = 0; i < request->field_count; i++) {
		char *name = arena_strdup(arena, request->fields[i].name);

		for (char *at = name; *at; at++)
			*at = (char)tolower((unsigned char)*at);
		if (wanted(name))
			out[count++] = (struct pair){name, trimmed(request->fields[i].value, arena)};
	}
	qsort(out, count, sizeof *out, by_name);
	return count;
}

static bool is_oss(const char *name)
{
	return strncmp(name, "x-oss-", 6) == 0;
}

static bool in_v4(const char *name)
{
	return is_oss(name) || strcmp(name, "content-type") == 0 || strcmp(name, "content-md5") == 0;
}

static const char *field(const struct oss_signed *request, const char *name)
{
	for (size_t i = 0; i < request->field_count; i++)
		if (strcasecmp(request->fields[i].name, name) == 0)
			return request->fields[i].value;
	return "";
}

/* Parameters as they are in the query, sorted. Returns their number. */
static size_t take_query(struct pair **out, const char *query, struct arena *arena)
{
	struct span rest = span_of(query), one, name;
	size_t count = 0, most = 1;

	for (const char *at = query; *at; at++)
		most += *at == '&';
	*out = arena_array(arena, most, sizeof **out);
	while (rest.len > 0 && span_split(&rest, '&', &one)) {
		if (one.len == 0)
			continue;
		(void)span_split(&one, '=', &name);
		(*out)[count++] = (struct pair){arena_span(arena, name), one.ptr ? arena_span(arena, one) : ""};
	}
	qsort(*out, count, sizeof **out, by_name);
	return count;
}

static void add_parameter(struct strbuf *out, const char *before, const struct pair *pair)
{
	strbuf_addf(out, "%s%s%s%s", before, pair->name, *pair->value ? "=" : "", pair->value);
}

/* ---- V4 ---- */

static struct span v4_canonical(const struct oss_signer *signer, const struct oss_signed *request, const char *query,
				struct arena *arena)
{
	struct pair *fields = arena_array(arena, request->field_count + 1, sizeof *fields), *parameters;
	size_t field_count = take_fields(fields, request, in_v4, arena), count = take_query(&parameters, query, arena);
	struct strbuf text;

	strbuf_init(&text, arena, CANONICAL_MAX);
	strbuf_addf(&text, "%s\n/%s/%s\n", request->method, percent_encode(arena, span_of(signer->bucket), ""),
		    percent_encode(arena, span_of(request->key), "/"));
	for (size_t i = 0; i < count; i++)
		add_parameter(&text, i ? "&" : "", &parameters[i]);
	strbuf_addc(&text, '\n');
	for (size_t i = 0; i < field_count; i++)
		strbuf_addf(&text, "%s:%s\n", fields[i].name, fields[i].value);
	/* The empty line stands for the names of further signed fields, of which there are none. */
	strbuf_adds(&text, "\n\n" UNSIGNED);
	return strbuf_span(&text);
}

static struct sigv4_scope v4_scope(const struct oss_signer *signer, struct arena *arena)
{
	return sigv4_scope(&oss4, signer->region, "oss", signer->now, arena);
}

char *oss_v4_header(const struct oss_signer *signer, const struct oss_signed *request, struct arena *arena)
{
	struct sigv4_scope scope = v4_scope(signer, arena);
	struct span text = v4_canonical(signer, request, request->query, arena);

	return arena_printf(arena, "%s Credential=%s/%s,Signature=%s", oss4.algorithm, signer->access_key, scope.text,
			    sigv4_signature(&scope, signer->secret_key, text, arena));
}

char *oss_v4_query(const struct oss_signer *signer, const struct oss_signed *request, unsigned seconds, struct arena *arena)
{
	struct sigv4_scope scope = v4_scope(signer, arena);
	const char *credential = arena_printf(arena, "%s/%s", signer->access_key, scope.text);
	const char *query =
		arena_printf(arena, "%s%sx-oss-credential=%s&x-oss-date=%s&x-oss-expires=%u&x-oss-signature-version=%s",
			     request->query, *request->query ? "&" : "", percent_encode(arena, span_of(credential), ""),
			     scope.time, seconds, oss4.algorithm);
	struct span text = v4_canonical(signer, request, query, arena);

	return arena_printf(arena, "%s&x-oss-signature=%s", query,
			    sigv4_signature(&scope, signer->secret_key, text, arena));
}

/* ---- V1 ---- */

/* Parameters that are part of the resource: "Include a V1 signature in the Authorization header", CanonicalizedResource. */
/* clang-format off */
static const char *const subresources[] = {
	"acl", "append", "bucketInfo", "callback", "callback-var", "cloudboxes", "cname", "comp", "continuation-token", "cors",
	"delete", "encryption", "endTime", "img", "inventory", "inventoryId", "lifecycle", "live", "location", "logging",
	"objectMeta", "partNumber", "policy", "position", "qos", "qosInfo", "referer", "regionList", "replication",
	"replicationLocation", "replicationProgress", "requestPayment", "resourceGroup", "response-cache-control",
	"response-content-disposition", "response-content-encoding", "response-content-language", "response-content-type",
	"response-expires", "restore", "security-token", "sequential", "startTime", "stat", "status", "style", "styleName",
	"symlink", "tagging", "uploadId", "uploads", "versionId", "versioning", "versions", "vod", "website", "worm", "wormExtend",
	"wormId", "x-oss-ac-subnet-mask", "x-oss-ac-vpc-id", "x-oss-ac-forward-allow", "x-oss-process", "x-oss-traffic-limit",
};
/* clang-format on */

static bool is_subresource(const char *name)
{
	for (size_t i = 0; i < sizeof subresources / sizeof *subresources; i++)
		if (strcmp(subresources[i], name) == 0)
			return true;
	return false;
}

static int hex_value(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 : -1;
}

static const char *decoded(const char *text, struct arena *arena)
{
	char *out = arena_strdup(arena, text), *to = out;

	for (const char *at = text; *at; at++) {
		if (*at == '%' && hex_value(at[1]) >= 0 && hex_value(at[2]) >= 0) {
			*to++ = (char)(hex_value(at[1]) << 4 | hex_value(at[2]));
			at += 2;
		} else {
			*to++ = *at;
		}
	}
	*to = '\0';
	return out;
}

/* `date` is the Date field's, or the end of a URL's life. */
static const char *v1_signature(const struct oss_signer *signer, const struct oss_signed *request, const char *date,
				struct arena *arena)
{
	struct pair *fields = arena_array(arena, request->field_count + 1, sizeof *fields), *parameters;
	size_t field_count = take_fields(fields, request, is_oss, arena),
	       count = take_query(&parameters, request->query, arena);
	unsigned char bytes[HASH_MAX];
	const char *before = "?";
	struct strbuf text;

	strbuf_init(&text, arena, CANONICAL_MAX);
	strbuf_addf(&text, "%s\n%s\n%s\n%s\n", request->method, field(request, "Content-MD5"),
		    field(request, "Content-Type"), date);
	for (size_t i = 0; i < field_count; i++)
		strbuf_addf(&text, "%s:%s\n", fields[i].name, fields[i].value);
	strbuf_addf(&text, "/%s/%s", signer->bucket, request->key);
	for (size_t i = 0; i < count; i++) {
		if (!is_subresource(parameters[i].name))
			continue;
		add_parameter(&text, before, &(struct pair){parameters[i].name, decoded(parameters[i].value, arena)});
		before = "&";
	}
	return base64_encode(arena, bytes,
			     hash_hmac(bytes, HASH_SHA1, span_of(secret_reveal(signer->secret_key)), strbuf_span(&text)));
}

char *oss_v1_header(const struct oss_signer *signer, const struct oss_signed *request, struct arena *arena)
{
	return arena_printf(arena, "OSS %s:%s", signer->access_key,
			    v1_signature(signer, request, field(request, "Date"), arena));
}

char *oss_v1_query(const struct oss_signer *signer, const struct oss_signed *request, unsigned seconds, struct arena *arena)
{
	const char *until = arena_printf(arena, "%" PRId64, signer->now + seconds);
	const char *signature = v1_signature(signer, request, until, arena);

	return arena_printf(arena, "%s%sOSSAccessKeyId=%s&Expires=%s&Signature=%s", request->query,
			    *request->query ? "&" : "", percent_encode(arena, span_of(signer->access_key), ""), until,
			    percent_encode(arena, span_of(signature), ""));
}
