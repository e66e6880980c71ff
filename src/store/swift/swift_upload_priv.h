/* SPDX-License-Identifier: MIT */
/* Uploads in parts. */
#ifndef BERTH_STORE_SWIFT_UPLOAD_PRIV_H
#define BERTH_STORE_SWIFT_UPLOAD_PRIV_H

#include "berth/store/object.h"

object_begin_fn swift_begin;
object_put_parts_fn swift_put_parts;
object_complete_fn swift_complete;
object_abandon_fn swift_abandon;
object_list_unfinished_fn swift_list_unfinished;

#endif
