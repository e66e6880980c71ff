/* SPDX-License-Identifier: MIT */
/*
 * Uploads as staged blocks. The service keeps uncommitted blocks by key, not by upload: the id of a block carries the upload's,
 * which keeps two uploads of one key apart, though a commit of either drops the blocks of the other. Keys name their content, so
 * then what the other has committed is what this one was to commit. The id carries the sending, too: a block that arrives late is
 * in no list of a commit.
 *
 * What becomes of an upload that is given up, by what is staged under its key and what is committed there:
 *
 *     staged                      | nothing is committed               | a blob is committed
 *     nothing                     | nothing to do                      | nothing to do
 *     blocks of this upload only  | commit an empty blob, remove it    | commit the blob's own blocks again
 *     blocks of another one too   | leave them: its commit drops ours  | leave them, for the same reason
 *
 * A delete does not reach staged blocks; a commit drops those that it does not name. What is left, the service drops after a week.
 */
#include "azure_upload_priv.h"

#include <string.h>

#include "../service/body_priv.h"
#include "../service/multipart_priv.h"
#include "azure_request_priv.h"
#include "azure_refusal_priv.h"
#include "berth/base/base64.h"
#include "berth/base/percent.h"
#include "berth/base/strbuf.h"
#include "berth/base/uuid.h"

/* Upload, number, sending. All blocks of a blob have ids of one length, as the service asks; 59 of its 64 bytes. */
#define ID_TEXT "%s-%05u-%s"

/* ---- staging ---- */

static const char *block_id(const char *upload, const struct object_part *part, struct arena *arena)
{
	const char *text = arena_printf(arena, ID_TEXT, upload, part->number, part->tag);

	return base64_encode(arena, text, strlen(text));
}

const char *azure_block_query(const struct object_upload *upload, struct object_part *part, struct arena *arena)
{
	multipart_nonce(part->tag);
	return arena_printf(arena, "comp=block&blockid=%s",
			    percent_encode(arena, span_of(block_id(upload->id, part, arena)), ""));
}

/* The service is not asked: an upload is a name until its first block comes. */
bool azure_begin(struct object_service *service, const char *key, struct object_upload *out, struct arena *arena,
		 struct error *error)
{
	char *id = arena_alloc(arena, UUID_TEXT_MAX);

	(void)service, (void)error;
	uuid_new(id);
	*out = (struct object_upload){arena_strdup(arena, key), id};
	return true;
}

bool azure_put_parts(struct object_service *service, const struct object_upload *upload, struct object_part *parts,
		     size_t count, struct arena *arena, struct error *error)
{
	struct azure *azure = azure_of(service);
	struct http_exchange *list = arena_array(arena, count, sizeof *list);

	for (size_t i = 0; i < count; i++) {
		const char *query = azure_block_query(upload, &parts[i], arena);
		const char *md5 = body_md5_base64(&parts[i].body, arena);

		list[i] = azure_exchange(azure, "PUT", upload->key, query, arena);
		list[i].body = parts[i].body;
		if (md5)
			http_exchange_set(&list[i], "Content-MD5", md5);
	}
	if (!service_run_all(list, count, AZURE_AT_ONCE, arena, error))
		return false;
	for (size_t i = 0; i < count; i++) {
		/* Where distribution has an append blob, no block can be staged: the commit compares the sizes. */
		if (list[i].status != 201 && !azure_code_is(&list[i], "InvalidBlobType"))
			return service_refused(&list[i], error);
		parts[i].size = parts[i].body.length;
	}
	return true;
}

/* ---- committing ---- */

static void begin_list(struct strbuf *out, struct arena *arena)
{
	strbuf_init(out, arena, AZURE_LIST_MAX);
	strbuf_adds(out, "<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList>");
}

static struct span end_list(struct strbuf *out)
{
	strbuf_adds(out, "</BlockList>");
	return strbuf_span(out);
}

