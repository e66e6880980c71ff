/* SPDX-License-Identifier: MIT */
/* Operations on single blobs. */
#ifndef BERTH_STORE_AZURE_OBJECT_PRIV_H
#define BERTH_STORE_AZURE_OBJECT_PRIV_H

#include "azure_request_priv.h"

object_put_fn azure_put;
object_head_fn azure_head;
object_get_fn azure_get;
object_remove_fn azure_remove;

/* Asks whether the blob is there with this size. False: that cannot be known, and the error is set. */
bool azure_is_there(struct azure *azure, const char *key, uint64_t size, bool *is_there, struct arena *arena,
		    struct error *error);

#endif
