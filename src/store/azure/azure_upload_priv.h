/* SPDX-License-Identifier: MIT */
/* Uploads as staged blocks. */
#ifndef BERTH_STORE_AZURE_UPLOAD_PRIV_H
#define BERTH_STORE_AZURE_UPLOAD_PRIV_H

#include "berth/store/object.h"

object_begin_fn azure_begin;
object_put_parts_fn azure_put_parts;
object_complete_fn azure_complete;
object_abandon_fn azure_abandon;

/* Names a block that is about to be staged: fills the part's tag. Returns the query of its request. */
const char *azure_block_query(const struct object_upload *upload, struct object_part *part, struct arena *arena);

#endif
