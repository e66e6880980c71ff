/* SPDX-License-Identifier: MIT */
/*
 * Checksums of a request's body, with which a service detects bytes that changed on the way. Each function reads the whole
 * body once, a file by pread in pieces. The result is in the arena; NULL when the file cannot be read or ends early, or
 * when OpenSSL offers no MD5 (FIPS).
 */
#ifndef BERTH_STORE_SERVICE_BODY_PRIV_H
#define BERTH_STORE_SERVICE_BODY_PRIV_H

#include "berth/base/arena.h"
#include "berth/http/client.h"

/* Base64 for Content-MD5 (RFC 1864), hex for Swift's ETag. */
const char *body_md5_base64(const struct http_client_body *body, struct arena *arena);
const char *body_md5_hex(const struct http_client_body *body, struct arena *arena);

/* Lower-case hex, for X-Amz-Content-Sha256. */
const char *body_sha256_hex(const struct http_client_body *body, struct arena *arena);

/* Base64 of the four bytes, the highest first, for x-goog-hash ("Data validation and change detection", Cloud Storage). */
const char *body_crc32c_base64(const struct http_client_body *body, struct arena *arena);

#endif
