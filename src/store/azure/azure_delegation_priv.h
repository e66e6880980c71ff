/* SPDX-License-Identifier: MIT */
/* Signed URLs of blobs. */
#ifndef BERTH_STORE_AZURE_DELEGATION_PRIV_H
#define BERTH_STORE_AZURE_DELEGATION_PRIV_H

#include "azure_request_priv.h"

object_sign_fn azure_sign;

/* A query that gives read access to a blob for `seconds`. *out NULL, without an error: this set-up cannot sign. */
bool azure_sign_query(struct azure *azure, const char *key, unsigned seconds, const char **out, struct arena *arena,
		      struct error *error);

#endif
