/* SPDX-License-Identifier: MIT */
/* Documents of multipart uploads. */
#include "multipart_priv.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "berth/base/hex.h"
#include "berth/base/strbuf.h"

#define PART_XML_MAX 200 /* bytes that a part takes in the body of a completion */

uint64_t multipart_size(const struct object_part *parts, size_t count)
{
	uint64_t size = 0;

	for (size_t i = 0; i < count; i++)
		size += parts[i].size;
	return size;
}

bool multipart_take_tag(struct object_part *part, struct span tag)
{
	tag = span_trim(tag);
	if (tag.len >= 2 && tag.ptr[0] == '"' && tag.ptr[tag.len - 1] == '"')
		tag = (struct span){tag.ptr + 1, tag.len - 2};
	if (tag.len == 0 || tag.len >= sizeof part->tag)
		return false;
	memcpy(part->tag, tag.ptr, tag.len);
	part->tag[tag.len] = '\0';
	return true;
}

bool multipart_take_id(struct object_upload *out, const struct xml *root, const char *key, struct arena *arena)
{
	const char *id = xml_text(root, "UploadId", arena);

	*out = (struct object_upload){.key = arena_strdup(arena, key), .id = id};
	return id && id[0] && strlen(id) <= OBJECT_ID_MAX;
}

void multipart_nonce(char out[static MULTIPART_NONCE])
{
	unsigned char raw[(MULTIPART_NONCE - 1) / 2];

	if (getrandom(raw, sizeof raw, 0) != (ssize_t)sizeof raw)
		abort(); /* cannot happen for so few bytes once the kernel has booted: getrandom(2) */
	hex_encode(out, raw, sizeof raw);
}

struct span multipart_body(const char *xml_namespace, const struct object_part *parts, size_t count, struct arena *arena)
{
	struct strbuf text;

	strbuf_init(&text, arena, 200 + count * PART_XML_MAX);
	strbuf_addf(&text, "<CompleteMultipartUpload%s>", xml_namespace);
	for (size_t i = 0; i < count; i++)
		strbuf_addf(&text, "<Part><PartNumber>%u</PartNumber><ETag>&quot;%s&quot;</ETag></Part>", parts[i].number,
			    xml_escape(parts[i].tag, arena));
	strbuf_adds(&text, "</CompleteMultipartUpload>");
	return strbuf_span(&text);
}

bool multipart_visit(const struct xml *root, object_unfinished_fn *visit, void *context, struct page_marker *next,
		     struct arena *page)
{
	const char *more = xml_text(root, "IsTruncated", page);

	for (const struct xml *item = xml_child(root, "Upload"); item; item = xml_next(item)) {
		struct object_upload upload = {xml_text(item, "Key", page), xml_text(item, "UploadId", page)};

		if (!upload.key || !upload.id || strlen(upload.id) > OBJECT_ID_MAX)
			return false;
		if (!visit(context, &upload, service_age(xml_text(item, "Initiated", page))))
			return true;
	}
	if (!more || strcmp(more, "true") != 0)
		return true;
	next->first = xml_text(root, "NextKeyMarker", page);
	next->second = xml_text(root, "NextUploadIdMarker", page);
	return next->first && *next->first;
}
