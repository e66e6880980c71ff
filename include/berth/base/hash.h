/* SPDX-License-Identifier: MIT */
/* Hashes and HMAC (RFC 2104) of bytes in memory, as signatures of requests use them. Contents of blobs: see digest.h. */
#ifndef BERTH_BASE_HASH_H
#define BERTH_BASE_HASH_H

#include <stddef.h>

#include "berth/base/span.h"

/* MD5 and SHA-1 only where a protocol asks for them. */
enum hash { HASH_MD5, HASH_SHA1, HASH_SHA256, HASH_SHA512 };

#define HASH_MAX 64
#define HASH_HEX_MAX (2 * HASH_MAX + 1)

#define HASH_SHA256_BYTES 32

/* Computes SHA-256. It takes no memory and cannot fail; OpenSSL's SHA256() leaves `out` unset if there is no memory. */
void hash_sha256(unsigned char out[static HASH_SHA256_BYTES], struct span bytes);

/* Compute a hash and an HMAC. They return the length of the result: 16, 20, 32 or 64. */
size_t hash_of(unsigned char out[static HASH_MAX], enum hash hash, struct span bytes);
size_t hash_hmac(unsigned char out[static HASH_MAX], enum hash hash, struct span key, struct span bytes);

/* Write the same in lower-case hex with a NUL into `out`, and return it. */
const char *hash_hex(char out[static HASH_HEX_MAX], enum hash hash, struct span bytes);
const char *hash_hmac_hex(char out[static HASH_HEX_MAX], enum hash hash, struct span key, struct span bytes);

#endif
