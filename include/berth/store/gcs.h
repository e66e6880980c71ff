/* SPDX-License-Identifier: MIT */
/*
 * Google Cloud Storage as an object service.
 *
 * Small objects, copies, lists and removals go by the JSON API, uploads in parts by the XML API's multipart uploads
 * (parts in parallel, from any node, nothing visible before the end), downloads by V4 signed URLs. Every request but
 * those carries a bearer token of the account, had ahead of its expiry.
 */
#ifndef BERTH_STORE_GCS_H
#define BERTH_STORE_GCS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "berth/store/gcs_credentials.h"
#include "berth/store/object.h"

#define GCS_PART_MIN ((uint64_t)5 << 20) /* "Quotas & limits", XML API multipart uploads; so are the next two */
#define GCS_PART_MAX ((uint64_t)5 << 30)
#define GCS_PARTS_MAX 10000
#define GCS_AT_ONCE_MAX 8 /* of one worker: more connections cost memory and gain nothing */

/* A text may be "" or NULL; strings are borrowed while gcs_open runs. */
struct gcs_settings {
	struct gcs_credentials credentials;
	const char *bucket;
	const char *endpoint;     /* without a slash at its end; "": https://storage.<universe domain> */
	const char *iam_endpoint; /* likewise; "": https://iamcredentials.<universe domain> */
	const char *user_agent;
	uint64_t part_size; /* raised to GCS_PART_MIN */
	unsigned at_once;   /* parts of one worker, GCS_AT_ONCE_MAX at most; 0: that */
};

/*
 * Reads the credentials; asks nobody anything yet. NULL with one line in `reason`: a file that cannot be read or is no
 * key file, a key that is not RSA, a kind of credentials that is not known here.
 */
struct object_service *gcs_open(const struct gcs_settings *settings, char *reason, size_t size);

#endif
