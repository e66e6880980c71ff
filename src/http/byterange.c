/* SPDX-License-Identifier: MIT */
/* Byte ranges. */
#include "berth/http/byterange.h"

#include "list_priv.h"

static bool to_position(struct span text, uint64_t *out)
{
	return span_to_u64(text, out) && *out <= INT64_MAX;
}

enum spec_outcome { SPEC_IN, SPEC_BEYOND, SPEC_MALFORMED };

/* Reads "-n", the last n bytes. */
static enum spec_outcome read_suffix(struct byterange *out, struct span digits, uint64_t size)
{
	uint64_t length;

	if (!to_position(digits, &length))
		return SPEC_MALFORMED;
	if (length == 0)
		return SPEC_BEYOND;
	*out = (struct byterange){length < size ? size - length : 0, size - 1};
	return SPEC_IN;
}

/* Reads "first-last", "first-" or "-n" (RFC 9110 section 14.1.2). */
static enum spec_outcome read_spec(struct byterange *out, struct span spec, uint64_t size)
{
	struct span rest = spec, digits;

	if (!span_split(&rest, '-', &digits) || !rest.ptr)
		return SPEC_MALFORMED;
	digits = span_trim(digits);
	rest = span_trim(rest);
	if (digits.len == 0)
		return read_suffix(out, rest, size);
	if (!to_position(digits, &out->first))
		return SPEC_MALFORMED;
	out->last = size - 1;
	if (rest.len > 0 && (!to_position(rest, &out->last) || out->last < out->first))
		return SPEC_MALFORMED;
	if (out->last >= size)
		out->last = size - 1;
	return out->first < size ? SPEC_IN : SPEC_BEYOND;
}

static bool has_unit(struct span *header)
{
	struct span rest = *header, unit;

	if (!span_split(&rest, '=', &unit) || !rest.ptr || !span_is_nocase(span_trim(unit), "bytes"))
		return false;
	*header = rest;
	return true;
}

enum byterange_outcome byterange_parse(struct byterange out[static BYTERANGE_MAX], size_t *count, struct span header,
				       uint64_t size)
{
	uint64_t total = 0;
	struct span spec;
	bool any = false;

	*count = 0;
	if (!has_unit(&header))
		return BYTERANGE_WHOLE;
	for (; list_next(&header, ',', &spec); any = true) {
		struct byterange range;
		enum spec_outcome outcome = read_spec(&range, spec, size);

		if (outcome == SPEC_MALFORMED)
			return BYTERANGE_UNSATISFIABLE;
		if (outcome == SPEC_BEYOND)
			continue;
		if (size == 0 || *count == BYTERANGE_MAX || byterange_length(range) > size - total)
			return BYTERANGE_WHOLE;
		total += byterange_length(range);
		out[(*count)++] = range;
	}
	if (any && size == 0)
		return BYTERANGE_WHOLE;
	return *count > 0 ? BYTERANGE_PARTIAL : BYTERANGE_UNSATISFIABLE;
}

/* Accepts "/n" or "/ *" behind the range; the range must be within n. */
static bool total_fits(struct span total, uint64_t last)
{
	uint64_t length;

	return span_is(total, "*") || (to_position(total, &length) && last < length);
}

bool byterange_parse_chunk(struct byterange *out, struct span header)
{
	struct span rest = span_trim(header), range, first;
	struct byterange read;

	if (rest.len > 6 && span_is_nocase((struct span){rest.ptr, 5}, "bytes") && rest.ptr[5] == ' ')
		rest = span_trim(span_after(rest, 6));
	if (!span_split(&rest, '/', &range))
		return false;
	if (!span_split(&range, '-', &first) || !range.ptr || !to_position(first, &read.first) ||
	    !to_position(range, &read.last) || read.first > read.last)
		return false;
	if (rest.ptr && !total_fits(rest, read.last))
		return false;
	*out = read;
	return true;
}
