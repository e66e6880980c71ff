/* SPDX-License-Identifier: MIT */
/* Uploads in parts, by the XML API. */
#ifndef BERTH_STORE_GCS_UPLOAD_PRIV_H
#define BERTH_STORE_GCS_UPLOAD_PRIV_H

#include "berth/store/object.h"

object_begin_fn gcs_begin;
object_put_parts_fn gcs_put_parts;
object_complete_fn gcs_complete;
object_abandon_fn gcs_abandon;

#endif
