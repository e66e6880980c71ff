/* SPDX-License-Identifier: MIT */
/*
 * Content digests (`sha256:<hex>`, `sha512:<hex>`; OCI image-spec, descriptor, "Digests") and their computation.
 *
 * A hasher's state can be exported in the middle and imported by another process on another node: upload sessions
 * keep it in their row, so the next chunk goes on where the last one ended.
 */
#ifndef BERTH_BASE_DIGEST_H
#define BERTH_BASE_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/sha.h>

#include "berth/base/span.h"

/* The values are stored in the database; never renumber. */
enum digest_algorithm { DIGEST_SHA256 = 1, DIGEST_SHA512 = 2 };

#define DIGEST_BYTES_MAX 64
#define DIGEST_TEXT_MAX (sizeof "sha512:" + 2 * DIGEST_BYTES_MAX) /* with NUL */
#define DIGEST_PACKED_MAX (1 + DIGEST_BYTES_MAX)

struct digest {
	enum digest_algorithm algorithm;
	unsigned char bytes[DIGEST_BYTES_MAX]; /* beyond the algorithm's length: zero */
};

enum digest_outcome {
	DIGEST_OK,
	DIGEST_MALFORMED,  /* not of the grammar algorithm:encoded, or the wrong number of lower-case hex digits */
	DIGEST_UNSUPPORTED /* the grammar holds, the algorithm is not one of ours */
};

enum digest_outcome digest_parse(struct digest *out, struct span text);

/* `sha256`, `sha512`; false for any other name. */
bool digest_algorithm_parse(enum digest_algorithm *out, struct span name);
const char *digest_algorithm_name(enum digest_algorithm algorithm);

/* Raw length: 32 or 64. */
size_t digest_length(enum digest_algorithm algorithm);

/* `algorithm:hex` with NUL, in the caller's buffer, which is returned. */
const char *digest_text(const struct digest *digest, char text[static DIGEST_TEXT_MAX]);

bool digest_equal(const struct digest *a, const struct digest *b);

/* memcmp order of the packed form: the order in which row locks are taken. */
int digest_compare(const struct digest *a, const struct digest *b);

/* Database form: one algorithm byte, then the raw hash. Returns the length. */
size_t digest_pack(const struct digest *digest, unsigned char out[static DIGEST_PACKED_MAX]);
bool digest_unpack(struct digest *out, const void *packed, size_t len);

struct hasher {
	enum digest_algorithm algorithm;
	union {
		SHA256_CTX sha256;
		SHA512_CTX sha512;
	} context;
};

#define HASHER_STATE_MAX 224

void hasher_init(struct hasher *hasher, enum digest_algorithm algorithm);
void hasher_update(struct hasher *hasher, const void *bytes, size_t len);

/* Ends the computation; the hasher must be initialised again before reuse. */
void hasher_final(struct hasher *hasher, struct digest *out);

/* A portable image of the state; returns its length. Import refuses what export did not make. */
size_t hasher_export(const struct hasher *hasher, unsigned char out[static HASHER_STATE_MAX]);
bool hasher_import(struct hasher *hasher, const void *state, size_t len);

/* Digest of bytes in memory. */
void digest_of(struct digest *out, enum digest_algorithm algorithm, const void *bytes, size_t len);

#endif
