/* SPDX-License-Identifier: MIT */
/*
 * The media types that decide how Berth reads a document. All others are names that it keeps and hands out.
 * A manifest is served with the string of this table, never with the client's: it goes into a response header.
 */
#ifndef BERTH_OCI_MEDIATYPE_H
#define BERTH_OCI_MEDIATYPE_H

#include <stdbool.h>

#include "berth/base/span.h"

#define MEDIATYPE_DOCKER_MANIFEST "application/vnd.docker.distribution.manifest.v2+json"
#define MEDIATYPE_DOCKER_LIST "application/vnd.docker.distribution.manifest.list.v2+json"
#define MEDIATYPE_OCI_MANIFEST "application/vnd.oci.image.manifest.v1+json"
#define MEDIATYPE_OCI_INDEX "application/vnd.oci.image.index.v1+json"

/* The values are stored in the database; never renumber. */
enum manifest_kind {
	MANIFEST_KIND_IMAGE = 1, /* config and layers: images and artifacts */
	MANIFEST_KIND_INDEX = 2  /* other manifests */
};

struct mediatype {
	const char *name;
	enum manifest_kind kind;
};

/*
 * Reads the type "/" subtype of a Content-Type value, without its parameters (RFC 9110 section 8.3.1). Returns false if
 * that is not two tokens with a slash between, or `value` is empty.
 */
bool mediatype_essence(struct span *out, struct span value);

/* Returns the manifest type of that name, static, compared without case (RFC 9110 section 8.3.1); NULL for any other. */
const struct mediatype *mediatype_manifest(struct span name);

/* Returns whether `name` is Docker's first manifest format, signed or not, which is refused by name. */
bool mediatype_is_schema1(struct span name);

#endif
