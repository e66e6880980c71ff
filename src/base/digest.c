/* SPDX-License-Identifier: MIT */
/*
 * Content digests. OpenSSL's EVP interface cannot export an unfinished state. So this file, and no other, uses the
 * SHA256_* and SHA512_* functions, which OpenSSL 3 marks as deprecated; they run the same assembler.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "berth/base/digest.h"

#include <stdio.h>
#include <string.h>

#include "berth/base/hex.h"

static const struct algorithm {
	const char *name;
	size_t length;
} algorithms[] = {
	[DIGEST_SHA256] = {"sha256", 32},
	[DIGEST_SHA512] = {"sha512", 64},
};

size_t digest_length(enum digest_algorithm algorithm)
{
	return algorithms[algorithm].length;
}

const char *digest_algorithm_name(enum digest_algorithm algorithm)
{
	return algorithms[algorithm].name;
}

bool digest_algorithm_parse(enum digest_algorithm *out, struct span name)
{
	for (int i = DIGEST_SHA256; i <= DIGEST_SHA512; i++) {
		if (span_is(name, algorithms[i].name)) {
			*out = (enum digest_algorithm)i;
			return true;
		}
	}
	return false;
}

static bool is_component_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* The grammar of OCI image-spec: algorithm ::= component (separator component)*, with a separator of + . _ - */
static bool algorithm_grammar(struct span name)
{
	bool after_separator = true;

	for (size_t i = 0; i < name.len; i++) {
		bool component = is_component_char(name.ptr[i]);

		if (!component && (after_separator || !memchr("+._-", name.ptr[i], 4)))
			return false;
		after_separator = !component;
	}
	return name.len > 0 && !after_separator;
}

static bool encoded_grammar(struct span encoded)
{
	for (size_t i = 0; i < encoded.len; i++) {
		char c = encoded.ptr[i];

		if (!is_component_char(c) && !(c >= 'A' && c <= 'Z') && c != '=' && c != '_' && c != '-')
			return false;
	}
	return encoded.len > 0;
}

enum digest_outcome digest_parse(struct digest *out, struct span text)
{
	struct span encoded = text, name;

	if (!span_split(&encoded, ':', &name) || !encoded.ptr)
		return DIGEST_MALFORMED;
	if (!algorithm_grammar(name) || !encoded_grammar(encoded))
		return DIGEST_MALFORMED;
	memset(out, 0, sizeof *out);
	if (!digest_algorithm_parse(&out->algorithm, name))
		return DIGEST_UNSUPPORTED;
	return hex_decode(out->bytes, digest_length(out->algorithm), encoded) ? DIGEST_OK : DIGEST_MALFORMED;
}

const char *digest_text(const struct digest *digest, char text[static DIGEST_TEXT_MAX])
{
	int prefix = snprintf(text, DIGEST_TEXT_MAX, "%s:", digest_algorithm_name(digest->algorithm));

	hex_encode(text + prefix, digest->bytes, digest_length(digest->algorithm));
	return text;
}

bool digest_equal(const struct digest *a, const struct digest *b)
{
	return digest_compare(a, b) == 0;
}

int digest_compare(const struct digest *a, const struct digest *b)
{
	if (a->algorithm != b->algorithm)
		return a->algorithm < b->algorithm ? -1 : 1;
	return memcmp(a->bytes, b->bytes, digest_length(a->algorithm));
}

size_t digest_pack(const struct digest *digest, unsigned char out[static DIGEST_PACKED_MAX])
{
	size_t len = digest_length(digest->algorithm);

	out[0] = (unsigned char)digest->algorithm;
	memcpy(out + 1, digest->bytes, len);
	return 1 + len;
}

bool digest_unpack(struct digest *out, const void *packed, size_t len)
{
	const unsigned char *bytes = packed;

	memset(out, 0, sizeof *out);
	if (len == 0 || (bytes[0] != DIGEST_SHA256 && bytes[0] != DIGEST_SHA512))
		return false;
	out->algorithm = (enum digest_algorithm)bytes[0];
	if (len != 1 + digest_length(out->algorithm))
		return false;
	memcpy(out->bytes, bytes + 1, len - 1);
	return true;
}

void hasher_init(struct hasher *hasher, enum digest_algorithm algorithm)
{
	memset(hasher, 0, sizeof *hasher);
	hasher->algorithm = algorithm;
	if (algorithm == DIGEST_SHA256)
		SHA256_Init(&hasher->context.sha256);
	else
		SHA512_Init(&hasher->context.sha512);
}

