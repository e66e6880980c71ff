/* SPDX-License-Identifier: MIT */
/* CRC-32C, eight bytes a step: by the processor's own instruction where there is one, else by eight tables. */
#include "berth/base/crc32c.h"

#include <stdbool.h>
#include <string.h>

#define POLYNOMIAL 0x82f63b78u /* bits reversed */

#if defined(__x86_64__)
static bool has_instruction(void)
{
	return __builtin_cpu_supports("sse4.2");
}

static uint32_t __attribute__((target("sse4.2"))) by_instruction(uint32_t crc, const unsigned char *at, size_t len)
{
	uint64_t wide = crc;

	for (; len >= 8; at += 8, len -= 8) {
		uint64_t word;

		memcpy(&word, at, 8);
		wide = __builtin_ia32_crc32di(wide, word);
	}
	crc = (uint32_t)wide;
	for (; len > 0; at++, len--)
		crc = __builtin_ia32_crc32qi(crc, *at);
	return crc;
}
#else
static bool has_instruction(void)
{
	return false;
}

static uint32_t by_instruction(uint32_t crc, const unsigned char *at, size_t len)
{
	(void)at;
	(void)len;
	return crc;
}
#endif

/* tables[k][b]: what byte b does to the checksum when k more bytes follow it. */
static uint32_t tables[8][256];

static void fill_tables(void)
{
	for (uint32_t byte = 0; byte < 256; byte++) {
		uint32_t crc = byte;

		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? POLYNOMIAL : 0);
		tables[0][byte] = crc;
	}
	for (size_t k = 1; k < 8; k++)
		for (size_t byte = 0; byte < 256; byte++)
			tables[k][byte] = tables[k - 1][byte] >> 8 ^ tables[0][tables[k - 1][byte] & 0xff];
}

static uint32_t by_tables(uint32_t crc, const unsigned char *at, size_t len)
{
	if (!tables[0][1])
		fill_tables();
	for (; len >= 8; at += 8, len -= 8) {
		uint32_t low = crc ^
			       ((uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24);

		crc = tables[7][low & 0xff] ^ tables[6][low >> 8 & 0xff] ^ tables[5][low >> 16 & 0xff] ^
		      tables[4][low >> 24] ^ tables[3][at[4]] ^ tables[2][at[5]] ^ tables[1][at[6]] ^ tables[0][at[7]];
	}
	for (; len > 0; at++, len--)
		crc = crc >> 8 ^ tables[0][(crc ^ *at) & 0xff];
	return crc;
}

uint32_t crc32c(uint32_t crc, const void *bytes, size_t len)
{
	return ~(has_instruction() ? by_instruction(~crc, bytes, len) : by_tables(~crc, bytes, len));
}

uint32_t crc32c_by_tables(uint32_t crc, const void *bytes, size_t len)
{
	return ~by_tables(~crc, bytes, len);
}
