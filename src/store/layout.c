/* SPDX-License-Identifier: MIT */
/* Paths of the storage's tree. */
#include "berth/store/layout.h"

#include <stdio.h>

#include "berth/base/hex.h"

static struct layout_path folder(const struct digest *digest, const char *suffix)
{
	char hex[2 * DIGEST_BYTES_MAX + 1];
	struct layout_path path;

	hex_encode(hex, digest->bytes, digest_length(digest->algorithm));
	(void)snprintf(path.text, sizeof path.text, "%s/%.2s/%s%s", digest_algorithm_name(digest->algorithm), hex, hex,
		       suffix);
	return path;
}

struct layout_path layout_blob_folder(const struct digest *digest)
{
	return folder(digest, "");
}

struct layout_path layout_blob_data(const struct digest *digest)
{
	return folder(digest, "/data");
}

bool layout_blob_digest(struct digest *out, const char *algorithm, const char *prefix, const char *hex)
{
	memset(out, 0, sizeof *out);
	return digest_algorithm_parse(&out->algorithm, span_of(algorithm)) &&
	       hex_decode(out->bytes, digest_length(out->algorithm), span_of(hex)) && strlen(prefix) == 2 &&
	       memcmp(prefix, hex, 2) == 0;
}

bool layout_upload_session(char id[static UUID_TEXT_MAX], const char *name)
{
	size_t len = strcspn(name, ".");

	if (len != UUID_TEXT_MAX - 1)
		return false;
	memcpy(id, name, len);
	id[len] = '\0';
	return uuid_valid(span_of(id));
}
