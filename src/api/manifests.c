/* SPDX-License-Identifier: MIT */
/* Manifests (end-3, end-7, end-9). */
#include "berth/auth/tag_rules.h"
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

/* Reads the reference of a request that needs an existing manifest. A tag that cannot exist is unknown. */
static bool existing_reference(struct call *call, struct meta_reference *out)
{
	struct span reference = call->match.parameter;

	*out = (struct meta_reference){.tag = NULL};
	if (is_digest(reference))
		return call_digest(call, &out->digest);
	out->tag = reference.ptr;
	return tag_valid(reference) || error_setf(&call->error, E_MANIFEST_UNKNOWN, "no such tag can exist");
}

/* Tells whether the client takes this type. A client whose Accept names no manifest type takes all. */
static bool accepts(struct call *call, const char *media_type)
{
	struct span accept = http_header(&call->request, "HTTP_ACCEPT");

	return mediarange_allows(accept, media_type);
}

static bool refuse_type(struct call *call, const char *media_type)
{
	return error_explainf(&call->error, E_MANIFEST_UNKNOWN, "the manifest is %s, the request accepts only %.*s",
			      media_type, SPAN_ARG(http_header(&call->request, "HTTP_ACCEPT")));
}

static bool reply_manifest(struct call *call, const struct meta_manifest *manifest, const char *media_type)
{
	if (!call_precondition(call, &manifest->digest))
		return false;
	if (call_not_modified(call, &manifest->digest))
		return true;
	response_body(&call->response, 200, media_type, manifest->payload);
	response_length(&call->response, manifest->size);
	call_digest_headers(call, &manifest->digest);
	return true;
}

/* A client that does not know Docker's lists, and asks by tag, gets an image of the list. */
static bool reply_default_image(struct call *call, const struct meta_reference *reference)
{
	struct meta_manifest list, image;

	if (!manifest_pull(&call->work, call->match.name, reference, false, &list) ||
	    !manifest_pull_default_image(&call->work, call->match.name, &list, &image))
		return false;
	return reply_manifest(call, &image, arena_span(call->request.arena, image.media_type));
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
	if (accepts(call, media_type))
		return reply_manifest(call, &manifest, media_type);
	if (!span_is(manifest.media_type, MEDIATYPE_DOCKER_LIST) &&
	    !span_is(manifest.media_type, MEDIATYPE_DOCKER_MANIFEST))
		return refuse_type(call, media_type);
	if (reference.tag && span_is(manifest.media_type, MEDIATYPE_DOCKER_LIST))
		return reply_default_image(call, &reference);
	return reply_manifest(call, &manifest, media_type); /* as Docker's registry does */
}

/* ---- push ---- */

