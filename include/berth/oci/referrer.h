/* SPDX-License-Identifier: MIT */
/* Referrers: manifests whose `subject` is another manifest (OCI distribution-spec, "Listing Referrers"). */
#ifndef BERTH_OCI_REFERRER_H
#define BERTH_OCI_REFERRER_H

#include "berth/base/digest.h"
#include "berth/oci/manifest.h"

/*
 * Returns the artifactType that the listing shows and filters by: the manifest's own, else an image's config media type;
 * NULL if there is none, as for most indexes. The listing then leaves the field out.
 */
const char *referrer_artifact_type(const struct manifest *manifest);

#define REFERRER_TAG_MAX (32 + 1 + 64 + 1) /* with NUL */

/*
 * Writes the tag under which clients keep the referrers of `subject` where a registry has no referrers API ("Referrers
 * Tag Schema"): at most 32 characters of the algorithm, a dash, at most 64 of the hash. Returns `tag`.
 */
const char *referrer_fallback_tag(const struct digest *subject, char tag[static REFERRER_TAG_MAX]);

#endif
