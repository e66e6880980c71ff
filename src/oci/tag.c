/* SPDX-License-Identifier: MIT */
/* The grammar of tags. */
#include "berth/oci/tag.h"

#include "berth/base/limits.h"

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool tag_valid(struct span tag)
{
	if (tag.len == 0 || tag.len > LIMIT_TAG || !is_word(tag.ptr[0]))
		return false;
	for (size_t i = 1; i < tag.len; i++)
		if (!is_word(tag.ptr[i]) && tag.ptr[i] != '.' && tag.ptr[i] != '-')
			return false;
	return true;
}
