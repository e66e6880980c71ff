/* SPDX-License-Identifier: MIT */
/*
 * OpenStack Swift as an object service, with distribution's layout: `<prefix>/files/` in front of every key, segments of
 * large objects under `<prefix>/segments/`, all of it in one container.
 *
 *     service = swift_open(&settings, reason, sizeof reason);
 *     store = store_object_open(service, ...);
 *
 * The first request signs in to tempauth (v1) or Keystone (v2, v3), makes the container where it is missing, and asks for `/info`
 * and for the key of temporary URLs. A token is renewed before it expires, and when a request is answered 401.
 *
 * A large object is a static manifest (SLO) where the cluster has them, else a dynamic one (DLO), as distribution writes.
 * A copy of a large object copies its manifest; the segments stay where they are. Two notes say who may remove them:
 *   - `<prefix>/segments/unfinished/<key>/<id>`, an empty object, is there from `begin` until the manifest is. Segments
 *     under such a note belong to nobody else;
 *   - a manifest that was copied has the target's key in its metadata (X-Object-Meta-Berth-Copied), put there before the
 *     copy is. Removing it takes the segments only when the target does not use them.
 *
 * Sources: the OpenStack Object Storage API v1, Identity API v2.0 and v3, Swift's "Large Objects" and "TempURL".
 */
#ifndef BERTH_STORE_SWIFT_H
#define BERTH_STORE_SWIFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "berth/settings/swift.h"
#include "berth/store/object.h"

/* Opens the service; sends nothing yet. Borrows the texts of the settings for its life. NULL with one line in `reason`. */
struct object_service *swift_open(const struct swift_settings *settings, char *reason, size_t size);

/* What stands in front of the registry's paths in a key: `<prefix>/files/`, without a slash at its beginning. */
const char *swift_key_prefix(const char *prefix, struct arena *arena);

#endif
