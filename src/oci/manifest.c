/* SPDX-License-Identifier: MIT */
/* Manifests and indexes as pushed. */
#include "berth/oci/manifest.h"

#include "berth/base/json_read.h"
#include "berth/base/json_write.h"
#include "berth/base/limits.h"
#include "descriptor_priv.h"
#include "field_priv.h"

static const struct place whole = {"", 0, false};

static const struct field manifest_fields[] = {
	{"schemaVersion", JSON_INTEGER}, {"mediaType", JSON_STRING},   {"config", JSON_OBJECT},
	{"layers", JSON_ARRAY},          {"manifests", JSON_ARRAY},    {"subject", JSON_OBJECT},
	{"artifactType", JSON_STRING},   {"annotations", JSON_OBJECT},
};

static bool manifest_refuse(struct error *error, const char *why)
{
	return error_setf(error, E_MANIFEST_INVALID, "%s", why);
}

static bool refuse_schema1(struct error *error)
{
	return manifest_refuse(error, "Schema 1 manifest not supported");
}

static bool read_document(const struct json **out, struct arena *arena, struct span body, struct error *error)
{
	struct json_fault fault;

	*out = json_read(arena, body, &fault);
	if (!*out)
		return error_setf(error, E_MANIFEST_INVALID, "not strict JSON: %s at byte %zu", fault.reason, fault.offset);
	return json_is(*out, JSON_OBJECT) || manifest_refuse(error, "not a JSON object");
}

/* Looks a media type up. The empty name leaves *out as it is. */
static bool look_up_type(const struct mediatype **out, struct span name, struct error *error)
{
	const struct mediatype *type = mediatype_manifest(name);

	if (name.len == 0)
		return true;
	if (mediatype_is_schema1(name))
		return refuse_schema1(error);
	if (!type)
		return error_setf(error, E_MANIFEST_INVALID, "unsupported manifest media type: %.*s", SPAN_ARG(name));
	*out = type;
	return true;
}

static bool read_content_type(const struct mediatype **out, struct span content_type, struct error *error)
{
	struct span essence = span_trim(content_type);

	*out = NULL;
	if (essence.len > 0 && !mediatype_essence(&essence, essence))
		return manifest_refuse(error, "Content-Type is not a media type");
	return look_up_type(out, essence, error);
}

static bool check_version(const struct json *root, struct error *error)
{
	const struct json *version = json_get(root, "schemaVersion");

	if (!version)
		return field_refuse(error, &whole, "schemaVersion", "missing");
	if (version->integer == 1)
		return refuse_schema1(error);
	return version->integer == 2 || field_refuse(error, &whole, "schemaVersion", "not 2");
}

static const struct mediatype *guess_type(const struct json *root)
{
	if (json_get(root, "manifests"))
		return mediatype_manifest(SPAN_LIT(MEDIATYPE_OCI_INDEX));
	if (json_get(root, "config") || json_get(root, "layers"))
		return mediatype_manifest(SPAN_LIT(MEDIATYPE_OCI_MANIFEST));
	return NULL;
}

static bool decide_type(struct manifest *out, struct arena *arena, const struct json *root,
			const struct mediatype *pushed_as, struct error *error)
{
	const struct mediatype *stated = NULL, *type;
	const char *name;

	if (!field_text(&name, arena, &whole, root, "mediaType", LIMIT_MEDIA_TYPE, error) ||
	    !look_up_type(&stated, span_of(name), error))
		return false;
	if (stated && strcmp(name, stated->name) != 0)
		return field_refuse(error, &whole, "mediaType", "spelt in other letter case");
	if (stated && pushed_as && stated != pushed_as)
		return field_refuse(error, &whole, "mediaType", "differs from the Content-Type");
	type = pushed_as ? pushed_as : stated ? stated : guess_type(root);
	if (!type)
		return manifest_refuse(error, "neither an image nor an index");
	out->media_type = type->name;
	out->kind = type->kind;
	return true;
}

