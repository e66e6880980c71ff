/* SPDX-License-Identifier: MIT */
/*
 * Uploads as staged blocks. The service keeps uncommitted blocks by key, not by upload: ids that carry the upload's keep
 * two uploads of one key apart, though a commit of either drops the blocks of the other. Keys name their content, so then
 * what the other has committed is what this one was to commit.
 */
#include "azure_request_priv.h"

#include "berth/base/base64.h"
#include "berth/base/percent.h"
#include "berth/base/strbuf.h"
#include "berth/base/uuid.h"
#include "../service/body_priv.h"
#include "../service/xml_priv.h"

#define ID_TEXT "%s-%05u" /* of one length for all blocks of a blob, as the service asks; 42 of its 64 bytes */

/* ---- blocks ---- */

static const char *block_id(const char *upload, unsigned number, struct arena *arena)
{
	const char *text = arena_printf(arena, ID_TEXT, upload, number);

	return base64_encode(arena, text, strlen(text));
}

const char *azure_block_id(const char *upload, unsigned number, struct arena *arena)
{
	return percent_encode(arena, span_of(block_id(upload, number, arena)), "");
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
		const char *query =
			arena_printf(arena, "comp=block&blockid=%s", azure_block_id(upload->id, parts[i].number, arena));
		const char *md5 = body_md5_base64(&parts[i].body, arena);

		list[i] = azure_exchange(azure, "PUT", upload->key, query, arena);
		list[i].body = parts[i].body;
		if (md5)
			http_exchange_set(&list[i], "Content-MD5", md5);
	}
	if (!azure_run_all(azure, list, count, upload->key, arena, error))
		return false;
	for (size_t i = 0; i < count; i++) {
		/* where distribution has an append blob no block can be staged: the commit looks whether it is the same */
		if (list[i].status != 201 && !azure_code_is(&list[i], "InvalidBlobType"))
			return azure_refused(&list[i], "put block of", upload->key, error);
		parts[i].size = parts[i].body.length;
		(void)snprintf(parts[i].tag, sizeof parts[i].tag, "b"); /* its id follows from its number */
	}
	return true;
}

/* ---- commit ---- */

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

/* Latest rather than Uncommitted: the same commit, sent again when its answer was lost, finds its blocks committed. */
static struct span block_list(const struct object_upload *upload, unsigned count, struct arena *arena)
{
	struct strbuf out;

	begin_list(&out, arena);
	for (unsigned i = 1; i <= count; i++)
		strbuf_addf(&out, "<Latest>%s</Latest>", block_id(upload->id, i, arena));
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

/*
 * Drops what is staged beside a blob, as far as that can be done: its own blocks are committed anew, as nothing else reaches
 * the others. A blob without blocks keeps them, until the service drops them after a week.
 */
static void drop_beside(struct azure *azure, const char *key, struct arena *arena)
{
	struct http_exchange list = azure_exchange(azure, "GET", key, "comp=blocklist&blocklisttype=all", arena), commit;
	const struct xml *root;
	struct error ignored;
	struct span own;

	error_init(&ignored, arena);
	list.keep = AZURE_LIST_MAX;
	if (!azure_run(azure, &list, key, arena, &ignored))
		return;
	root = list.status == 200 ? xml_parse(list.answer, arena) : NULL;
	own = committed_list(&list, root, arena);
	if (!xml_child(xml_child(root, "UncommittedBlocks"), "Block") || own.len == 0)
		return;
	commit = commit_of(azure, key, own, arena);
	http_exchange_set(&commit, "If-Match", arena_span(arena, http_exchange_header(&list, "ETag")));
	if (azure_run(azure, &commit, key, arena, &ignored) && commit.status != 201 && commit.status != 412)
		azure_refused(&commit, "drop blocks beside", key, &ignored);
}

bool azure_commit(struct azure *azure, const struct object_upload *upload, unsigned count, uint64_t size,
		  struct arena *arena, struct error *error)
{
	struct http_exchange exchange = commit_of(azure, upload->key, block_list(upload, count, arena), arena);
	bool is_there;

