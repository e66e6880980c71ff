/* SPDX-License-Identifier: MIT */
/* The error codes of S3, and how its answers name them. */
#ifndef BERTH_STORE_S3_REFUSAL_PRIV_H
#define BERTH_STORE_S3_REFUSAL_PRIV_H

#include "../service/service_priv.h"

extern const struct refusal_table s3_refusals;

/* Reads <Error><Code/><Message/></Error>, and the region that the bucket is in. */
struct service_words s3_read_words(const struct http_exchange *exchange, struct arena *arena);

/* Whether the answer's code is `code`. */
bool s3_code_is(const struct http_exchange *exchange, const char *code, struct arena *arena);

#endif
