/* SPDX-License-Identifier: MIT */
/* Pages of names: tags, repositories, referrers. Byte order; `last` is exclusive. */
#ifndef BERTH_CORE_LISTING_H
#define BERTH_CORE_LISTING_H

#include <stdbool.h>
#include <stddef.h>

#include "berth/base/span.h"
#include "berth/core/core.h"
#include "berth/meta/manifest.h"

struct names_page {
	const struct span *names;
	size_t count;
	bool more; /* there is another page */
};

/* Lists tags. E_NAME_UNKNOWN for a repository that never had a manifest. */
bool tags_page(const struct work *work, struct span path, struct span last, size_t limit, struct names_page *out);

/* Lists repositories that have a manifest. */
bool catalog_page(const struct work *work, struct span last, size_t limit, struct names_page *out);

struct referrers_page {
	const struct meta_referrer *items;
	size_t count;
	bool more;
};

/*
 * Lists manifests whose `subject` is the digest, of one artifact type or, when it is empty, of all. `last` NULL: from the first. An
 * unknown repository or subject has no referrers, which is no error (OCI distribution-spec, "Listing Referrers"). A page ends
 * early where annotations would make it too large.
 */
bool referrers_page(const struct work *work, struct span path, const struct digest *subject, struct span artifact_type,
		    const struct digest *last, size_t limit, struct referrers_page *out);

#endif
