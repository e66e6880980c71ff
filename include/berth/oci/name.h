/* SPDX-License-Identifier: MIT */
/* Repository names (OCI distribution-spec, "Pulling manifests"). */
#ifndef BERTH_OCI_NAME_H
#define BERTH_OCI_NAME_H

#include <stdbool.h>

#include "berth/base/span.h"

/*
 * Returns whether `name` is components parted by single slashes, each of lower-case letters and digits with `.`, `_`,
 * `__` or a run of dashes between them; at most LIMIT_NAME bytes. Such a name is safe as a path below a directory: no
 * empty component, no `.` or `..`, no leading underscore. A host in front, as Docker's own grammar has it, is not part of
 * a name here.
 */
bool name_valid(struct span name);

#endif
