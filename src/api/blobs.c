/* SPDX-License-Identifier: MIT */
/* Blobs: GET, HEAD and DELETE (end-2, end-10). */
#include "berth/core/blob.h"
#include "call.h"
#include "deliver.h"

bool api_blob_get(struct call *call)
{
	struct digest digest;
	uint64_t size;

	if (!call_digest(call, &digest) || !blob_size(&call->work, call->match.name, &digest, &size))
		return false;
	if (deliver_has_failed(call))
		return deliver_failed(call, &digest);
	if (!call_precondition(call, &digest))
		return false;
	return call_not_modified(call, &digest) || deliver_blob(call, &digest, size);
}

bool api_blob_delete(struct call *call)
{
	struct digest digest;

	if (!call_digest(call, &digest) || !blob_unlink(&call->work, call->match.name, &digest))
		return false;
	call_empty(call, 202);
	return true;
}
