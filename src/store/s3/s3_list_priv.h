/* SPDX-License-Identifier: MIT */
/* Lists of objects and of unfinished uploads. */
#ifndef BERTH_STORE_S3_LIST_PRIV_H
#define BERTH_STORE_S3_LIST_PRIV_H

#include "berth/store/object.h"

object_list_fn s3_list;
object_list_unfinished_fn s3_list_unfinished;

#endif
