/* SPDX-License-Identifier: MIT */
/*
 * A session's state as text, so that it can be read in the database:
 *
 *     2 s3 S 2 31457280 r 6 0 - the-services-upload-id\n   form, service, stage, parts, their bytes, tail (in the row,
 *     15728640 "etag of part 1"\n                         or an object), its size, superseded tail, digest, upload
 *     15728640 "etag of part 2"\n
 *     tail..
 *
 * The first form did not name the service: its sessions are taken for the present one's.
 */
#include <inttypes.h>
#include <string.h>

#include "berth/base/log.h"
#include "berth/base/strbuf.h"
#include "object_priv.h"

#define FORM "2"
#define FIRST_FORM "1"

static const char stages[] = {[OBJECT_NOWHERE] = 'N', [OBJECT_FINAL] = 'F', [OBJECT_STAGED] = 'S'};

static bool word(struct span *rest, struct span *out)
{
	return span_split(rest, ' ', out) && out->len > 0;
}

static bool number(struct span *rest, uint64_t *out)
{
	struct span text;

	return word(rest, &text) && span_to_u64(text, out);
}

static bool read_stage(struct span text, enum object_stage *out)
{
	const char *at = text.len == 1 ? memchr(stages, text.ptr[0], sizeof stages) : NULL;

	*out = at ? (enum object_stage)(at - stages) : OBJECT_NOWHERE;
	return at != NULL;
}

static bool read_digest(struct span text, struct object_state *out)
{
	return span_is(text, "-") ? out->stage != OBJECT_FINAL : digest_parse(&out->digest, text) == DIGEST_OK;
}

static bool read_form(struct span *line, const char *service, struct span *out)
{
	struct span form;

	*out = span_of(service);
	return word(line, &form) && (span_is(form, FIRST_FORM) || (span_is(form, FORM) && word(line, out)));
}

/* The id is the line's rest: it may hold blanks. It is NUL-terminated in place of the line's end by its reader. */
static bool read_head(struct span line, struct object_state *out, struct span *service, bool *tail_in_row, struct span *id)
{
	struct span stage, kind, digest;
	uint64_t count;

	if (!read_form(&line, out->service, service) || !word(&line, &stage) || !read_stage(stage, &out->stage) ||
	    !number(&line, &count) || !number(&line, &out->part_bytes) || !word(&line, &kind) ||
	    !number(&line, &out->tail_size) || !number(&line, &out->stale) || !word(&line, &digest) ||
	    !read_digest(digest, out) || !line.ptr || count > UINT32_MAX)
		return false;
	out->part_count = (unsigned)count;
	*tail_in_row = span_is(kind, "r");
	*id = line;
	return (*tail_in_row || span_is(kind, "o")) && (out->stage == OBJECT_NOWHERE) == (line.len == 0);
}

static bool read_all(struct span text, struct object_state *out, struct span *service, struct arena *arena)
{
	bool tail_in_row;
	struct span line, id;

	if (!span_split(&text, '\n', &line) || !text.ptr || !read_head(line, out, service, &tail_in_row, &id))
		return false;
	out->id = arena_span(arena, id);
	if (tail_in_row) {
		if (out->tail_size > text.len)
			return false;
		out->tail = span_after(text, text.len - (size_t)out->tail_size);
		text.len -= out->tail.len;
	}
	out->parts = text;
	return (out->part_count == 0) == (text.len == 0);
}

/* Bytes in the row are as good for any service; parts and tail objects are where they were sent. */
static bool is_here(const struct object_state *state, struct span service, const char *id)
{
	if (span_is(service, state->service) || (state->stage == OBJECT_NOWHERE && !object_state_has_tail_object(state)))
		return true;
	log_error("storage: upload %s: its bytes were sent to %.*s, the storage driver is %s now", id, SPAN_ARG(service),
		  state->service);
	return false;
}

bool object_state_read(struct object_state *out, const char *service, const struct store_upload *upload,
		       struct error *error)
{
	struct span sent_to;

	*out = (struct object_state){.service = service, .id = "", .parts = {"", 0}, .tail = {"", 0}};
	if (upload->offset == 0 && upload->state.len == 0)
		return true;
	if (read_all(upload->state, out, &sent_to, error->arena) && out->part_bytes <= upload->offset &&
	    out->tail_size == upload->offset - out->part_bytes)
		return is_here(out, sent_to, upload->id) || error_set(error, E_BLOB_UPLOAD_INVALID);
	log_error("storage: upload %s: its state does not tell where its %" PRIu64 " bytes are", upload->id,
		  upload->offset);
	return error_set(error, E_BLOB_UPLOAD_INVALID);
}

struct span object_state_write(const struct object_state *state, struct arena *arena)
{
	bool in_row = !object_state_has_tail_object(state);
	char digest[DIGEST_TEXT_MAX] = "-";
	struct strbuf text;

	if (state->stage == OBJECT_FINAL)
		digest_text(&state->digest, digest);
	strbuf_init(&text, arena, STORE_STATE_MAX);
	strbuf_addf(&text, FORM " %s %c %u %" PRIu64 " %c %" PRIu64 " %" PRIu64 " %s %s\n", state->service,
		    stages[state->stage], state->part_count, state->part_bytes, in_row ? 'r' : 'o', state->tail_size,
		    state->stale, digest, state->id);
	strbuf_add_span(&text, state->parts);
	strbuf_add_span(&text, state->tail);
	return strbuf_ok(&text) && state->parts.ptr ? strbuf_span(&text) : (struct span){NULL, 0};
}

void object_state_add(struct object_state *state, const struct object_part *parts, size_t count, struct arena *arena)
{
	struct strbuf text;

	strbuf_init(&text, arena, STORE_STATE_MAX); /* what does not fit is found by object_state_write */
	strbuf_add_span(&text, state->parts);
	for (size_t i = 0; i < count; i++) {
		strbuf_addf(&text, "%" PRIu64 " %s\n", parts[i].size, parts[i].tag);
		state->part_bytes += parts[i].size;
	}
	state->part_count += (unsigned)count;
	state->parts = strbuf_ok(&text) ? strbuf_span(&text) : (struct span){NULL, 0};
}

struct object_part *object_state_parts(const struct object_state *state, size_t more, struct arena *arena)
{
	struct object_part *parts = arena_array(arena, state->part_count + more + 1, sizeof *parts);
	struct span rest = state->parts, line, size;

	for (unsigned i = 0; i < state->part_count; i++) {
		if (!span_split(&rest, '\n', &line) || !span_split(&line, ' ', &size) || !line.ptr ||
		    line.len >= OBJECT_TAG_MAX || !span_to_u64(size, &parts[i].size))
			return NULL;
		parts[i].number = i + 1;
		memcpy(parts[i].tag, line.ptr, line.len);
	}
	return parts;
}
