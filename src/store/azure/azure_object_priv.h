/* SPDX-License-Identifier: MIT */
/* Operations on single blobs. */
#ifndef BERTH_STORE_AZURE_OBJECT_PRIV_H
#define BERTH_STORE_AZURE_OBJECT_PRIV_H

#include "berth/store/object.h"

object_put_fn azure_put;
object_head_fn azure_head;
object_get_fn azure_get;
object_remove_fn azure_remove;

#endif
