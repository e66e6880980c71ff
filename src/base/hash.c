/* SPDX-License-Identifier: MIT */
/* Hashes and HMAC through OpenSSL. */
#include "berth/base/hash.h"

#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "berth/base/arena.h"
#include "berth/base/digest.h"
#include "berth/base/hex.h"

static const EVP_MD *method_of(enum hash hash)
{
	switch (hash) {
	case HASH_MD5: return EVP_md5();
	case HASH_SHA1: return EVP_sha1();
	case HASH_SHA256: return EVP_sha256();
	case HASH_SHA512: break;
	}
	return EVP_sha512();
}

void hash_sha256(unsigned char out[static HASH_SHA256_BYTES], struct span bytes)
{
	struct digest digest;

	digest_of(&digest, DIGEST_SHA256, bytes.ptr, bytes.len);
	memcpy(out, digest.bytes, HASH_SHA256_BYTES);
}

size_t hash_of(unsigned char out[static HASH_MAX], enum hash hash, struct span bytes)
{
	unsigned len = 0;

	if (EVP_Digest(bytes.ptr, bytes.len, out, &len, method_of(hash), NULL) != 1)
		arena_none_left(); /* or this OpenSSL lacks the algorithm, which ends the request, too */
	return len;
}

size_t hash_hmac(unsigned char out[static HASH_MAX], enum hash hash, struct span key, struct span bytes)
{
	unsigned len = 0;

	if (!HMAC(method_of(hash), key.ptr, (int)key.len, (const unsigned char *)bytes.ptr, bytes.len, out, &len))
		arena_none_left();
	return len;
}

const char *hash_hex(char out[static HASH_HEX_MAX], enum hash hash, struct span bytes)
{
	unsigned char raw[HASH_MAX];

	hex_encode(out, raw, hash_of(raw, hash, bytes));
	return out;
}

const char *hash_hmac_hex(char out[static HASH_HEX_MAX], enum hash hash, struct span key, struct span bytes)
{
	unsigned char raw[HASH_MAX];

	hex_encode(out, raw, hash_hmac(raw, hash, key, bytes));
	return out;
}
