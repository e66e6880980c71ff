/* SPDX-License-Identifier: MIT */
/*
 * A session's state as text, so that it can be read in the database:
 *
 *     3 s3 S 2 31457280 r 6 - 0 - none - 6ba7b810-.. the-services-upload-id\n
 *     15728640 "etag of part 1"\n
 *     15728640 "etag of part 2"\n
 *     tail..
 *
 * The words of the first line:
 *   - the number of this form, the service, the stage
 *   - how many parts there are, and how many bytes they hold
 *   - where the tail is (r: in the row, o: an object), its size, its maker
 *   - the end and the maker of a superseded tail
 *   - the maker of a superseded staging key, or `none`
 *   - the digest
 *   - the maker of the staging key
 *   - the service's name of the upload, which may contain blanks
 * A maker is the generation of a request. The maker `-` stands for a release whose keys contained no generation.
 *
 * Form 2 had no makers. Form 1 did not name the service either; the configured service is assumed.
 */
#include <inttypes.h>
#include <string.h>

#include "berth/base/log.h"
#include "berth/base/strbuf.h"
#include "object_priv.h"

#define FORM "3"
#define FORM_WITHOUT_MAKERS "2"
#define FORM_WITHOUT_SERVICE "1"
#define NAMELESS "-"
#define NONE "none"

static const char stages[] = {[OBJECT_NOWHERE] = 'N', [OBJECT_FINAL] = 'F', [OBJECT_STAGED] = 'S'};

static bool word(struct span *rest, struct span *out)
{
	return span_split(rest, ' ', out) && out->len > 0;
}

static bool state_number(struct span *rest, uint64_t *out)
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

static bool read_state_digest(struct span text, struct object_state *out)
{
	return span_is(text, "-") ? out->stage != OBJECT_FINAL : digest_parse(&out->digest, text) == DIGEST_OK;
}

struct head {
	struct object_state *state;
	struct span service;
	bool has_makers;
	bool tail_in_row;
	struct span id; /* the rest of the line, which may contain blanks */
	struct arena *arena;
};

static bool read_state_form(struct span *line, struct head *head)
{
	struct span form;

	if (!word(line, &form))
		return false;
	head->service = span_of(head->state->service);
	head->has_makers = span_is(form, FORM);
	return span_is(form, FORM_WITHOUT_SERVICE) ||
	       ((head->has_makers || span_is(form, FORM_WITHOUT_MAKERS)) && word(line, &head->service));
}

/* A maker becomes a part of a key, so only the text of a generation is accepted. */
static bool read_maker(struct span *line, const struct head *head, const char **out)
{
	struct span text;

	*out = "";
	if (!head->has_makers)
		return true;
	if (!word(line, &text))
		return false;
	if (!span_is(text, NAMELESS))
		*out = arena_span(head->arena, text);
	return span_is(text, NAMELESS) || uuid_valid(text);
}

static bool read_stale_staging(struct span *line, const struct head *head)
{
	struct span rest = *line, text;

	if (!head->has_makers)
		return true;
	if (!word(&rest, &text) || !span_is(text, NONE))
		return read_maker(line, head, &head->state->stale_staging);
	*line = rest;
	return true;
}

static bool read_head(struct span line, struct head *head)
{
	struct object_state *state = head->state;
	struct span stage, kind, digest;
	uint64_t count;

	if (!read_state_form(&line, head) || !word(&line, &stage) || !read_stage(stage, &state->stage) ||
	    !state_number(&line, &count) || !state_number(&line, &state->part_bytes) || !word(&line, &kind) ||
	    !state_number(&line, &state->tail_size) || !read_maker(&line, head, &state->tail_object.maker) ||
	    !state_number(&line, &state->stale.end) || !read_maker(&line, head, &state->stale.maker) ||
	    !read_stale_staging(&line, head) || !word(&line, &digest) || !read_state_digest(digest, state) ||
	    !read_maker(&line, head, &state->maker) || !line.ptr || count > UINT32_MAX)
		return false;
	state->part_count = (unsigned)count;
	head->tail_in_row = span_is(kind, "r");
	head->id = line;
	if (!head->tail_in_row && state->tail_size > 0)
		state->tail_object.end = state->part_bytes + state->tail_size;
	return (head->tail_in_row || span_is(kind, "o")) && (state->stage == OBJECT_NOWHERE) == (line.len == 0);
}

static bool read_state(struct span text, struct head *head)
{
	struct object_state *out = head->state;
	struct span line;

	if (!span_split(&text, '\n', &line) || !text.ptr || !read_head(line, head))
		return false;
	out->id = arena_span(head->arena, head->id);
	if (head->tail_in_row) {
		if (out->tail_size > text.len)
			return false;
		out->tail = span_after(text, text.len - (size_t)out->tail_size);
		text.len -= out->tail.len;
	}
	out->parts = text;
	return (out->part_count == 0) == (text.len == 0);
}

/* Bytes in the row suit every service. Parts and tail objects exist only at the service that received them. */
static bool is_of_service(const struct object_state *state, struct span service, const char *id)
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
	struct head head = {.state = out, .arena = error->arena};

	*out = (struct object_state){
		.service = service,
		.maker = "",
		.id = "",
		.parts = {"", 0},
		.tail = {"", 0},
		.tail_object = {.maker = ""},
		.stale = {.maker = ""},
	};
	if (upload->offset == 0 && upload->state.len == 0)
		return true;
	if (read_state(upload->state, &head) && out->part_bytes <= upload->offset &&
	    out->tail_size == upload->offset - out->part_bytes)
		return is_of_service(out, head.service, upload->id) || error_set(error, E_BLOB_UPLOAD_INVALID);
	log_error("storage: upload %s: its state does not tell where its %" PRIu64 " bytes are", upload->id,
		  upload->offset);
	return error_set(error, E_BLOB_UPLOAD_INVALID);
}

static const char *maker_text(const char *maker)
{
	return *maker ? maker : NAMELESS;
}

struct span object_state_write(const struct object_state *state, struct arena *arena)
{
	char digest[DIGEST_TEXT_MAX] = "-";
	struct strbuf text;

	if (state->stage == OBJECT_FINAL)
		digest_text(&state->digest, digest);
	strbuf_init(&text, arena, STORE_STATE_MAX);
	strbuf_addf(&text, FORM " %s %c %u %" PRIu64 " %c %" PRIu64 " %s", state->service, stages[state->stage],
		    state->part_count, state->part_bytes, object_state_has_tail_object(state) ? 'o' : 'r', state->tail_size,
		    maker_text(state->tail_object.maker));
	strbuf_addf(&text, " %" PRIu64 " %s %s %s %s %s\n", state->stale.end, maker_text(state->stale.maker),
		    state->stale_staging ? maker_text(state->stale_staging) : NONE, digest, maker_text(state->maker),
		    state->id);
	strbuf_add_span(&text, state->parts);
	strbuf_add_span(&text, state->tail);
	return strbuf_ok(&text) && state->parts.ptr ? strbuf_span(&text) : (struct span){NULL, 0};
}

void object_state_add(struct object_state *state, const struct object_part *parts, size_t count, struct arena *arena)
{
	struct strbuf text;

	strbuf_init(&text, arena, STORE_STATE_MAX); /* object_state_write reports a text that does not fit */
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
