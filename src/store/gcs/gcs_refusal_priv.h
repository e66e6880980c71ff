/* SPDX-License-Identifier: MIT */
/* The error codes of Cloud Storage's two APIs. */
#ifndef BERTH_STORE_GCS_REFUSAL_PRIV_H
#define BERTH_STORE_GCS_REFUSAL_PRIV_H

#include "../service/service_priv.h"

extern const struct refusal_table gcs_refusals;

/* Reads an error of the JSON API or of the XML API. The code is NoSuchBucket also where only the message says so. */
struct service_words gcs_read_words(const struct http_exchange *exchange, struct arena *arena);

/* Whether the bucket is there and the object is not. */
bool gcs_is_missing(const struct http_exchange *exchange, struct arena *arena);

#endif