/* Latest rather than Uncommitted: when the answer of a commit was lost, the same commit finds its blocks committed. */
static struct span block_list(const struct object_upload *upload, const struct object_part *parts, size_t count,
			      struct arena *arena)
{
	struct strbuf out;

	begin_list(&out, arena);
	for (size_t i = 0; i < count; i++)
		strbuf_addf(&out, "<Latest>%s</Latest>", block_id(upload->id, &parts[i], arena));
	return end_list(&out);
}

static struct http_exchange commit_of(struct azure *azure, const char *key, struct span list, struct arena *arena)
{
	struct http_exchange exchange = azure_exchange(azure, "PUT", key, "comp=blocklist", arena);

	exchange.body = http_body_bytes(list);
	http_exchange_set(&exchange, "Content-Type", "application/xml");
	http_exchange_set(&exchange, "x-ms-blob-content-type", "application/octet-stream");
	return exchange;
}

/* The blob's own blocks as a list to commit; empty unless they are all of its bytes. */
static struct span committed_list(const struct http_exchange *listed, const struct xml *root, struct arena *arena)
{
	const struct xml *block = xml_child(xml_child(root, "CommittedBlocks"), "Block");
	uint64_t size, left = 0;
	struct strbuf out;

	span_to_u64(http_exchange_header(listed, "x-ms-blob-content-length"), &left);
	begin_list(&out, arena);
	for (; block; block = xml_next(block)) {
		const char *name = xml_text(block, "Name", arena), *length = xml_text(block, "Size", arena);

		if (!name || !length || !span_to_u64(span_of(length), &size) || size > left)
			return SPAN_LIT("");
		left -= size;
		strbuf_addf(&out, "<Committed>%s</Committed>", xml_escape(name, arena));
	}
	end_list(&out);
	return left == 0 && strbuf_ok(&out) ? strbuf_span(&out) : SPAN_LIT("");
}

/* Commits a blob's own blocks again, which drops the blocks that are staged beside them. A blob without blocks keeps those. */
static void commit_again(struct azure *azure, const char *key, struct arena *arena)
{
	struct http_exchange list = azure_exchange(azure, "GET", key, "comp=blocklist&blocklisttype=all", arena), commit;
	const struct xml *root;
	struct error ignored;
	struct span own;

	error_init(&ignored, arena);
	list.keep = AZURE_LIST_MAX;
	if (!service_run(&list, arena, &ignored))
		return;
	root = list.status == 200 ? xml_parse(list.answer, arena) : NULL;
	own = committed_list(&list, root, arena);
	if (!xml_child(xml_child(root, "UncommittedBlocks"), "Block") || own.len == 0)
		return;
	commit = commit_of(azure, key, own, arena);
	http_exchange_set(&commit, "If-Match", arena_span(arena, http_exchange_header(&list, "ETag")));
	if (service_run(&commit, arena, &ignored) && commit.status != 201 && commit.status != 412)
		service_refused(&commit, &ignored);
}

bool azure_complete(struct object_service *service, const struct object_upload *upload, const struct object_part *parts,
		    size_t count, struct arena *arena, struct error *error)
{
	struct azure *azure = azure_of(service);
	struct http_exchange exchange = commit_of(azure, upload->key, block_list(upload, parts, count, arena), arena);
	bool is_there;

	if (!service_run(&exchange, arena, error))
		return false;
	if (exchange.status == 201)
		return true;
	/* The blocks are gone, or no blob of blocks can be there: another upload may have committed the same content. */
	if (!azure_code_is(&exchange, "InvalidBlockList") && !azure_code_is(&exchange, "InvalidBlobType"))
		return service_refused(&exchange, error);
	if (!service_is_there(&azure->service, upload->key, multipart_size(parts, count), &is_there, arena, error))
		return false;
	if (!is_there)
		return service_refused(&exchange, error);
	commit_again(azure, upload->key, arena);
	return true;
}

/* ---- giving up ---- */

enum staged { STAGED_NOTHING, STAGED_OURS, STAGED_OTHERS };
enum committed { COMMITTED_NOTHING, COMMITTED_BLOB };

