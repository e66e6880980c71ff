/* SPDX-License-Identifier: MIT */
/* Descriptors within a manifest. */
#include "descriptor_priv.h"

#include "berth/base/base64.h"
#include "berth/base/limits.h"

static const struct field descriptor_fields[] = {
	{"mediaType", JSON_STRING}, {"digest", JSON_STRING},       {"size", JSON_INTEGER},       {"urls", JSON_ARRAY},
	{"platform", JSON_OBJECT},  {"artifactType", JSON_STRING}, {"annotations", JSON_OBJECT}, {"data", JSON_STRING},
};

static const struct field platform_fields[] = {
	{"os", JSON_STRING},         {"architecture", JSON_STRING}, {"variant", JSON_STRING},
	{"os.version", JSON_STRING}, {"os.features", JSON_ARRAY},
};

static bool read_digest(struct digest *out, const struct place *place, const struct json *object, struct error *error)
{
	const struct json *value = json_get(object, "digest");

	if (!value)
		return field_refuse(error, place, "digest", "missing");
	switch (digest_parse(out, json_as_span(value))) {
	case DIGEST_OK: return true;
	case DIGEST_UNSUPPORTED: return field_refuse(error, place, "digest", "unsupported algorithm");
	default: return field_refuse(error, place, "digest", "malformed");
	}
}

static bool read_size(uint64_t *out, const struct place *place, const struct json *object, struct error *error)
{
	const struct json *value = json_get(object, "size");

	if (!value)
		return field_refuse(error, place, "size", "missing");
	if (value->integer < 0)
		return field_refuse(error, place, "size", "negative");
	*out = (uint64_t)value->integer;
	return true;
}

/* Reads `urls`. A null among them counts as absent. */
static bool read_urls(struct descriptor *out, struct arena *arena, const struct place *place, const struct json *object,
		      struct error *error)
{
	const struct json *value = json_get(object, "urls");
	const char **urls;

	if (json_count(value) == 0)
		return true;
	out->urls = urls = arena_array(arena, json_count(value), sizeof *urls);
	for (const struct json *item = json_first(value); item; item = item->next) {
		if (json_is(item, JSON_NULL))
			continue;
		if (!field_value_text(&urls[out->url_count], arena, place, item, "urls", LIMIT_MANIFEST, error))
			return false;
		out->url_count++;
	}
	return true;
}

/*
 * Checks `data`, the content itself in base64 (OCI image-spec, "Descriptor"). Clients that trust it do not fetch the
 * blob, so it must be what digest and size name, which were read before. An empty text counts as absent, as in Go's
 * encoding.
 */
static bool read_data(struct descriptor *out, struct arena *arena, const struct place *place, const struct json *object,
		      struct error *error)
{
	struct span text = json_as_span(json_get(object, "data")), content;
	struct digest digest;

	if (text.len == 0)
		return true;
	if (!base64_decode(&content, arena, text))
		return field_refuse(error, place, "data", "not base64");
	digest_of(&digest, out->digest.algorithm, content.ptr, content.len);
	if (content.len != out->size || !digest_equal(&digest, &out->digest))
		return field_refuse(error, place, "data", "not the content that digest and size name");
	out->has_data = true;
	return true;
}

static bool read_platform(struct descriptor *out, struct arena *arena, const struct place *place, const struct json *object,
			  struct error *error)
{
	const struct json *platform = json_get(object, "platform");

	if (!platform)
		return true;
	return field_check(place, platform, platform_fields, sizeof platform_fields / sizeof *platform_fields, error) &&
	       field_text(&out->os, arena, place, platform, "os", LIMIT_MEDIA_TYPE, error) &&
	       field_text(&out->architecture, arena, place, platform, "architecture", LIMIT_MEDIA_TYPE, error) &&
	       field_text(&out->variant, arena, place, platform, "variant", LIMIT_MEDIA_TYPE, error);
}

bool descriptor_read(struct descriptor *out, struct arena *arena, const struct place *place, const struct json *value,
		     struct error *error)
{
	const size_t known = sizeof descriptor_fields / sizeof *descriptor_fields;

	*out = (struct descriptor){0};
	if (!json_is(value, JSON_OBJECT))
		return field_refuse(error, place, "", "not a descriptor object");
	if (!field_check(place, value, descriptor_fields, known, error) || !field_check_annotations(place, value, error) ||
	    !field_text(&out->media_type, arena, place, value, "mediaType", LIMIT_MEDIA_TYPE, error) ||
	    !field_text(&out->artifact_type, arena, place, value, "artifactType", LIMIT_MEDIA_TYPE, error) ||
	    !read_digest(&out->digest, place, value, error) || !read_size(&out->size, place, value, error) ||
	    !read_urls(out, arena, place, value, error) || !read_platform(out, arena, place, value, error) ||
	    !read_data(out, arena, place, value, error))
		return false;
	if (!out->media_type)
		out->media_type = "";
	return true;
}
