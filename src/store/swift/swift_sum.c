/* SPDX-License-Identifier: MIT */
/* The MD5 of a body, which Swift holds what it has received against (ETag of a PUT). */
#include "swift_session.h"

#include <unistd.h>

#include <openssl/evp.h>

#include "berth/base/hex.h"

#define PIECE ((size_t)64 << 10)

static bool add_file(EVP_MD_CTX *context, const struct http_client_body *body)
{
	unsigned char piece[PIECE];
	uint64_t done = 0;

	while (done < body->length) {
		size_t len = body->length - done < PIECE ? (size_t)(body->length - done) : PIECE;
		ssize_t got = pread(body->fd, piece, len, (off_t)(body->offset + done));

		if (got <= 0 || EVP_DigestUpdate(context, piece, (size_t)got) != 1)
			return false;
		done += (uint64_t)got;
	}
	return true;
}

bool swift_sum(char out[static HASH_HEX_MAX], const struct http_client_body *body)
{
	unsigned char raw[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool ok = context && EVP_DigestInit_ex(context, EVP_md5(), NULL) == 1;

	ok = ok &&
	     (body->bytes ? EVP_DigestUpdate(context, body->bytes, (size_t)body->length) == 1 : add_file(context, body));
	ok = ok && EVP_DigestFinal_ex(context, raw, &len) == 1;
	EVP_MD_CTX_free(context);
	if (ok)
		hex_encode(out, raw, len);
	return ok;
}
