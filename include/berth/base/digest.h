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

/* Parses `algorithm:encoded`. *out is set with DIGEST_OK only. */
enum digest_outcome digest_parse(struct digest *out, struct span text);

/* Parses `sha256` or `sha512`. Returns false for any other name. */
bool digest_algorithm_parse(enum digest_algorithm *out, struct span name);
/* Returns `sha256` or `sha512`; static. */
const char *digest_algorithm_name(enum digest_algorithm algorithm);

/* Returns the number of bytes of the raw hash: 32 or 64. */
size_t digest_length(enum digest_algorithm algorithm);

/* Writes `algorithm:hex` and a NUL into `text`, and returns it. */
const char *digest_text(const struct digest *digest, char text[static DIGEST_TEXT_MAX]);

/* Returns whether algorithm and hash are the same. */
bool digest_equal(const struct digest *a, const struct digest *b);

/* Compares by memcmp(3) of the packed form: the order in which row locks are taken. */
int digest_compare(const struct digest *a, const struct digest *b);

/* Writes the form that the database keeps: a byte for the algorithm, then the raw hash. Returns its length. */
size_t digest_pack(const struct digest *digest, unsigned char out[static DIGEST_PACKED_MAX]);

/* Reads that form. Returns false for an unknown algorithm and for a wrong length. */
bool digest_unpack(struct digest *out, const void *packed, size_t len);

struct hasher {
	enum digest_algorithm algorithm;
	union {
		SHA256_CTX sha256;
		SHA512_CTX sha512;
	} context;
};

#define HASHER_STATE_MAX 224

/* Begins a computation. */
void hasher_init(struct hasher *hasher, enum digest_algorithm algorithm);

/* Adds bytes to what is hashed. */
void hasher_update(struct hasher *hasher, const void *bytes, size_t len);

/* Ends the computation. The hasher must be initialised again before it is used again. */
void hasher_final(struct hasher *hasher, struct digest *out);

/* Writes an image of the state that any machine can import. Returns its length. */
size_t hasher_export(const struct hasher *hasher, unsigned char out[static HASHER_STATE_MAX]);

/* Restores an exported state. Returns false for bytes that hasher_export does not write. */
bool hasher_import(struct hasher *hasher, const void *state, size_t len);

/* Computes the digest of bytes in memory. */
void digest_of(struct digest *out, enum digest_algorithm algorithm, const void *bytes, size_t len);

#endif