static bool add_tag(struct call *call, struct manifest_push *push, struct span *tags, struct span tag)
{
	if (!tag_valid(tag))
		return error_setf(&call->error, E_TAG_INVALID,
				  "a tag is 1 to 128 of A-Z a-z 0-9 _ . - and starts with none of . -");
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

/* Applies GitLab's rules: a protected tag is refused, an immutable one must be new. */
static bool apply_tag_rules(struct call *call, struct manifest_push *push)
{
	struct span *free_tags = arena_array(call->request.arena, push->tag_count + 1, sizeof *free_tags);
	struct span *new_tags = arena_array(call->request.arena, push->tag_count + 1, sizeof *new_tags);
	const struct span *all = push->tags;
	size_t count = push->tag_count;
	struct tag_rules rules;

	if (!tag_rules_of(&rules, call->request.arena, &call->principal, call->match.name, TAG_PUSHED, &call->error))
		return false;
	push->tags = free_tags;
	push->new_tags = new_tags;
	push->tag_count = 0;
	for (size_t i = 0; i < count; i++) {
		if (tag_rules_deny(&rules, all[i]))
			return error_setf(&call->error, E_PROTECTED_TAG, "%.*s", SPAN_ARG(all[i]));
		if (tag_rules_freeze(&rules, all[i]))
			new_tags[push->new_tag_count++] = all[i];
		else
			free_tags[push->tag_count++] = all[i];
	}
	return true;
}

static void reply_pushed(struct call *call, const struct manifest_push *asked, const struct manifest_pushed *pushed)
{
	char digest[DIGEST_TEXT_MAX], subject[DIGEST_TEXT_MAX];

	call_empty(call, 201);
	digest_text(&pushed->digest, digest);
	response_headerf(&call->response, "Location", "%s/v2/%s/manifests/%s", call_base(call), call->match.name.ptr,
			 digest);
	response_header(&call->response, "Docker-Content-Digest", digest);
	if (pushed->has_subject)
		response_header(&call->response, "OCI-Subject", digest_text(&pushed->subject, subject));
	for (size_t i = 0; asked->by_digest && i < asked->tag_count; i++)
		response_header(&call->response, "OCI-Tag", arena_span(call->request.arena, asked->tags[i]));
}

/* Reads all but the payload. `asked` has the tags as the request names them; `push` has them sorted by the rules. */
static bool read_push(struct call *call, struct manifest_push *asked, struct manifest_push *push)
{
	*asked = (struct manifest_push){
		.path = call->match.name,
		.content_type = http_header(&call->request, "CONTENT_TYPE"),
	};
	if (!push_reference(call, asked))
		return false;
	*push = *asked;
	return apply_tag_rules(call, push);
}

bool api_manifest_put_check(struct call *call)
{
	struct manifest_push asked, push;

	return read_push(call, &asked, &push);
}

bool api_manifest_put(struct call *call)
{
	struct manifest_push asked, push;
	struct manifest_pushed pushed;

	if (!read_push(call, &asked, &push) ||
	    !http_body_all(&call->request, LIMIT_MANIFEST, E_MANIFEST_TOO_LARGE, &push.payload, &call->error) ||
	    !manifest_push(&call->work, &push, &pushed))
		return false;
	reply_pushed(call, &asked, &pushed);
	return true;
}

/* ---- delete ---- */

static bool delete_tag(struct call *call, struct span tag)
{
	struct tag_rules rules;

	if (!tag_rules_of(&rules, call->request.arena, &call->principal, call->match.name, TAG_DELETED, &call->error))
		return false;
	if (tag_rules_deny(&rules, tag))
		return error_setf(&call->error, E_PROTECTED_TAG, "%.*s", SPAN_ARG(tag));
	if (tag_rules_freeze(&rules, tag))
		return error_setf(&call->error, E_IMMUTABLE_TAG, "%.*s", SPAN_ARG(tag));
	if (!tag_delete(&call->work, call->match.name, tag))
		return false;
	call_empty(call, 202);
	return true;
}

/* A deletion takes all tags of the manifest with it, so it is refused where any tag may be protected. */
static bool delete_manifest(struct call *call, const struct digest *digest)
{
	struct tag_rules rules;

	if (!tag_rules_of(&rules, call->request.arena, &call->principal, call->match.name, TAG_DELETED, &call->error))
		return false;
	if (tag_rules_any(&rules))
		return error_set(&call->error, E_PROTECTED_MANIFEST);
	if (!manifest_delete(&call->work, call->match.name, digest))
		return false;
	call_empty(call, 202);
	return true;
}

bool api_manifest_delete(struct call *call)
{
	struct meta_reference reference;

	return existing_reference(call, &reference) &&
	       (reference.tag ? delete_tag(call, call->match.parameter) : delete_manifest(call, &reference.digest));
}

bool api_tag_delete(struct call *call)
{
	if (!tag_valid(call->match.parameter))
		return error_setf(&call->error, E_MANIFEST_UNKNOWN, "no such tag can exist");
	return delete_tag(call, call->match.parameter);
}
