/* SPDX-License-Identifier: MIT */
/* Manifests with a subject: their artifact type and their fallback tag. */
#include "berth/oci/referrer.h"

#include <stdio.h>

#include "berth/base/digest.h"
#include "berth/base/hex.h"

const char *referrer_artifact_type(const struct manifest *manifest)
{
	if (manifest->artifact_type && manifest->artifact_type[0])
		return manifest->artifact_type;
	if (manifest->config && manifest->config->media_type[0])
		return manifest->config->media_type;
	return NULL;
}

const char *referrer_fallback_tag(const struct digest *subject, char tag[static REFERRER_TAG_MAX])
{
	char encoded[2 * DIGEST_BYTES_MAX + 1];

	hex_encode(encoded, subject->bytes, digest_length(subject->algorithm));
	(void)snprintf(tag, REFERRER_TAG_MAX, "%.32s-%.64s", digest_algorithm_name(subject->algorithm), encoded);
	return tag;
}
