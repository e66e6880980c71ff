/* SPDX-License-Identifier: MIT */
/* Signed URLs: Cloud Storage, "V4 signing process with your own program". */
#ifndef BERTH_STORE_GCS_SIGN_PRIV_H
#define BERTH_STORE_GCS_SIGN_PRIV_H

#include "gcs_request_priv.h"

/* What a V4 signature is made of. */
struct gcs_v4 {
	const char *method;
	const char *endpoint; /* scheme://host[:port][/path] */
	const char *path;     /* percent-encoded: "/bucket/some/key" */
	const char *email;
	int64_t now;
	unsigned seconds;
};

/* The URL up to its signature, and the text to be signed. As in Google's own tests, the port is not part of the signed host. */
const char *gcs_v4_url(const struct gcs_v4 *v4, const char **to_sign, struct arena *arena);

/* The URL with its signature. */
const char *gcs_v4_signed(const char *url, struct span signature, struct arena *arena);

object_sign_fn gcs_sign;

#endif
