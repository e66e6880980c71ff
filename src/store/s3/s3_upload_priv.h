/* SPDX-License-Identifier: MIT */
/* Objects in parts. */
#ifndef BERTH_STORE_S3_UPLOAD_PRIV_H
#define BERTH_STORE_S3_UPLOAD_PRIV_H

#include "berth/store/object.h"

object_begin_fn s3_begin;
object_put_parts_fn s3_put_parts;
object_complete_fn s3_complete;
object_abandon_fn s3_abandon;

/* "partNumber=N&uploadId=ID", encoded. */
const char *s3_part_query(unsigned number, const char *id, struct arena *arena);

#endif
