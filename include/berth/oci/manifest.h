/* SPDX-License-Identifier: MIT */
/*
 * Manifests and indexes as pushed: what they refer to, checked so far that no reader can take them for something
 * else (OCI image-spec "Image Manifest", "Image Index", "Descriptor"; Docker's schema 2).
 *
 * The bytes are stored and served as they came; this is the reading that decides what they reference.
 *
 * Taken: any config and layer types (artifacts), no `layers` key, an empty or nested index, `data`, unknown fields.
 * Refused with E_MANIFEST_INVALID and a detail that names the field:
 *   - what json_read refuses;
 *   - `manifests` together with `config` or `layers` (CVE-2021-41190), or another mediaType than the Content-Type;
 *   - a known field in other letter case, which Go's decoder takes for the field and ours would not;
 *   - a known field of the wrong JSON type; null counts as absent, as a value of annotations and among urls too;
 *   - a descriptor without digest or size, with a negative size, or with a digest that Berth cannot verify;
 *   - a descriptor whose `data` is not the content of its digest;
 *   - schemaVersion other than the integer 2; a type that is none of mediatype.h.
 */
#ifndef BERTH_OCI_MANIFEST_H
#define BERTH_OCI_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>

#include "berth/base/arena.h"
#include "berth/base/error.h"
#include "berth/base/span.h"
#include "berth/oci/descriptor.h"
#include "berth/oci/mediatype.h"

struct manifest {
	const char *media_type; /* from the table of mediatype.h: what it is served with */
	enum manifest_kind kind;
	const char *artifact_type;       /* as pushed; NULL when absent. See referrer_artifact_type */
	const struct descriptor *config; /* set for images, NULL for indexes */
	const struct descriptor *layers; /* of an image, in order; a digest may occur twice */
	size_t layer_count;
	const struct descriptor *manifests; /* of an index, in order; a digest may occur twice */
	size_t manifest_count;
	const struct descriptor *subject; /* NULL when absent; need not exist in the repository */
	struct span annotations;          /* the JSON object, compact; empty span (len 0) when absent or {} */
};

/*
 * Reads `body`, pushed with the header value `content_type` (empty: the body's mediaType decides, else its fields).
 * Everything in *out lives in `arena`, independent of `body`. Returns false with E_MANIFEST_INVALID.
 */
bool manifest_parse(struct manifest *out, struct arena *arena, struct span body, struct span content_type,
		    struct error *error);

#endif
