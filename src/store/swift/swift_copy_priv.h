/* SPDX-License-Identifier: MIT */
/* Copies on the server. */
#ifndef BERTH_STORE_SWIFT_COPY_PRIV_H
#define BERTH_STORE_SWIFT_COPY_PRIV_H

#include "berth/store/object.h"

object_copy_fn swift_copy;

#endif