static enum staged staged_in(const struct xml *list, const char *upload, struct arena *arena)
{
	const struct xml *block = xml_child(list, "Block");

	if (!block)
		return STAGED_NOTHING;
	for (; block; block = xml_next(block)) {
		const char *name = xml_text(block, "Name", arena);
		struct span text;

		if (!name || !base64_decode(&text, arena, span_of(name)) || !span_starts(text, upload))
			return STAGED_OTHERS;
	}
	return STAGED_OURS;
}

static bool upload_look(struct azure *azure, const struct object_upload *upload, enum staged *staged,
			enum committed *committed, struct arena *arena, struct error *error)
{
	struct http_exchange exchange =
		azure_exchange(azure, "GET", upload->key, "comp=blocklist&blocklisttype=uncommitted", arena);
	const struct xml *root;
	uint64_t size = 0;

	*staged = STAGED_NOTHING;
	*committed = COMMITTED_NOTHING;
	exchange.keep = AZURE_LIST_MAX;
	if (!service_run(&exchange, arena, error))
		return false;
	if (azure_is_missing(&exchange))
		return true;
	if (exchange.status != 200)
		return service_refused(&exchange, error);
	root = xml_parse(exchange.answer, arena);
	*staged = staged_in(xml_child(root, "UncommittedBlocks"), upload->id, arena);
	span_to_u64(http_exchange_header(&exchange, "x-ms-blob-content-length"), &size);
	if (size > 0)
		*committed = COMMITTED_BLOB;
	return true;
}

typedef bool drop_fn(struct azure *azure, const char *key, struct arena *arena, struct error *error);

static bool drop_nothing(struct azure *azure, const char *key, struct arena *arena, struct error *error)
{
	(void)azure, (void)key, (void)arena, (void)error;
	return true;
}

/* The blob is whole whether or not the blocks beside it go: nothing fails. */
static bool drop_beside(struct azure *azure, const char *key, struct arena *arena, struct error *error)
{
	(void)error;
	commit_again(azure, key, arena);
	return true;
}

/* Makes an empty blob of the key, and removes it as long as it is that one: another upload may commit the key meanwhile. */
static bool drop_alone(struct azure *azure, const char *key, struct arena *arena, struct error *error)
{
	const struct object_upload nothing = {key, ""};
	struct http_exchange empty = commit_of(azure, key, block_list(&nothing, NULL, 0, arena), arena);
	struct http_exchange removal = azure_exchange(azure, "DELETE", key, "", arena);

	http_exchange_set(&empty, "If-None-Match", "*");
	if (!service_run(&empty, arena, error))
		return false;
	if (empty.status == 409 || empty.status == 412)
		return true;
	if (empty.status != 201)
		return service_refused(&empty, error);
	http_exchange_set(&removal, "If-Match", arena_span(arena, http_exchange_header(&empty, "ETag")));
	if (!service_run(&removal, arena, error))
		return false;
	return removal.status == 202 || removal.status == 404 || removal.status == 412 || service_refused(&removal, error);
}

bool azure_abandon(struct object_service *service, const struct object_upload *upload, const struct object_part *parts,
		   size_t count, struct arena *arena, struct error *error)
{
	static drop_fn *const drops[][2] = {
		[STAGED_NOTHING] = {[COMMITTED_NOTHING] = drop_nothing, [COMMITTED_BLOB] = drop_nothing},
		[STAGED_OURS] = {[COMMITTED_NOTHING] = drop_alone, [COMMITTED_BLOB] = drop_beside},
		[STAGED_OTHERS] = {[COMMITTED_NOTHING] = drop_nothing, [COMMITTED_BLOB] = drop_nothing},
	};
	struct azure *azure = azure_of(service);
	enum committed committed;
	enum staged staged;

	(void)parts, (void)count;
	return upload_look(azure, upload, &staged, &committed, arena, error) &&
	       drops[staged][committed](azure, upload->key, arena, error);
}
