/* SPDX-License-Identifier: MIT */
/* What one document says of another, or of a blob (OCI image-spec, "Content Descriptors"). */
#ifndef BERTH_OCI_DESCRIPTOR_H
#define BERTH_OCI_DESCRIPTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "berth/base/digest.h"

/*
 * As manifest_parse reads it; all of it lives in the arena given there. Text fields hold no control characters and,
 * but for URLs, at most LIMIT_MEDIA_TYPE bytes.
 */
struct descriptor {
	const char *media_type; /* "" when absent: clients exist that leave it out */
	struct digest digest;
	uint64_t size;             /* fits int64_t */
	const char *artifact_type; /* NULL when absent */
	const char *const *urls;   /* where else the blob is, unchecked; see validation.manifests.urls */
	size_t url_count;
	const char *os; /* of `platform`; NULL when absent, as are the next two */
	const char *architecture;
	const char *variant;
	bool has_data; /* carries its content itself, which manifest_parse has checked */
};

#endif
