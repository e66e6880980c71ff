/* SPDX-License-Identifier: MIT */
/* Tags (OCI distribution-spec, "Pulling manifests"). */
#ifndef BERTH_OCI_TAG_H
#define BERTH_OCI_TAG_H

#include <stdbool.h>

#include "berth/base/span.h"

/* Returns whether `tag` is a letter, digit or underscore, then up to LIMIT_TAG - 1 of these, dots and dashes. */
bool tag_valid(struct span tag);

#endif
