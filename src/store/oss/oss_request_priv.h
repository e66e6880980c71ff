/* SPDX-License-Identifier: MIT */
/* How requests and URLs of OSS are signed, in version 1 and version 4, and its fields of a new object. */
#ifndef BERTH_STORE_OSS_REQUEST_PRIV_H
#define BERTH_STORE_OSS_REQUEST_PRIV_H

#include "../s3/s3_request_priv.h"

/* Signs a request with version 1 or 4 of OSS's signatures ("Include signatures in the Authorization header", OSS documentation). */
http_prepare_fn oss_prepare_v1;
http_prepare_fn oss_prepare_v4;

/* Returns a URL for `method` on `key` that is valid for `seconds`, signed in its query, in `arena`. */
char *oss_url_v1(const struct s3 *s3, const char *method, const char *key, unsigned seconds, struct arena *arena);
char *oss_url_v4(const struct s3 *s3, const char *method, const char *key, unsigned seconds, struct arena *arena);
/* Sets the media type and the encryption that the configuration asks for on a request that makes an object. */
void oss_set_object_fields(const struct s3 *s3, struct http_exchange *exchange);

#endif
