/* SPDX-License-Identifier: MIT */
/* From a request to its signature. */
#include "oss_sign_priv.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "berth/base/base64.h"
#include "berth/base/hash.h"
#include "berth/base/percent.h"
#include "berth/base/strbuf.h"
#include "../service/canonical_priv.h"
#include "../service/sigv4_priv.h"

#define UNSIGNED "UNSIGNED-PAYLOAD" /* V4 signs no body */
#define CANONICAL_MAX ((size_t)64 << 10)

static const struct sigv4_dialect oss4 = {"OSS4-HMAC-SHA256", "aliyun_v4", "aliyun_v4_request"};

static bool is_oss(const char *name)
{
	return strncmp(name, "x-oss-", 6) == 0;
}

static bool in_v4(const char *name)
{
	return is_oss(name) || strcmp(name, "content-type") == 0 || strcmp(name, "content-md5") == 0;
}

static const char *oss_field(const struct oss_signed *request, const char *name)
{
	for (size_t i = 0; i < request->field_count; i++)
		if (strcasecmp(request->fields[i].name, name) == 0)
			return request->fields[i].value;
	return "";
}

static void oss_add_parameter(struct strbuf *out, const char *before, const struct canonical_pair *pair)
{
	strbuf_addf(out, "%s%s%s%s", before, pair->name, *pair->value ? "=" : "", pair->value);
}

/* ---- V4 ---- */

static struct span v4_canonical(const struct oss_signer *signer, const struct oss_signed *request, const char *query,
				struct arena *arena)
{
	struct canonical fields = canonical_fields(request->fields, request->field_count, in_v4, arena);
	struct canonical parameters = canonical_query(span_of(query), arena);
	struct strbuf text;

	canonical_sort(&parameters);
	strbuf_init(&text, arena, CANONICAL_MAX);
	strbuf_addf(&text, "%s\n/%s/%s\n", request->method, percent_encode(arena, span_of(signer->bucket), ""),
		    percent_encode(arena, span_of(request->key), "/"));
	for (size_t i = 0; i < parameters.count; i++)
		oss_add_parameter(&text, i ? "&" : "", &parameters.pairs[i]);
	strbuf_addc(&text, '\n');
	for (size_t i = 0; i < fields.count; i++)
		strbuf_addf(&text, "%s:%s\n", fields.pairs[i].name, fields.pairs[i].value);
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

/* `date` is the Date field's, or the end of a URL's life. */
static const char *v1_signature(const struct oss_signer *signer, const struct oss_signed *request, const char *date,
				struct arena *arena)
{
	struct canonical fields = canonical_fields(request->fields, request->field_count, is_oss, arena);
	struct canonical parameters = canonical_query(span_of(request->query), arena);
	unsigned char bytes[HASH_MAX];
	const char *before = "?";
	struct strbuf text;

	canonical_sort(&parameters);
	strbuf_init(&text, arena, CANONICAL_MAX);
	strbuf_addf(&text, "%s\n%s\n%s\n%s\n", request->method, oss_field(request, "Content-MD5"),
		    oss_field(request, "Content-Type"), date);
	for (size_t i = 0; i < fields.count; i++)
		strbuf_addf(&text, "%s:%s\n", fields.pairs[i].name, fields.pairs[i].value);
	strbuf_addf(&text, "/%s/%s", signer->bucket, request->key);
	for (size_t i = 0; i < parameters.count; i++) {
		if (!is_subresource(parameters.pairs[i].name))
			continue;
		oss_add_parameter(&text, before,
				  &(struct canonical_pair){parameters.pairs[i].name,
							   percent_decode(arena, span_of(parameters.pairs[i].value))});
		before = "&";
	}
	return base64_encode(arena, bytes,
			     hash_hmac(bytes, HASH_SHA1, span_of(secret_reveal(signer->secret_key)), strbuf_span(&text)));
}

char *oss_v1_header(const struct oss_signer *signer, const struct oss_signed *request, struct arena *arena)
{
	return arena_printf(arena, "OSS %s:%s", signer->access_key,
			    v1_signature(signer, request, oss_field(request, "Date"), arena));
}

char *oss_v1_query(const struct oss_signer *signer, const struct oss_signed *request, unsigned seconds, struct arena *arena)
{
	const char *until = arena_printf(arena, "%" PRId64, signer->now + seconds);
	const char *signature = v1_signature(signer, request, until, arena);

	return arena_printf(arena, "%s%sOSSAccessKeyId=%s&Expires=%s&Signature=%s", request->query,
			    *request->query ? "&" : "", percent_encode(arena, span_of(signer->access_key), ""), until,
			    percent_encode(arena, span_of(signature), ""));
}
