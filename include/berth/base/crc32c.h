/* SPDX-License-Identifier: MIT */
/* CRC-32C (Castagnoli; RFC 3720 appendix B.4): the checksum of Cloud Storage. Against accidents only. */
#ifndef BERTH_BASE_CRC32C_H
#define BERTH_BASE_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* Returns the checksum of the bytes that `crc` is of (0: none yet), followed by `bytes`. */
uint32_t crc32c(uint32_t crc, const void *bytes, size_t len);

/* Does the same by the code for processors without a CRC instruction: for tests. */
uint32_t crc32c_by_tables(uint32_t crc, const void *bytes, size_t len);

#endif