void hasher_update(struct hasher *hasher, const void *bytes, size_t len)
{
	if (hasher->algorithm == DIGEST_SHA256)
		SHA256_Update(&hasher->context.sha256, bytes, len);
	else
		SHA512_Update(&hasher->context.sha512, bytes, len);
}

void hasher_final(struct hasher *hasher, struct digest *out)
{
	memset(out, 0, sizeof *out);
	out->algorithm = hasher->algorithm;
	if (hasher->algorithm == DIGEST_SHA256)
		SHA256_Final(out->bytes, &hasher->context.sha256);
	else
		SHA512_Final(out->bytes, &hasher->context.sha512);
}

/*
 * The exported state: version, algorithm, the chaining words big-endian, the message length in bits (two words of
 * the algorithm's size, low first), the number of bytes waiting for a full block, those bytes.
 */
#define STATE_VERSION 1

struct cursor {
	unsigned char *at;
};

static void digest_put(struct cursor *out, uint64_t value, unsigned size)
{
	for (unsigned i = 0; i < size; i++)
		*out->at++ = (unsigned char)(value >> (8 * (size - 1 - i)));
}

static uint64_t get(const unsigned char **at, unsigned size)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < size; i++)
		value = value << 8 | *(*at)++;
	return value;
}

size_t hasher_export(const struct hasher *hasher, unsigned char out[static HASHER_STATE_MAX])
{
	const SHA256_CTX *small = &hasher->context.sha256;
	const SHA512_CTX *large = &hasher->context.sha512;
	bool is_small = hasher->algorithm == DIGEST_SHA256;
	unsigned word = is_small ? 4 : 8, waiting = is_small ? small->num : large->num;
	struct cursor cursor = {out};

	digest_put(&cursor, STATE_VERSION, 1);
	digest_put(&cursor, (uint64_t)hasher->algorithm, 1);
	for (int i = 0; i < 8; i++)
		digest_put(&cursor, is_small ? small->h[i] : large->h[i], word);
	digest_put(&cursor, is_small ? small->Nl : large->Nl, word);
	digest_put(&cursor, is_small ? small->Nh : large->Nh, word);
	digest_put(&cursor, waiting, 1);
	memcpy(cursor.at, is_small ? (const void *)small->data : (const void *)large->u.p, waiting);
	return (size_t)(cursor.at - out) + waiting;
}

static void import_small(SHA256_CTX *context, const unsigned char *at, unsigned waiting)
{
	for (int i = 0; i < 8; i++)
		context->h[i] = (SHA_LONG)get(&at, 4);
	context->Nl = (SHA_LONG)get(&at, 4);
	context->Nh = (SHA_LONG)get(&at, 4);
	context->num = (unsigned)get(&at, 1);
	memcpy(context->data, at, waiting);
}

static void import_large(SHA512_CTX *context, const unsigned char *at, unsigned waiting)
{
	for (int i = 0; i < 8; i++)
		context->h[i] = get(&at, 8);
	context->Nl = get(&at, 8);
	context->Nh = get(&at, 8);
	context->num = (unsigned)get(&at, 1);
	memcpy(context->u.p, at, waiting);
}

bool hasher_import(struct hasher *hasher, const void *state, size_t len)
{
	const unsigned char *bytes = state;
	size_t word, block, fixed;

	if (len < 2 || bytes[0] != STATE_VERSION || (bytes[1] != DIGEST_SHA256 && bytes[1] != DIGEST_SHA512))
		return false;
	hasher_init(hasher, (enum digest_algorithm)bytes[1]);
	word = hasher->algorithm == DIGEST_SHA256 ? 4 : 8;
	block = 16 * word;
	fixed = 2 + 10 * word + 1;
	if (len < fixed || bytes[fixed - 1] >= block || len != fixed + bytes[fixed - 1])
		return false;
	if (hasher->algorithm == DIGEST_SHA256)
		import_small(&hasher->context.sha256, bytes + 2, bytes[fixed - 1]);
	else
		import_large(&hasher->context.sha512, bytes + 2, bytes[fixed - 1]);
	return true;
}

void digest_of(struct digest *out, enum digest_algorithm algorithm, const void *bytes, size_t len)
{
	struct hasher hasher;

	hasher_init(&hasher, algorithm);
	hasher_update(&hasher, bytes, len);
	hasher_final(&hasher, out);
}
