/* SPDX-License-Identifier: MIT */
/* Tags, catalog and referrers: pages of JSON with a Link to the next (end-8, end-12, Docker's _catalog). */
#include "berth/base/json_write.h"
#include "berth/base/limits.h"
#include "berth/base/percent.h"
#include "berth/core/listing.h"
#include "berth/oci/mediatype.h"
#include "call.h"

#define CATALOG_DEFAULT 100
#define REFERRERS_MOST 1000

static void add_names(struct json_writer *json, const char *key, const struct names_page *page)
{
	json_key(json, key);
	json_open(json, '[');
	for (size_t i = 0; i < page->count; i++)
		json_span(json, page->names[i]);
	json_close(json, ']');
	json_close(json, '}');
}

static bool listings_finish(struct call *call, struct strbuf *text, const char *content_type)
{
	if (!strbuf_ok(text))
		return error_unavailable(&call->error, 0);
	response_body(&call->response, 200, content_type, strbuf_span(text));
	return true;
}

static void link_next(struct call *call, const char *path, size_t n, const struct names_page *page)
{
	/* n=0 gets an empty page without a Link (end-8b) */
	if (page->more && page->count > 0)
		call_link_next(call, path, n, page->names[page->count - 1], "");
}

bool api_tags_list(struct call *call)
{
	struct names_page page;
	struct json_writer json;
	struct strbuf text;
	struct span last;
	size_t n;

	if (!call_query_text(call, "last", &last) ||
	    !call_page_size(call, call->settings->tags_max, call->settings->tags_max, &n) ||
	    !tags_page(&call->work, call->match.name, last, n, &page))
		return false;
	strbuf_init(&text, call->request.arena, LIMIT_RESPONSE);
	json = json_writer(&text);
	json_open(&json, '{');
	json_key(&json, "name");
	json_span(&json, call->match.name);
	add_names(&json, "tags", &page);
	link_next(call, arena_printf(call->request.arena, "%s/tags/list", call->match.name.ptr), n, &page);
	return listings_finish(call, &text, "application/json");
}

bool api_catalog(struct call *call)
{
	size_t max = call->settings->catalog_max, n;
	struct names_page page;
	struct json_writer json;
	struct strbuf text;
	struct span last;

	if (!call_query_text(call, "last", &last) ||
	    !call_page_size(call, max < CATALOG_DEFAULT ? max : CATALOG_DEFAULT, max, &n) ||
	    !catalog_page(&call->work, last, n, &page))
		return false;
	strbuf_init(&text, call->request.arena, LIMIT_RESPONSE);
	json = json_writer(&text);
	json_open(&json, '{');
	add_names(&json, "repositories", &page);
	link_next(call, "_catalog", n, &page);
	return listings_finish(call, &text, "application/json");
}

static void add_referrer(struct json_writer *json, const struct meta_referrer *referrer)
{
	char digest[DIGEST_TEXT_MAX];

	json_open(json, '{');
	json_key(json, "mediaType");
	json_span(json, referrer->media_type);
	json_key(json, "digest");
	json_text(json, digest_text(&referrer->digest, digest));
	json_key(json, "size");
	json_u64(json, referrer->size);
	if (referrer->artifact_type.len) {
		json_key(json, "artifactType");
		json_span(json, referrer->artifact_type);
	}
	if (referrer->annotations.len) {
		json_key(json, "annotations");
		json_raw(json, referrer->annotations);
	}
	json_close(json, '}');
}

static void add_index(struct json_writer *json, const struct referrers_page *page)
{
	json_open(json, '{');
	json_key(json, "schemaVersion");
	json_u64(json, 2);
	json_key(json, "mediaType");
	json_text(json, MEDIATYPE_OCI_INDEX);
	json_key(json, "manifests");
	json_open(json, '[');
	for (size_t i = 0; i < page->count; i++)
		add_referrer(json, &page->items[i]);
	json_close(json, ']');
	json_close(json, '}');
}

static const char *encoded_query(struct call *call, const char *key, struct span value)
{
	struct strbuf text;

	if (value.len == 0)
		return "";
	strbuf_init(&text, call->request.arena, LIMIT_HEADER_VALUE);
	strbuf_addf(&text, "&%s=", key);
	percent_add(&text, value, "");
	return text.ptr;
}

static void link_referrers(struct call *call, const struct digest *subject, size_t n, struct span artifact_type,
			   const struct referrers_page *page)
{
	char last[DIGEST_TEXT_MAX], text[DIGEST_TEXT_MAX];

	if (!page->more || page->count == 0)
		return;
	digest_text(&page->items[page->count - 1].digest, last);
	call_link_next(call,
		       arena_printf(call->request.arena, "%s/referrers/%s", call->match.name.ptr,
				    digest_text(subject, text)),
		       n, span_of(last), encoded_query(call, "artifactType", artifact_type));
}

static bool read_last(struct call *call, struct digest *out, bool *given)
{
	const struct span *last = target_first(&call->request.target, "last");

	*given = last && last->len;
	return !*given || digest_parse(out, *last) == DIGEST_OK ||
	       error_setf(&call->error, E_DIGEST_INVALID, "last is not a digest");
}

bool api_referrers(struct call *call)
{
	struct digest subject, last;
	struct referrers_page page;
	struct span artifact_type;
	struct json_writer json;
	struct strbuf text;
	bool has_last;
	size_t n;

	if (!call_digest(call, &subject) || !call_query_text(call, "artifactType", &artifact_type) ||
	    !read_last(call, &last, &has_last) || !call_page_size(call, REFERRERS_MOST, REFERRERS_MOST, &n) ||
	    !referrers_page(&call->work, call->match.name, &subject, artifact_type, has_last ? &last : NULL, n, &page))
		return false;
	strbuf_init(&text, call->request.arena, LIMIT_RESPONSE);
	json = json_writer(&text);
	add_index(&json, &page);
	if (artifact_type.len)
		response_header(&call->response, "OCI-Filters-Applied", "artifactType");
	link_referrers(call, &subject, n, artifact_type, &page);
	return listings_finish(call, &text, MEDIATYPE_OCI_INDEX);
}
