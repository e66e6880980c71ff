/* SPDX-License-Identifier: MIT */
/* Manifests and indexes as pushed. */
#include "berth/oci/manifest.h"

#include <json_object.h>
#include <json_object_iterator.h>

#include "berth/base/json_scan.h"
#include "berth/base/json_tree.h"
#include "berth/base/json_write.h"
#include "berth/base/limits.h"
#include "descriptor_priv.h"
#include "field_priv.h"

static const struct place whole = {"", 0, false};

static const struct field manifest_fields[] = {
	{"schemaVersion", json_type_int},   {"mediaType", json_type_string},   {"config", json_type_object},
	{"layers", json_type_array},        {"manifests", json_type_array},    {"subject", json_type_object},
	{"artifactType", json_type_string}, {"annotations", json_type_object},
};

static bool refuse(struct error *error, const char *why)
{
	return error_setf(error, E_MANIFEST_INVALID, "%s", why);
}

static bool refuse_schema1(struct error *error)
{
	return refuse(error, "Schema 1 manifest not supported");
}

/*
 * What json-c 0.16 allocates on 64 bits, rounded up: a table of 16 entries for an object, 8 pointers for an array, a
 * place for each key in a table that doubles. Without this bound 4 MiB of `{},` would take 1 GB.
 */
static size_t tree_cost(const struct json_scan *scan, size_t text)
{
	return text + scan->objects * 800 + scan->arrays * 160 + scan->members * 120 + scan->scalars * 100;
}

static bool check_text(struct arena *arena, struct span body, struct error *error)
{
	struct json_scan scan;

	if (!json_scan(&scan, arena, body))
		return error_setf(error, E_MANIFEST_INVALID, "not strict JSON: %s at byte %zu", scan.reason, scan.offset);
	if (tree_cost(&scan, body.len) > LIMIT_JSON_TREE)
		return refuse(error, "too many values");
	return true;
}

static bool build_tree(struct json_object **out, struct arena *arena, struct span body, struct error *error)
{
	if (body.len > INT32_MAX)
		return refuse(error, "too long");
	*out = json_tree(arena, body);
	return json_object_get_type(*out) == json_type_object || refuse(error, "not a JSON object");
}

/* The type that a name stands for, into *out; untouched for the empty name. */
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
		return refuse(error, "Content-Type is not a media type");
	return look_up_type(out, essence, error);
}

static bool check_version(struct json_object *root, struct error *error)
{
	struct json_object *version = field_get(root, "schemaVersion");

	if (!version)
		return field_refuse(error, &whole, "schemaVersion", "missing");
	if (json_object_get_int64(version) == 1)
		return refuse_schema1(error);
	return json_object_get_int64(version) == 2 || field_refuse(error, &whole, "schemaVersion", "not 2");
}

static const struct mediatype *guess_type(struct json_object *root)
{
	if (field_get(root, "manifests"))
		return mediatype_manifest(SPAN_LIT(MEDIATYPE_OCI_INDEX));
	if (field_get(root, "config") || field_get(root, "layers"))
		return mediatype_manifest(SPAN_LIT(MEDIATYPE_OCI_MANIFEST));
	return NULL;
}

static bool decide_type(struct manifest *out, struct arena *arena, struct json_object *root,
			const struct mediatype *pushed_as, struct error *error)
{
	const struct mediatype *stated = NULL, *type;
	const char *name;

	if (!field_text(&name, arena, error, &whole, root, "mediaType", LIMIT_MEDIA_TYPE) ||
	    !look_up_type(&stated, span_of(name), error))
		return false;
	if (stated && strcmp(name, stated->name) != 0)
		return field_refuse(error, &whole, "mediaType", "spelt in other letter case");
	if (stated && pushed_as && stated != pushed_as)
		return field_refuse(error, &whole, "mediaType", "differs from the Content-Type");
	type = pushed_as ? pushed_as : stated ? stated : guess_type(root);
	if (!type)
		return refuse(error, "neither an image nor an index");
	out->media_type = type->name;
	out->kind = type->kind;
	return true;
}

