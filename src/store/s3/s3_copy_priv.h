/* SPDX-License-Identifier: MIT */
/* Copies on the server. */
#ifndef BERTH_STORE_S3_COPY_PRIV_H
#define BERTH_STORE_S3_COPY_PRIV_H

#include "s3_request_priv.h"

object_copy_fn s3_copy;

/* The size of a part of a copy of `size` bytes: the settings', grown so that the parts never run out. */
uint64_t s3_copy_part(const struct s3 *s3, uint64_t size);

#endif
