/* SPDX-License-Identifier: MIT */
/*
 * Google Cloud Storage as an object service.
 *
 * Small objects, copies, lists and removals go by the JSON API, uploads in parts by the XML API's multipart uploads
 * (parts in parallel, from any node, nothing visible before the end), downloads by V4 signed URLs. Every request but
 * those carries a bearer token of the account, which is renewed before it expires.
 */
#ifndef BERTH_STORE_GCS_H
#define BERTH_STORE_GCS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "berth/settings/gcs.h"
#include "berth/store/object.h"

#define GCS_PART_MIN ((uint64_t)5 << 20) /* "Quotas & limits", XML API multipart uploads; so are the next two */
#define GCS_PART_MAX ((uint64_t)5 << 30)
#define GCS_PARTS_MAX 10000
#define GCS_AT_ONCE_MAX 8 /* of one worker: more connections cost memory and gain nothing */

/*
 * Opens the service with the credentials of the settings, or else of the environment (src/store/gcs/gcs_credentials_priv.h).
 * Reads the key file; sends nothing yet. Copies what it needs of the settings. NULL with one line in `reason`: the file
 * cannot be read or is no key file, the key is not RSA, or the kind of credentials is not supported.
 */
struct object_service *gcs_open(const struct gcs_settings *settings, char *reason, size_t size);

#endif
