/* SPDX-License-Identifier: MIT */
/* Lists of blobs. */
#ifndef BERTH_STORE_AZURE_LIST_PRIV_H
#define BERTH_STORE_AZURE_LIST_PRIV_H

#include "berth/store/object.h"

object_list_fn azure_list;

#endif
