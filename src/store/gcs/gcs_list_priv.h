/* SPDX-License-Identifier: MIT */
/* Lists of objects and of unfinished uploads. */
#ifndef BERTH_STORE_GCS_LIST_PRIV_H
#define BERTH_STORE_GCS_LIST_PRIV_H

#include "berth/store/object.h"

object_list_fn gcs_list;
object_list_unfinished_fn gcs_list_unfinished;

#endif
