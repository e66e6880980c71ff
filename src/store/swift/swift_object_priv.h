/* SPDX-License-Identifier: MIT */
/* Operations that do not ask whether an object is large. */
#ifndef BERTH_STORE_SWIFT_OBJECT_PRIV_H
#define BERTH_STORE_SWIFT_OBJECT_PRIV_H

#include "berth/store/object.h"

object_head_fn swift_head;
object_get_fn swift_get;
object_list_fn swift_list_objects;

#endif