static bool manifest_read_one(const struct descriptor **out, struct arena *arena, const struct json *root, const char *key,
			      struct error *error)
{
	struct place place = {key, 0, false};
	const struct json *value = json_get(root, key);
	struct descriptor *descriptor;

	*out = NULL;
	if (!value)
		return true;
	*out = descriptor = arena_alloc(arena, sizeof *descriptor);
	return descriptor_read(descriptor, arena, &place, value, error);
}

static bool read_list(const struct descriptor **out, size_t *count, struct arena *arena, const struct json *root,
		      const char *key, struct error *error)
{
	struct place place = {key, 0, true};
	const struct json *list = json_get(root, key), *item = json_first(list);
	struct descriptor *descriptors;

	*out = NULL;
	*count = json_count(list);
	if (*count == 0)
		return true;
	if (*count > LIMIT_MANIFEST_REFERENCES)
		return manifest_refuse(error, "too many references");
	*out = descriptors = arena_array(arena, *count, sizeof *descriptors);
	for (; item; item = item->next, place.index++)
		if (!descriptor_read(&descriptors[place.index], arena, &place, item, error))
			return false;
	return true;
}

static bool read_image(struct manifest *out, struct arena *arena, const struct json *root, struct error *error)
{
	if (json_get(root, "manifests"))
		return field_refuse(error, &whole, "manifests", "not allowed in an image manifest");
	if (!json_get(root, "config"))
		return field_refuse(error, &whole, "config", "missing");
	return manifest_read_one(&out->config, arena, root, "config", error) &&
	       read_list(&out->layers, &out->layer_count, arena, root, "layers", error);
}

static bool read_index(struct manifest *out, struct arena *arena, const struct json *root, struct error *error)
{
	if (json_get(root, "config") || json_get(root, "layers"))
		return manifest_refuse(error, "config and layers: not allowed in an index");
	if (!json_has(root, "manifests"))
		return field_refuse(error, &whole, "manifests", "missing");
	return read_list(&out->manifests, &out->manifest_count, arena, root, "manifests", error);
}

/* Writes the annotations as text, as a column of a listing holds them. */
static bool read_annotations(struct manifest *out, struct arena *arena, const struct json *root)
{
	const struct json *annotations = json_get(root, "annotations");
	struct json_writer json;
	struct strbuf text;
	size_t count = 0;

	if (!annotations)
		return true;
	strbuf_init(&text, arena, LIMIT_RESPONSE);
	json = json_writer(&text);
	json_open(&json, '{');
	for (const struct json *value = json_first(annotations); value; value = value->next) {
		if (json_is(value, JSON_NULL))
			continue;
		json_key(&json, value->key);
		json_span(&json, json_as_span(value));
		count++;
	}
	json_close(&json, '}');
	if (count > 0)
		out->annotations = strbuf_span(&text);
	return true;
}

bool manifest_parse(struct manifest *out, struct arena *arena, struct span body, struct span content_type,
		    struct error *error)
{
	const size_t known = sizeof manifest_fields / sizeof *manifest_fields;
	const struct mediatype *pushed_as;
	const struct json *root = NULL;

	*out = (struct manifest){.annotations = {"", 0}};
	return read_content_type(&pushed_as, content_type, error) && read_document(&root, arena, body, error) &&
	       field_check(&whole, root, manifest_fields, known, error) && field_check_annotations(&whole, root, error) &&
	       check_version(root, error) && decide_type(out, arena, root, pushed_as, error) &&
	       (out->kind == MANIFEST_KIND_INDEX ? read_index : read_image)(out, arena, root, error) &&
	       manifest_read_one(&out->subject, arena, root, "subject", error) &&
	       field_text(&out->artifact_type, arena, &whole, root, "artifactType", LIMIT_MEDIA_TYPE, error) &&
	       read_annotations(out, arena, root);
}
