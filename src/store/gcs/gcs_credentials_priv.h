/* SPDX-License-Identifier: MIT */
/* Which credentials and which server the gcs service uses: from the settings, else from the environment. */
#ifndef BERTH_STORE_GCS_CREDENTIALS_PRIV_H
#define BERTH_STORE_GCS_CREDENTIALS_PRIV_H

#include <stdbool.h>

#include "berth/base/arena.h"
#include "berth/settings/gcs.h"

/* The first of these that is set counts. Without any, the service uses the machine's account from its metadata server. */
struct gcs_credentials {
	bool anonymous;              /* an emulator: requests carry no token */
	const char *keyfile;         /* of a service account, or what `gcloud auth application-default login` writes */
	struct gcs_key_settings key; /* a private key, with the members that a key file has beside it */
	const char *default_file;    /* as keyfile, but the file may be missing */
	const char *metadata_host;   /* "": metadata.google.internal */
};

/*
 * Returns the credentials of the settings, or else those that Google's libraries look for (Application Default
 * Credentials): the file in GOOGLE_APPLICATION_CREDENTIALS, then gcloud's own file, then the machine's account. Texts are
 * borrowed from the settings and the environment, or are in `arena`.
 */
struct gcs_credentials gcs_credentials_find(const struct gcs_settings *settings, struct arena *arena);

/*
 * Returns the URL of the emulator in STORAGE_EMULATOR_HOST, without a slash at its end. Returns "" when the variable is
 * unset, or when the settings name an endpoint.
 */
const char *gcs_emulator(const struct gcs_settings *settings, struct arena *arena);

#endif
