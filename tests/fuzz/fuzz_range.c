/* SPDX-License-Identifier: MIT */
/* Range against a size (first line: the size), and the same text as a chunk's Content-Range. */
#include "fuzz.h"

#include "berth/http/byterange.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct byterange ranges[BYTERANGE_MAX], chunk;
	struct span rest = fuzz_span(data, len), line = fuzz_line(&rest);
	uint64_t size, total = 0;
	size_t count;

	if (!span_to_u64(line, &size) || size > INT64_MAX)
		size = 2048;
	if (byterange_parse(ranges, &count, rest, size) == BYTERANGE_PARTIAL) {
		CLAIM(count > 0 && count <= BYTERANGE_MAX);
		for (size_t i = 0; i < count; i++) {
			CLAIM(ranges[i].first <= ranges[i].last && ranges[i].last < size);
			total += byterange_length(ranges[i]);
		}
		CLAIM(total <= size);
	}
	if (byterange_parse_chunk(&chunk, rest))
		CLAIM(chunk.first <= chunk.last && chunk.last <= INT64_MAX);
	return 0;
}
