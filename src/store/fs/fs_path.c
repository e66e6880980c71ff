/* SPDX-License-Identifier: MIT */
/* Paths under the storage root. */
#include "fs_path.h"

#include <stdio.h>

#include "berth/base/hex.h"

static struct fs_path folder(const struct digest *digest, const char *suffix)
{
	char hex[2 * DIGEST_BYTES_MAX + 1];
	struct fs_path path;

	hex_encode(hex, digest->bytes, digest_length(digest->algorithm));
	(void)snprintf(path.text, sizeof path.text, "%s/%.2s/%s%s", digest_algorithm_name(digest->algorithm), hex, hex,
		       suffix);
	return path;
}

struct fs_path fs_blob_folder(const struct digest *digest)
{
	return folder(digest, "");
}

struct fs_path fs_blob_data(const struct digest *digest)
{
	return folder(digest, "/data");
}

bool fs_blob_digest(struct digest *out, const char *algorithm, const char *prefix, const char *hex)
{
	memset(out, 0, sizeof *out);
	return digest_algorithm_parse(&out->algorithm, span_of(algorithm)) &&
	       hex_decode(out->bytes, digest_length(out->algorithm), span_of(hex)) && strlen(prefix) == 2 &&
	       memcmp(prefix, hex, 2) == 0;
}

bool fs_upload_session(char id[static UUID_TEXT_MAX], const char *name)
{
	size_t len = strcspn(name, ".");

	if (len != UUID_TEXT_MAX - 1)
		return false;
	memcpy(id, name, len);
	id[len] = '\0';
	return uuid_valid(span_of(id));
}

static bool is_plain(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool fs_spool_name(struct span *out, const char *spool, const char *path)
{
	struct span name = span_of(path);

	if (!span_starts(name, spool))
		return false;
	name = span_after(name, strlen(spool));
	if (name.len < 2 || name.ptr[0] != '/')
		return false;
	name = span_after(name, 1);
	for (size_t i = 0; i < name.len; i++) {
		bool slash = name.ptr[i] == '/';

		/* an empty part would make the name absolute, or another spelling of a folder */
		if (slash ? i == 0 || i + 1 == name.len || name.ptr[i - 1] == '/' : !is_plain(name.ptr[i]))
			return false;
	}
	*out = name;
	return true;
}
