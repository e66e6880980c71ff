/* SPDX-License-Identifier: MIT */
/* Manifests (end-3, end-7, end-9). */
#include "berth/base/limits.h"
#include "berth/core/manifest.h"
#include "berth/http/mediarange.h"
#include "berth/oci/mediatype.h"
#include "berth/oci/tag.h"
#include "call.h"

/* A reference with a colon is a digest, for no tag has one. */
static bool is_digest(struct span reference)
{
	return memchr(reference.ptr, ':', reference.len) != NULL;
}

/* For reading: what cannot exist is unknown. */
static bool existing_reference(struct call *call, struct meta_reference *out)
{
	struct span reference = call->match.parameter;

	*out = (struct meta_reference){.tag = NULL};
	if (is_digest(reference))
		return call_digest(call, &out->digest);
	out->tag = reference.ptr;
	return tag_valid(reference) || error_setf(&call->error, E_MANIFEST_UNKNOWN, "no such tag can exist");
}

/* May the client be given this type? Clients that name no manifest type at all take what there is. */
static bool accepts(struct call *call, const char *media_type)
{
	struct span accept = http_header(&call->request, "HTTP_ACCEPT");

	return mediarange_allows(accept, media_type);
}

static bool refuse_type(struct call *call, const char *media_type)
{
	return error_setf(&call->error, E_MANIFEST_UNKNOWN, "the manifest is of type %s, which Accept leaves out",
			  media_type);
}

static void reply_manifest(struct call *call, const struct meta_manifest *manifest, const char *media_type)
{
	if (call_not_modified(call, &manifest->digest))
		return;
	response_body(&call->response, 200, media_type, manifest->payload);
	response_length(&call->response, manifest->size);
	call_digest_headers(call, &manifest->digest);
}

/* Docker's lists were made for clients that do not know them: by tag, such a client gets its image. */
static bool reply_default_image(struct call *call, const struct meta_reference *reference)
{
	struct meta_manifest list, image;

	if (!manifest_pull(&call->work, call->match.name, reference, false, &list) ||
	    !manifest_pull_default_image(&call->work, call->match.name, &list, &image))
		return false;
	reply_manifest(call, &image, arena_span(call->request.arena, image.media_type));
	return true;
}

bool api_manifest_get(struct call *call)
{
	struct meta_reference reference;
	struct meta_manifest manifest;
	const char *media_type;

	if (!existing_reference(call, &reference) ||
	    !manifest_pull(&call->work, call->match.name, &reference, call->request.method == HTTP_HEAD, &manifest))
		return false;
	media_type = arena_span(call->request.arena, manifest.media_type);
	if (accepts(call, media_type)) {
		reply_manifest(call, &manifest, media_type);
		return true;
	}
	if (!span_is(manifest.media_type, MEDIATYPE_DOCKER_LIST) && !span_is(manifest.media_type, MEDIATYPE_DOCKER_MANIFEST))
		return refuse_type(call, media_type);
	if (reference.tag && span_is(manifest.media_type, MEDIATYPE_DOCKER_LIST))
		return reply_default_image(call, &reference);
	reply_manifest(call, &manifest, media_type); /* as Docker's registry does */
	return true;
}

/* ---- push ---- */

static bool add_tag(struct call *call, struct manifest_push *push, struct span *tags, struct span tag)
{
	if (!tag_valid(tag))
		return error_setf(&call->error, E_TAG_INVALID, "a tag is 1 to 128 of A-Z a-z 0-9 _ . - and starts with none of . -");
	if (push->tag_count == LIMIT_TAG_PARAMS)
		return error_setf(&call->error, E_URI_TOO_LONG, "at most %d tags", LIMIT_TAG_PARAMS);
	tags[push->tag_count++] = tag;
	return true;
}

static bool push_reference(struct call *call, struct manifest_push *push)
{
	struct span *tags = arena_array(call->request.arena, LIMIT_TAG_PARAMS, sizeof *tags);
	const struct span *tag;

	push->tags = tags;
	push->by_digest = is_digest(call->match.parameter);
	if (!push->by_digest)
		return add_tag(call, push, tags, call->match.parameter);
	for (size_t at = 0; (tag = target_next(&call->request.target, "tag", &at));)
		if (!add_tag(call, push, tags, *tag))
			return false;
	return call_digest(call, &push->digest);
}

static void reply_pushed(struct call *call, const struct manifest_push *push, const struct manifest_pushed *pushed)
{
	char digest[DIGEST_TEXT_MAX], subject[DIGEST_TEXT_MAX];

	call_empty(call, 201);
	digest_text(&pushed->digest, digest);
	response_headerf(&call->response, "Location", "%s/v2/%s/manifests/%s", call_base(call), call->match.name.ptr, digest);
	response_header(&call->response, "Docker-Content-Digest", digest);
	if (pushed->has_subject)
		response_header(&call->response, "OCI-Subject", digest_text(&pushed->subject, subject));
	for (size_t i = 0; push->by_digest && i < push->tag_count; i++)
		response_header(&call->response, "OCI-Tag", arena_span(call->request.arena, push->tags[i]));
}

bool api_manifest_put(struct call *call)
{
	struct manifest_push push = {.path = call->match.name};
	struct manifest_pushed pushed;

	push.content_type = http_header(&call->request, "CONTENT_TYPE");
	if (!push_reference(call, &push) ||
	    !http_body_all(&call->request, &push.payload, LIMIT_MANIFEST, E_MANIFEST_TOO_LARGE, &call->error) ||
	    !manifest_push(&call->work, &push, &pushed))
		return false;
	reply_pushed(call, &push, &pushed);
	return true;
}

/* ---- delete ---- */

bool api_manifest_delete(struct call *call)
{
	struct meta_reference reference;
	bool ok;

	if (!existing_reference(call, &reference))
		return false;
	ok = reference.tag ? tag_delete(&call->work, call->match.name, call->match.parameter)
			   : manifest_delete(&call->work, call->match.name, &reference.digest);
	call_empty(call, 202);
	return ok;
}

bool api_tag_delete(struct call *call)
{
	if (!tag_valid(call->match.parameter))
		return error_setf(&call->error, E_MANIFEST_UNKNOWN, "no such tag can exist");
	call_empty(call, 202);
	return tag_delete(&call->work, call->match.name, call->match.parameter);
}
