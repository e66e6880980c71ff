/* SPDX-License-Identifier: MIT */
/* CRC-32C (Castagnoli; RFC 3720 appendix B.4): the checksum of Cloud Storage. Against accidents only. */
#ifndef BERTH_BASE_CRC32C_H
#define BERTH_BASE_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* The checksum of what `crc` is the checksum of (0: nothing yet), followed by `bytes`. */
uint32_t crc32c(uint32_t crc, const void *bytes, size_t len);

/* The same by the code for processors without an instruction of their own: for tests. */
uint32_t crc32c_by_tables(uint32_t crc, const void *bytes, size_t len);

#endif
