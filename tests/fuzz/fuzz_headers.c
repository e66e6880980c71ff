/* SPDX-License-Identifier: MIT */
/* Accept, entity tags, Content-Type and the forwarded origin: three lines, read by all of them. */
#include "fuzz.h"

#include "berth/http/etag.h"
#include "berth/http/forwarded.h"
#include "berth/http/mediarange.h"

#define TYPE "application/vnd.oci.image.manifest.v1+json"

/* Nothing that could end a header or leave the authority of a URL. */
static void check_host(struct span host)
{
	CLAIM(host.len <= 255 && !fuzz_has_control(host));
	for (size_t i = 0; i < host.len; i++)
		CLAIM((unsigned char)host.ptr[i] < 0x80 && !strchr(" /?#@\\\"<>,;%", host.ptr[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span rest = fuzz_span(data, size), first = fuzz_line(&rest), second = fuzz_line(&rest);
	struct forwarded told = forwarded_parse(first, second, rest);
	struct span tag = SPAN_LIT("sha256:abc");

	check_host(told.host);
	CLAIM(!told.scheme || strcmp(told.scheme, "http") == 0 || strcmp(told.scheme, "https") == 0);
	if (mediarange_names(first, TYPE))
		CLAIM(mediarange_allows(first, TYPE));
	if (etag_matches(second, tag, ETAG_STRONG))
		CLAIM(etag_matches(second, tag, ETAG_WEAK));
	return 0;
}
