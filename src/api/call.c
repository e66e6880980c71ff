/* SPDX-License-Identifier: MIT */
/* What handlers have in common. */
#include "call.h"

#include <inttypes.h>
#include <stdio.h>

#include "berth/base/percent.h"
#include "berth/base/strbuf.h"
#include "berth/base/utf8.h"
#include "berth/base/limits.h"
#include "berth/http/etag.h"

bool call_digest(struct call *call, struct digest *out)
{
	switch (digest_parse(out, call->match.parameter)) {
	case DIGEST_OK: return true;
	case DIGEST_UNSUPPORTED:
		return error_setf(&call->error, E_DIGEST_INVALID, "digest algorithm unsupported: use sha256 or sha512");
	case DIGEST_MALFORMED: break;
	}
	return error_setf(&call->error, E_DIGEST_INVALID, "digest parsing failed");
}

const char *call_base(struct call *call)
{
	return base_url(&call->request, &call->settings->base);
}

bool call_query_text(struct call *call, const char *key, struct span *out)
{
	const struct span *value = target_first(&call->request.target, key);
	size_t step;

	*out = value ? *value : (struct span){"", 0};
	for (size_t at = 0; at < out->len; at += step) {
		step = utf8_sequence((const unsigned char *)out->ptr + at, out->len - at);
		if (step == 0)
			return error_setf(&call->error, E_URI_INVALID, "%s is not UTF-8", key);
	}
	return true;
}

static bool all_digits(struct span text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return false;
	return text.len > 0;
}

bool call_page_size(struct call *call, size_t fallback, size_t most, size_t *out)
{
	const struct span *text = target_first(&call->request.target, "n");
	uint64_t n;

	*out = fallback;
	if (!text || text->len == 0)
		return true;
	if (!all_digits(*text)) {
		struct strbuf detail;

		strbuf_init(&detail, call->request.arena, LIMIT_RESPONSE);
		strbuf_adds(&detail, "n=");
		strbuf_add_span(&detail, *text);
		return error_setf(&call->error, E_PAGINATION_NUMBER_INVALID, "%s", detail.ptr);
	}
	*out = span_to_u64(*text, &n) && n < most ? (size_t)n : most;
	return true;
}

/* A second value could be read differently by a proxy that checks requests. */
bool call_query_once(struct call *call)
{
	static const char *const keys[] = {"artifactType", "digest", "digest-algorithm", "from", "last", "mount", "n"};

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		size_t at = 0;

		if (target_next(&call->request.target, keys[i], &at) && target_next(&call->request.target, keys[i], &at))
			return error_setf(&call->error, E_URI_INVALID, "%s is given twice", keys[i]);
	}
	return true;
}

void call_link_next(struct call *call, const char *path, size_t n, struct span last, const char *extra)
{
	struct strbuf link;

	strbuf_init(&link, call->request.arena, LIMIT_HEADER_VALUE);
	strbuf_addf(&link, "<%s/v2/%s?last=", call_base(call), path);
	percent_add(&link, last, "");
	strbuf_addf(&link, "&n=%zu%s>; rel=\"next\"", n, extra);
	response_header(&call->response, "Link", link.ptr);
}

void call_digest_headers(struct call *call, const struct digest *digest)
{
	char text[DIGEST_TEXT_MAX];

	digest_text(digest, text);
	response_header(&call->response, "Docker-Content-Digest", text);
	response_headerf(&call->response, "ETag", "\"%s\"", text);
}

bool call_precondition(struct call *call, const struct digest *digest)
{
	struct span header = http_header(&call->request, "HTTP_IF_MATCH");
	char text[DIGEST_TEXT_MAX];

	return !header.ptr || etag_matches(header, span_of(digest_text(digest, text)), ETAG_STRONG) ||
	       error_setf(&call->error, E_PRECONDITION_FAILED, "the entity tag is \"%s\"", digest_text(digest, text));
}

bool call_not_modified(struct call *call, const struct digest *digest)
{
	struct span header = http_header(&call->request, "HTTP_IF_NONE_MATCH");
	char text[DIGEST_TEXT_MAX];

	if (!header.ptr || !etag_matches(header, span_of(digest_text(digest, text)), ETAG_WEAK))
		return false;
	call_empty(call, 304);
	call_digest_headers(call, digest);
	return true;
}

void call_empty(struct call *call, int status)
{
	response_body(&call->response, status, NULL, (struct span){"", 0});
}

void call_drain(struct call *call)
{
	if (!http_body_drain(&call->request))
		response_header(&call->response, "Connection", "close");
}
