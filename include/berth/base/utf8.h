/* SPDX-License-Identifier: MIT */
/* UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF. */
#ifndef BERTH_BASE_UTF8_H
#define BERTH_BASE_UTF8_H

#include <stddef.h>

/*
 * Returns the number of bytes of the well-formed sequence at `bytes`, of which `len` are there; 0 if it is not
 * well-formed.
 */
size_t utf8_sequence(const unsigned char *bytes, size_t len);

#endif
