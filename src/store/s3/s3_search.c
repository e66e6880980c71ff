/* SPDX-License-Identifier: MIT */
/* Why a source has no keys. */
#include "s3_search_priv.h"

bool s3_no_keys(struct s3_search *search, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	search->why = arena_vprintf(search->arena, format, args);
	va_end(args);
	return false;
}
