/* SPDX-License-Identifier: MIT */
/* Copies within the account. */
#ifndef BERTH_STORE_AZURE_COPY_PRIV_H
#define BERTH_STORE_AZURE_COPY_PRIV_H

#include "berth/store/object.h"

object_copy_fn azure_copy;

#endif
