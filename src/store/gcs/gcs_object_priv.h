/* SPDX-License-Identifier: MIT */
/* Operations on whole objects, by the JSON API. */
#ifndef BERTH_STORE_GCS_OBJECT_PRIV_H
#define BERTH_STORE_GCS_OBJECT_PRIV_H

#include "berth/store/object.h"

object_put_fn gcs_put;
object_head_fn gcs_head;
object_get_fn gcs_get;
object_remove_fn gcs_remove;

#endif
