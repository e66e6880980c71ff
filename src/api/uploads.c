/* SPDX-License-Identifier: MIT */
/* Uploads (end-4, end-5, end-6, end-11, end-13, end-14). */
#include <inttypes.h>

#include "berth/core/blob.h"
#include "berth/core/upload.h"
#include "berth/oci/name.h"
#include "call.h"
#include "upload_body.h"

static const struct span *query(const struct call *call, const char *key)
{
	return target_first(&call->request.target, key);
}

static bool query_digest(struct call *call, struct digest *out)
{
	const struct span *text = query(call, "digest");

	if (!text || text->len == 0)
		return error_setf(&call->error, E_DIGEST_INVALID, "digest missing");
	call->match.parameter = *text;
	return call_digest(call, out);
}

/* ---- replies ---- */

/*
 * Where a session goes on. No request reads the query, because the session's row has all its state: an old Location works, too.
 * The query is there for clients that append `&digest=` to any Location.
 */
static const char *session_location(struct call *call, const char *id, uint64_t offset)
{
	return arena_printf(call->request.arena, "%s/v2/%s/blobs/uploads/%s?_state=%" PRIu64, call_base(call),
			    call->match.name.ptr, id, offset);
}

/* The bytes that a session has. An empty session has "0-0", too (end-5). */
static const char *session_range(struct call *call, uint64_t offset)
{
	return arena_printf(call->request.arena, "0-%" PRIu64, offset ? offset - 1 : 0);
}

static void reply_session(struct call *call, int status, const char *id, uint64_t offset)
{
	call_empty(call, status);
	response_header(&call->response, "Location", session_location(call, id, offset));
	response_header(&call->response, "Docker-Upload-UUID", id);
	response_header(&call->response, "Range", session_range(call, offset));
}

/* A chunk was refused. If it was out of order, the response tells where the session goes on. */
static bool refuse_chunk(struct call *call, const struct upload *upload)
{
	const char *id = upload->stored.id;
	uint64_t offset = upload->stored.offset;

	if (error_code(&call->error) != E_RANGE_INVALID)
		return false;
	(void)error_header(&call->error, "Location", session_location(call, id, offset));
	(void)error_header(&call->error, "Docker-Upload-UUID", id);
	return error_header(&call->error, "Range", session_range(call, offset));
}

static void reply_blob(struct call *call, const struct digest *digest)
{
	char text[DIGEST_TEXT_MAX];

	call_empty(call, 201);
	digest_text(digest, text);
	response_headerf(&call->response, "Location", "%s/v2/%s/blobs/%s", call_base(call), call->match.name.ptr, text);
	response_header(&call->response, "Docker-Content-Digest", text);
}

/* ---- POST: a session, a whole blob, or a mount ---- */

static struct span starter(const struct call *call)
{
	const struct principal *principal = &call->principal;

	return (struct span){(const char *)principal->fingerprint, principal->has_fingerprint ? PRINCIPAL_FINGERPRINT : 0};
}

static bool start_session(struct call *call)
{
	enum digest_algorithm algorithm = DIGEST_SHA256;
	const struct span *hint = query(call, "digest-algorithm");
	struct upload upload;

	if (hint && !digest_algorithm_parse(&algorithm, *hint))
		return error_setf(&call->error, E_DIGEST_INVALID, "digest algorithm unsupported: use sha256 or sha512");
	if (!upload_start(&call->work, call->match.name, algorithm, starter(call), &upload))
		return false;
	reply_session(call, 202, upload.stored.id, 0);
	return true;
}

static bool post_whole(struct call *call)
{
	struct upload_chunk chunk;
	struct digest digest;
	bool made;

	if (!query_digest(call, &digest) || !upload_body_read(call, &chunk) || !upload_body_room(call) ||
	    !upload_whole(&call->work, call->match.name, &chunk, &digest, &made))
		return false;
	if (!made)
		return start_session(call); /* no body came: the client means to send it by PUT */
	reply_blob(call, &digest);
	return true;
}

/* The repositories from which this caller may mount: the named one, or all that it may pull from. */
static struct blob_mount sources(const struct call *call, struct span from)
{
	static const struct span nowhere;
	struct access pull = {"repository", from, "pull"};
	struct blob_mount mount = {.from = from};