	if (!azure_run(azure, &exchange, upload->key, arena, error))
		return false;
	if (exchange.status == 201)
		return true;
	if (!azure_code_is(&exchange, "InvalidBlockList") && !azure_code_is(&exchange, "InvalidBlobType"))
		return azure_refused(&exchange, "commit blocks of", upload->key, error);
	if (!azure_is_there(azure, upload->key, size, &is_there, arena, error))
		return false;
	if (!is_there)
		return azure_refused(&exchange, "commit blocks of", upload->key, error);
	drop_beside(azure, upload->key, arena);
	return true;
}

bool azure_complete(struct object_service *service, const struct object_upload *upload, const struct object_part *parts,
		    size_t count, struct arena *arena, struct error *error)
{
	uint64_t size = 0;

	for (size_t i = 0; i < count; i++)
		size += parts[i].size;
	return azure_commit(azure_of(service), upload, (unsigned)count, size, arena, error);
}

/* ---- abandon ---- */

static bool all_blocks_are(const char *upload, const struct xml *list, struct arena *arena)
{
	const struct xml *block = xml_child(list, "Block");
	bool are = block != NULL;

	for (; are && block; block = xml_next(block)) {
		const char *name = xml_text(block, "Name", arena);
		struct span text;

		are = name && base64_decode(&text, arena, span_of(name)) && span_starts(text, upload);
	}
	return are;
}

enum staged {
	STAGED_NOTHING, /* or blocks of another upload too */
	STAGED_OURS,    /* and nothing else is there */
	STAGED_BESIDE   /* a blob */
};

static bool look(struct azure *azure, const struct object_upload *upload, enum staged *out, struct arena *arena,
		 struct error *error)
{
	struct http_exchange exchange =
		azure_exchange(azure, "GET", upload->key, "comp=blocklist&blocklisttype=uncommitted", arena);
	uint64_t size = 0;

	*out = STAGED_NOTHING;
	exchange.keep = AZURE_LIST_MAX;
	if (!azure_run(azure, &exchange, upload->key, arena, error))
		return false;
	if (exchange.status == 404 && !azure_code_is(&exchange, "ContainerNotFound"))
		return true;
	if (exchange.status != 200)
		return azure_refused(&exchange, "list blocks of", upload->key, error);
	span_to_u64(http_exchange_header(&exchange, "x-ms-blob-content-length"), &size);
	if (all_blocks_are(upload->id, xml_child(xml_parse(exchange.answer, arena), "UncommittedBlocks"), arena))
		*out = size == 0 ? STAGED_OURS : STAGED_BESIDE;
	return true;
}

/*
 * An empty list, committed where nothing is yet, drops all blocks and leaves an empty blob, whose ETag is *etag then; "" when
 * somebody has committed the key meanwhile.
 */
static bool commit_nothing(struct azure *azure, const char *key, const char **etag, struct arena *arena,
			   struct error *error)
{
	const struct object_upload nothing = {key, ""};
	struct http_exchange exchange = commit_of(azure, key, block_list(&nothing, 0, arena), arena);

	*etag = "";
	http_exchange_set(&exchange, "If-None-Match", "*");
	if (!azure_run(azure, &exchange, key, arena, error))
		return false;
	if (exchange.status == 409 || exchange.status == 412)
		return true;
	if (exchange.status != 201)
		return azure_refused(&exchange, "drop blocks of", key, error);
	*etag = arena_span(arena, http_exchange_header(&exchange, "ETag"));
	return true;
}

static bool remove_version(struct azure *azure, const char *key, const char *etag, struct arena *arena, struct error *error)
{
	struct http_exchange exchange = azure_exchange(azure, "DELETE", key, "", arena);

	http_exchange_set(&exchange, "If-Match", etag);
	if (!azure_run(azure, &exchange, key, arena, error))
		return false;
	return exchange.status == 202 || exchange.status == 404 || exchange.status == 412 ||
	       azure_refused(&exchange, "delete", key, error);
}

/*
 * A delete does not reach staged blocks, so they are made an empty blob first. Beside another upload's blocks ours stay: that
 * one's commit drops them, or the service does after a week.
 */
bool azure_abandon(struct object_service *service, const struct object_upload *upload, const struct object_part *parts,
		   size_t count, struct arena *arena, struct error *error)
{
	struct azure *azure = azure_of(service);
	enum staged staged;
	const char *etag;

	(void)parts, (void)count;
	if (!look(azure, upload, &staged, arena, error))
		return false;
	if (staged == STAGED_BESIDE)
		drop_beside(azure, upload->key, arena);
	if (staged != STAGED_OURS)
		return true;
	if (!commit_nothing(azure, upload->key, &etag, arena, error))
		return false;
	return !*etag || remove_version(azure, upload->key, etag, arena, error);
}
