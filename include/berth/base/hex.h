/* SPDX-License-Identifier: MIT */
/* Lower-case hexadecimal. */
#ifndef BERTH_BASE_HEX_H
#define BERTH_BASE_HEX_H

#include <stdbool.h>
#include <stddef.h>

#include "berth/base/span.h"

/* Writes 2 * len digits and a NUL to `out`. */
void hex_encode(char *out, const unsigned char *bytes, size_t len);

/* Reads exactly 2 * len lower-case digits. Returns false for upper case, too, as a digest has one spelling only. */
bool hex_decode(unsigned char *out, size_t len, struct span text);

#endif
