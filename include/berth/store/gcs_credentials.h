/* SPDX-License-Identifier: MIT */
/* Who talks to Google Cloud Storage. */
#ifndef BERTH_STORE_GCS_CREDENTIALS_H
#define BERTH_STORE_GCS_CREDENTIALS_H

#include <stdbool.h>

#include "berth/base/secret.h"

/*
 * The first that is given counts; none of them is the account of the machine, from its metadata server. A text may be
 * "" or NULL.
 */
struct gcs_credentials {
	bool anonymous;            /* an emulator: no token at all */
	const char *keyfile;       /* of a service account, or what `gcloud auth application-default login` writes */
	struct secret private_key; /* PEM; with the members that a key file has beside it */
	const char *client_email;
	const char *private_key_id;
	const char *token_uri;
	const char *universe_domain;
	const char *default_file;  /* the same, and no error when it is not there */
	const char *metadata_host; /* "": metadata.google.internal */
};

#endif
