/* SPDX-License-Identifier: MIT */
/* Manifests: the first line is the Content-Type, the rest the body. */
#include "fuzz.h"

#include "berth/base/json_read.h"
#include "berth/oci/manifest.h"
#include "berth/oci/referrer.h"

static void check_descriptor(const struct descriptor *descriptor)
{
	CLAIM(descriptor->media_type && strlen(descriptor->media_type) <= LIMIT_MEDIA_TYPE);
	CLAIM(!fuzz_has_control(span_of(descriptor->media_type)));
	CLAIM(descriptor->size <= INT64_MAX);
	CLAIM(digest_length(descriptor->digest.algorithm) >= 32);
	for (size_t i = 0; i < descriptor->url_count; i++)
		CLAIM(!fuzz_has_control(span_of(descriptor->urls[i])));
}

static void check_list(const struct descriptor *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		check_descriptor(&list[i]);
}

static void check_manifest(const struct manifest *manifest, struct arena *arena)
{
	const struct mediatype *type = mediatype_manifest(span_of(manifest->media_type));

	CLAIM(type && type->kind == manifest->kind && type->name == manifest->media_type);
	if (manifest->kind == MANIFEST_KIND_IMAGE)
		CLAIM(manifest->config && !manifest->manifest_count);
	else
		CLAIM(!manifest->config && !manifest->layer_count);
	check_list(manifest->config, manifest->config != NULL);
	check_list(manifest->subject, manifest->subject != NULL);
	check_list(manifest->layers, manifest->layer_count);
	check_list(manifest->manifests, manifest->manifest_count);
	CLAIM(manifest->annotations.len == 0 || json_read(arena, manifest->annotations, NULL));
	(void)referrer_artifact_type(manifest);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span body = fuzz_span(data, size), content_type = fuzz_line(&body);
	struct manifest manifest;
	struct arena arena;
	struct error error;

	arena_init(&arena, LIMIT_REQUEST_MEMORY);
	error_init(&error, &arena);
	if (manifest_parse(&manifest, &arena, body, content_type, &error)) {
		CLAIM(!error_is_set(&error));
		check_manifest(&manifest, &arena);
	} else {
		CLAIM(error_code(&error) == E_MANIFEST_INVALID);
	}
	arena_release(&arena);
	return 0;
}
