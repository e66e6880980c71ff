/* SPDX-License-Identifier: MIT */
/*
 * Amazon S3, and what speaks like it, as an object service: signature version 4, multipart uploads, presigned URLs.
 *
 * Every body's SHA-256 is part of its request's signature, and the service checks it: that is the checksum of uploads.
 * It costs a pass over the part (SHA-NI: some 1.5 GB/s) before it is sent. Over TLS the setting checksum_disabled spares that pass.
 */
#ifndef BERTH_STORE_S3_H
#define BERTH_STORE_S3_H

#include "berth/settings/s3.h"
#include "berth/store/object.h"

/*
 * Opens the service; sends nothing yet. Copies what it needs of the settings. NULL with one line in `reason`.
 */
struct object_service *store_s3_service_new(const struct s3_settings *settings, char *reason, size_t size);

#endif
