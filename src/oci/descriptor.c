/* SPDX-License-Identifier: MIT */
/* Descriptors within a manifest. */
#include "descriptor_priv.h"

#include "berth/base/base64.h"
#include "berth/base/limits.h"

static const struct field descriptor_fields[] = {
	{"mediaType", json_type_string},   {"digest", json_type_string},   {"size", json_type_int},
	{"urls", json_type_array},         {"platform", json_type_object}, {"artifactType", json_type_string},
	{"annotations", json_type_object}, {"data", json_type_string},
};

static const struct field platform_fields[] = {
	{"os", json_type_string},         {"architecture", json_type_string}, {"variant", json_type_string},
	{"os.version", json_type_string}, {"os.features", json_type_array},
};

static bool read_digest(struct digest *out, struct error *error, const struct place *place, struct json_object *object)
{
	struct json_object *value = field_get(object, "digest");
	struct span text;

	if (!value)
		return field_refuse(error, place, "digest", "missing");
	text = (struct span){json_object_get_string(value), (size_t)json_object_get_string_len(value)};
	switch (digest_parse(out, text)) {
	case DIGEST_OK: return true;
	case DIGEST_UNSUPPORTED: return field_refuse(error, place, "digest", "unsupported algorithm");
	default: return field_refuse(error, place, "digest", "malformed");
	}
}

static bool read_size(uint64_t *out, struct error *error, const struct place *place, struct json_object *object)
{
	struct json_object *value = field_get(object, "size");
	int64_t size;

	if (!value)
		return field_refuse(error, place, "size", "missing");
	size = json_object_get_int64(value);
	if (size < 0)
		return field_refuse(error, place, "size", "negative");
	*out = (uint64_t)size;
	return true;
}

/* A null among them counts as absent. */
static bool read_urls(struct descriptor *out, struct arena *arena, struct error *error, const struct place *place,
		      struct json_object *object)
{
	struct json_object *value = field_get(object, "urls"), *item;
	const char **urls;
	size_t count = value ? json_object_array_length(value) : 0;

	if (count == 0)
		return true;
	out->urls = urls = arena_array(arena, count, sizeof *urls);
	for (size_t i = 0; i < count; i++) {
		item = json_object_array_get_idx(value, i);
		if (!item)
			continue;
		if (!field_value_text(&urls[out->url_count], arena, error, place, item, "urls", LIMIT_MANIFEST))
			return false;
		out->url_count++;
	}
	return true;
}

/*
 * OCI image-spec, descriptor, "data": the content itself in base64. Clients that trust it never ask for the blob, so
 * it must be what the digest names. An empty text counts as absent, as in Go's encoding. Read after digest and size.
 */
static bool read_data(struct descriptor *out, struct arena *arena, struct error *error, const struct place *place,
		      struct json_object *object)
{
	struct json_object *value = field_get(object, "data");
	struct span text, content;
	struct digest digest;

	if (!value || json_object_get_string_len(value) == 0)
		return true;
	text = (struct span){json_object_get_string(value), (size_t)json_object_get_string_len(value)};
	if (!base64_decode(&content, arena, text))
		return field_refuse(error, place, "data", "not base64");
	digest_of(&digest, out->digest.algorithm, content.ptr, content.len);
	if (content.len != out->size || !digest_equal(&digest, &out->digest))
		return field_refuse(error, place, "data", "not the content that digest and size name");
	out->has_data = true;
	return true;
}

static bool read_platform(struct descriptor *out, struct arena *arena, struct error *error, const struct place *place,
			  struct json_object *object)
{
	struct json_object *platform = field_get(object, "platform");

	if (!platform)
		return true;
	return field_check(error, place, platform, platform_fields, sizeof platform_fields / sizeof *platform_fields) &&
	       field_text(&out->os, arena, error, place, platform, "os", LIMIT_MEDIA_TYPE) &&
	       field_text(&out->architecture, arena, error, place, platform, "architecture", LIMIT_MEDIA_TYPE) &&
	       field_text(&out->variant, arena, error, place, platform, "variant", LIMIT_MEDIA_TYPE);
}

bool descriptor_read(struct descriptor *out, struct arena *arena, struct error *error, const struct place *place,
		     struct json_object *value)
{
	const size_t known = sizeof descriptor_fields / sizeof *descriptor_fields;

	*out = (struct descriptor){0};
	if (json_object_get_type(value) != json_type_object)
		return field_refuse(error, place, "", "not a descriptor object");
	if (!field_check(error, place, value, descriptor_fields, known) || !field_check_annotations(error, place, value) ||
	    !field_text(&out->media_type, arena, error, place, value, "mediaType", LIMIT_MEDIA_TYPE) ||
	    !field_text(&out->artifact_type, arena, error, place, value, "artifactType", LIMIT_MEDIA_TYPE) ||
	    !read_digest(&out->digest, error, place, value) || !read_size(&out->size, error, place, value) ||
	    !read_urls(out, arena, error, place, value) || !read_platform(out, arena, error, place, value) ||
	    !read_data(out, arena, error, place, value))
		return false;
	if (!out->media_type)
		out->media_type = "";
	return true;
}
