/* SPDX-License-Identifier: MIT */
/* Bearer tokens of the account. */
#ifndef BERTH_STORE_GCS_TOKEN_PRIV_H
#define BERTH_STORE_GCS_TOKEN_PRIV_H

#include "gcs_request_priv.h"

/* Fetches a token from the token service or the metadata server; the owner is the struct gcs. */
credential_fetch_fn gcs_fetch_token;

/* Asks for the e-mail of the machine's account, once. False: the metadata server does not tell, which is logged. */
bool gcs_token_email(struct gcs *gcs, struct arena *arena);

#endif