static bool read_one(const struct descriptor **out, struct arena *arena, struct json_object *root, const char *key,
		     struct error *error)
{
	struct place place = {key, 0, false};
	struct json_object *value = field_get(root, key);
	struct descriptor *descriptor;

	*out = NULL;
	if (!value)
		return true;
	*out = descriptor = arena_alloc(arena, sizeof *descriptor);
	return descriptor_read(descriptor, arena, error, &place, value);
}

static bool read_list(const struct descriptor **out, size_t *count, struct arena *arena, struct json_object *root,
		      const char *key, struct error *error)
{
	struct place place = {key, 0, true};
	struct json_object *list = field_get(root, key);
	struct descriptor *descriptors;

	*out = NULL;
	*count = list ? json_object_array_length(list) : 0;
	if (*count == 0)
		return true;
	if (*count > LIMIT_MANIFEST_REFERENCES)
		return refuse(error, "too many references");
	*out = descriptors = arena_array(arena, *count, sizeof *descriptors);
	for (; place.index < *count; place.index++)
		if (!descriptor_read(&descriptors[place.index], arena, error, &place,
				     json_object_array_get_idx(list, place.index)))
			return false;
	return true;
}

static bool read_image(struct manifest *out, struct arena *arena, struct json_object *root, struct error *error)
{
	if (field_get(root, "manifests"))
		return field_refuse(error, &whole, "manifests", "not allowed in an image manifest");
	if (!field_get(root, "config"))
		return field_refuse(error, &whole, "config", "missing");
	return read_one(&out->config, arena, root, "config", error) &&
	       read_list(&out->layers, &out->layer_count, arena, root, "layers", error);
}

static bool read_index(struct manifest *out, struct arena *arena, struct json_object *root, struct error *error)
{
	if (field_get(root, "config") || field_get(root, "layers"))
		return refuse(error, "config and layers: not allowed in an index");
	if (!json_object_object_get_ex(root, "manifests", NULL))
		return field_refuse(error, &whole, "manifests", "missing");
	return read_list(&out->manifests, &out->manifest_count, arena, root, "manifests", error);
}

/* Text, so that the columns of a listing hold it; json-c's own writer leaves out what it finds no memory for. */
static bool read_annotations(struct manifest *out, struct arena *arena, struct json_object *root)
{
	struct json_object *annotations = field_get(root, "annotations"), *value;
	struct json_object_iterator at, end;
	struct json_writer json;
	struct strbuf text;
	size_t count = 0;

	if (!annotations)
		return true;
	strbuf_init(&text, arena, LIMIT_RESPONSE);
	json = json_writer(&text);
	json_open(&json, '{');
	at = json_object_iter_begin(annotations);
	end = json_object_iter_end(annotations);
	for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at)) {
		value = json_object_iter_peek_value(&at);
		if (!value)
			continue;
		json_key(&json, json_object_iter_peek_name(&at));
		json_span(&json, (struct span){json_object_get_string(value), (size_t)json_object_get_string_len(value)});
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
	struct json_object *root = NULL;

	*out = (struct manifest){.annotations = {"", 0}};
	return read_content_type(&pushed_as, content_type, error) && check_text(arena, body, error) &&
	       build_tree(&root, arena, body, error) && field_check(error, &whole, root, manifest_fields, known) &&
	       field_check_annotations(error, &whole, root) && check_version(root, error) &&
	       decide_type(out, arena, root, pushed_as, error) &&
	       (out->kind == MANIFEST_KIND_INDEX ? read_index : read_image)(out, arena, root, error) &&
	       read_one(&out->subject, arena, root, "subject", error) &&
	       field_text(&out->artifact_type, arena, error, &whole, root, "artifactType", LIMIT_MEDIA_TYPE) &&
	       read_annotations(out, arena, root);
}
