/* SPDX-License-Identifier: MIT */
/* The error codes of the blob service. */
#ifndef BERTH_STORE_AZURE_REFUSAL_PRIV_H
#define BERTH_STORE_AZURE_REFUSAL_PRIV_H

#include "../service/service_priv.h"

extern const struct refusal_table azure_refusals;

/* The code only: messages may hold the text that was signed. */
struct service_words azure_read_words(const struct http_exchange *exchange, struct arena *arena);

/* Whether the answer is an error with this code (x-ms-error-code, or the body's). */
bool azure_code_is(const struct http_exchange *exchange, const char *code);

/* Whether the container is there and the blob is not. */
bool azure_is_missing(const struct http_exchange *exchange);

#endif
