/* SPDX-License-Identifier: MIT */
/* The media types that Berth reads. */
#include "berth/oci/mediatype.h"

static const struct mediatype manifest_types[] = {
	{MEDIATYPE_DOCKER_MANIFEST, MANIFEST_KIND_IMAGE},
	{MEDIATYPE_DOCKER_LIST, MANIFEST_KIND_INDEX},
	{MEDIATYPE_OCI_MANIFEST, MANIFEST_KIND_IMAGE},
	{MEDIATYPE_OCI_INDEX, MANIFEST_KIND_INDEX},
};

static const char *const schema1_types[] = {
	"application/vnd.docker.distribution.manifest.v1+json",
	"application/vnd.docker.distribution.manifest.v1+prettyjws",
};

/* Returns whether `text` is a token (RFC 9110 section 5.6.2). */
static bool is_token(struct span text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		if (c <= ' ' || c >= 0x7f || strchr("\"(),/:;<=>?@[\\]{}", c))
			return false;
	}
	return text.len > 0;
}

bool mediatype_essence(struct span *out, struct span value)
{
	struct span essence, subtype, type;

	if (!span_split(&value, ';', &essence))
		return false;
	essence = subtype = span_trim(essence);
	if (!span_split(&subtype, '/', &type) || !subtype.ptr || !is_token(type) || !is_token(subtype))
		return false;
	*out = essence;
	return true;
}

const struct mediatype *mediatype_manifest(struct span name)
{
	for (size_t i = 0; i < sizeof manifest_types / sizeof *manifest_types; i++)
		if (span_is_nocase(name, manifest_types[i].name))
			return &manifest_types[i];
	return NULL;
}

bool mediatype_is_schema1(struct span name)
{
	for (size_t i = 0; i < sizeof schema1_types / sizeof *schema1_types; i++)
		if (span_is_nocase(name, schema1_types[i]))
			return true;
	return false;
}
