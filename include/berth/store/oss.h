/* SPDX-License-Identifier: MIT */
/*
 * Alibaba Cloud OSS as an object service: the operations and documents of S3 (src/store/s3/s3_request_priv.h), its own fields,
 * signatures and hosts. Bodies carry Content-MD5, which the service checks.
 */
#ifndef BERTH_STORE_OSS_H
#define BERTH_STORE_OSS_H

#include "berth/settings/oss.h"
#include "berth/store/object.h"

/* Opens the service; sends nothing yet. Copies what it needs of the settings. NULL with one line in `reason`. */
struct object_service *store_oss_service_new(const struct oss_settings *settings, char *reason, size_t size);

#endif
