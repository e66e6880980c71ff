/* SPDX-License-Identifier: MIT */
/* What the head of a request says about the bytes of an upload, and the room on the disk for them. */
#ifndef BERTH_API_UPLOAD_BODY_H
#define BERTH_API_UPLOAD_BODY_H

#include "berth/core/upload.h"
#include "call.h"

/*
 * Describes the body as a chunk; no byte is read yet. E_RANGE_INVALID for a malformed Content-Range, E_SIZE_INVALID if its length is
 * not the Content-Length.
 */
bool upload_body_read(struct call *call, struct upload_chunk *out);

/*
 * Reserves room for a body on the worker's stream, until the request ends: E_STORAGE_FULL. A spooled body has its room since the
 * web server asked (preauth.h), because its bytes are on the disk.
 */
bool upload_body_room(struct call *call);

#endif
