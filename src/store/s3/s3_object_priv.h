/* SPDX-License-Identifier: MIT */
/* Operations on whole objects. */
#ifndef BERTH_STORE_S3_OBJECT_PRIV_H
#define BERTH_STORE_S3_OBJECT_PRIV_H

#include "berth/store/object.h"

object_put_fn s3_put;
object_head_fn s3_head;
object_get_fn s3_get;
object_remove_fn s3_remove;
object_sign_fn s3_sign;

#endif