	if (call->principal.everything)
		return mount;
	if (from.len == 0)
		mount.readable = principal_readable(&call->principal, call->request.arena, &mount.readable_count);
	else if (!principal_allows(&call->principal, &pull))
		mount = (struct blob_mount){.readable = &nowhere}; /* takes as long as an unknown digest */
	return mount;
}

/* If the mount is not possible, the answer is a session, whatever the reason: it tells nothing of other repositories. */
static bool post_mount(struct call *call, struct span digest_text)
{
	const struct span *from = query(call, "from");
	struct blob_mount mount = sources(call, from ? *from : (struct span){"", 0});
	struct digest digest;
	bool mounted;

	if (digest_parse(&digest, digest_text) != DIGEST_OK || (from && from->len && !name_valid(*from)))
		return start_session(call);
	if (!blob_mount(&call->work, call->match.name, &digest, &mount, &mounted))
		return false;
	if (!mounted)
		return start_session(call);
	reply_blob(call, &digest);
	return true;
}

/* A mount and the start of a session have no use for a body, which is ignored. */
bool api_upload_post_check(struct call *call)
{
	const struct span *mount = query(call, "mount");
	struct upload_chunk chunk;
	struct digest digest;

	if ((mount && mount->len) || !query(call, "digest"))
		return true;
	return query_digest(call, &digest) && upload_body_read(call, &chunk);
}

bool api_upload_post(struct call *call)
{
	const struct span *mount = query(call, "mount");

	if (mount && mount->len)
		return post_mount(call, *mount);
	return query(call, "digest") ? post_whole(call) : start_session(call);
}

/* ---- a session's resource ---- */

bool api_upload_get(struct call *call)
{
	uint64_t offset;

	if (!upload_status(&call->work, call->match.name, call->match.parameter, &offset))
		return false;
	reply_session(call, 204, call->match.parameter.ptr, offset);
	return true;
}

static bool open_session(struct call *call, const struct upload_chunk *chunk, struct upload *out)
{
	return upload_open(&call->work, call->match.name, call->match.parameter, chunk->empty ? UPLOAD_KEEP : UPLOAD_ADD,
			   out);
}

static bool session_exists(struct call *call)
{
	uint64_t offset;

	return upload_status(&call->work, call->match.name, call->match.parameter, &offset);
}

bool api_upload_patch_check(struct call *call)
{
	struct upload_chunk chunk;

	return upload_body_read(call, &chunk) && session_exists(call);
}

bool api_upload_patch(struct call *call)
{
	struct upload_chunk chunk;
	struct upload upload;

	if (!upload_body_read(call, &chunk) || !open_session(call, &chunk, &upload))
		return false;
	if (!upload_body_room(call) || !upload_append(&call->work, &upload, &chunk))
		return refuse_chunk(call, &upload);
	reply_session(call, 202, upload.stored.id, upload.stored.offset);
	return true;
}

static bool read_closing(struct call *call, struct upload_chunk *chunk, struct digest *digest)
{
	struct span id = call->match.parameter; /* query_digest puts the digest in its place */
	bool ok = query_digest(call, digest) && upload_body_read(call, chunk);

	call->match.parameter = id;
	return ok;
}

bool api_upload_put_check(struct call *call)
{
	struct upload_chunk chunk;
	struct digest digest;

	return read_closing(call, &chunk, &digest) && session_exists(call);
}

bool api_upload_put(struct call *call)
{
	struct upload_chunk chunk;
	struct digest digest;
	struct upload upload;

	if (!read_closing(call, &chunk, &digest) || !open_session(call, &chunk, &upload))
		return false;
	if (!upload_body_room(call) || !upload_finish(&call->work, &upload, &chunk, &digest))
		return refuse_chunk(call, &upload);
	reply_blob(call, &digest);
	return true;
}

bool api_upload_delete(struct call *call)
{
	struct upload upload;

	if (!upload_open(&call->work, call->match.name, call->match.parameter, UPLOAD_DROP, &upload) ||
	    !upload_cancel(&call->work, &upload))
		return false;
	call_empty(call, 204);
	response_header(&call->response, "Docker-Upload-UUID", upload.stored.id);
	return true;
}
