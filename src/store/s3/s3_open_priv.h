/* SPDX-License-Identifier: MIT */
/* Opening a service of a dialect of S3. */
#ifndef BERTH_STORE_S3_OPEN_PRIV_H
#define BERTH_STORE_S3_OPEN_PRIV_H

#include "s3_request_priv.h"

/* As store_s3_service_new, for another dialect. */
struct object_service *s3_open(const struct s3_dialect *dialect, const struct s3_settings *settings, char *reason,
			       size_t size);

#endif
