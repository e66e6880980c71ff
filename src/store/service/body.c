/* SPDX-License-Identifier: MIT */
/* Checksums of bodies. */
#include "body_priv.h"

#include <errno.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "berth/base/base64.h"
#include "berth/base/crc32c.h"
#include "berth/base/digest.h"
#include "berth/base/hash.h"
#include "berth/base/hex.h"

#define PIECE ((size_t)64 << 10) /* on the stack: an upload has ten thousand parts and one arena */

typedef bool body_take_fn(void *sum, const void *bytes, size_t len);

static bool body_read(const struct http_client_body *body, body_take_fn *take, void *sum)
{
	unsigned char piece[PIECE];
	uint64_t done = 0;

	if (body->bytes)
		return take(sum, body->bytes, (size_t)body->length);
	while (done < body->length) {
		uint64_t left = body->length - done;
		ssize_t got = pread(body->fd, piece, left < PIECE ? (size_t)left : PIECE, (off_t)(body->offset + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0 || !take(sum, piece, (size_t)got))
			return false;
		done += (uint64_t)got;
	}
	return true;
}

/* ---- MD5 ---- */

static bool take_md5(void *sum, const void *bytes, size_t len)
{
	return EVP_DigestUpdate(sum, bytes, len) == 1;
}

/* Returns the length of the digest; 0 when there is none. */
static unsigned body_md5(unsigned char out[static EVP_MAX_MD_SIZE], const struct http_client_body *body)
{
	EVP_MD_CTX *md5 = EVP_MD_CTX_new();
	unsigned len = 0;
	bool ok = md5 && EVP_DigestInit_ex(md5, EVP_md5(), NULL) == 1 && body_read(body, take_md5, md5) &&
		  EVP_DigestFinal_ex(md5, out, &len) == 1;

	EVP_MD_CTX_free(md5);
	return ok ? len : 0;
}

const char *body_md5_base64(const struct http_client_body *body, struct arena *arena)
{
	unsigned char raw[EVP_MAX_MD_SIZE];
	unsigned len = body_md5(raw, body);

	return len ? base64_encode(arena, raw, len) : NULL;
}

const char *body_md5_hex(const struct http_client_body *body, struct arena *arena)
{
	unsigned char raw[EVP_MAX_MD_SIZE];
	unsigned len = body_md5(raw, body);
	char *hex = arena_alloc(arena, 2 * sizeof raw + 1);

	hex_encode(hex, raw, len);
	return len ? hex : NULL;
}

/* ---- SHA-256 ---- */

static bool take_sha256(void *sum, const void *bytes, size_t len)
{
	hasher_update(sum, bytes, len);
	return true;
}

const char *body_sha256_hex(const struct http_client_body *body, struct arena *arena)
{
	char *hex = arena_alloc(arena, HASH_HEX_MAX);
	struct hasher hasher;
	struct digest digest;

	hasher_init(&hasher, DIGEST_SHA256);
	if (!body_read(body, take_sha256, &hasher))
		return NULL;
	hasher_final(&hasher, &digest);
	hex_encode(hex, digest.bytes, digest_length(DIGEST_SHA256));
	return hex;
}

/* ---- CRC32C ---- */

static bool take_crc32c(void *sum, const void *bytes, size_t len)
{
	uint32_t *crc = sum;

	*crc = crc32c(*crc, bytes, len);
	return true;
}

const char *body_crc32c_base64(const struct http_client_body *body, struct arena *arena)
{
	unsigned char bytes[4];
	uint32_t crc = 0;

	if (!body_read(body, take_crc32c, &crc))
		return NULL;
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (unsigned char)(crc >> (24 - 8 * i));
	return base64_encode(arena, bytes, sizeof bytes);
}
