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
	bool more; /* there are names behind the last one */
};

/* E_NAME_UNKNOWN for a repository that never held a manifest. */
bool tags_page(const struct work *work, struct span path, struct span last, size_t limit, struct names_page *out);

/* Repositories that hold a manifest now. */
bool catalog_page(const struct work *work, struct span last, size_t limit, struct names_page *out);

struct referrers_page {
	const struct meta_referrer *items;
	size_t count;
	bool more;
};

/* An unknown repository or subject has no referrers: that is no error. artifact_type empty: all. last NULL: from the first. */
bool referrers_page(const struct work *work, struct span path, const struct digest *subject, struct span artifact_type,
		    const struct digest *last, size_t limit, struct referrers_page *out);

#endif
