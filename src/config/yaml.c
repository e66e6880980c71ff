/* SPDX-License-Identifier: MIT */
/* YAML into a tree, event by event, so that nothing is built beyond the limits. */
#include "yaml_priv.h"

#include <stdarg.h>
#include <string.h>

#include <yaml.h>

#include "berth/base/limits.h"
#include "berth/base/strbuf.h"
#include "value_priv.h"

struct reader {
	yaml_parser_t parser;
	yaml_event_t event; /* the one to look at; owned */
	struct span bytes;
	struct arena *arena;
	struct config_report *report;
	struct config_where where;
	const char *key;
	const char *path[LIMIT_CONFIG_DEPTH]; /* key on each level on the way to the event; "" in a list */
	size_t depth;
	size_t nodes;
};

static struct node *read_node(struct reader *r);

static struct config_where place(const struct reader *r, yaml_mark_t mark)
{
	return (struct config_where){r->where.source, r->where.line ? (unsigned)mark.line + 1 : 0};
}

/* The key that a message is about, from the top. */
static const char *path_text(const struct reader *r)
{
	struct strbuf path;

	strbuf_init(&path, r->arena, LIMIT_LOG_FIELD);
	strbuf_adds(&path, r->key);
	for (size_t i = 0; i < r->depth; i++)
		if (r->path[i] && r->path[i][0])
			strbuf_addf(&path, "%s%s", path.len ? "." : "", r->path[i]);
	return path.len ? path.ptr : "yaml";
}

static void __attribute__((format(printf, 3, 4))) refuse(struct reader *r, yaml_mark_t mark, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	config_report_add(r->report, CONFIG_ERROR, place(r, mark), path_text(r), "%s",
			  arena_vprintf(r->arena, format, args));
	va_end(args);
}

/* Where the parser stopped. It reads ahead, so for bytes that are not UTF-8 it knows no line, only the offset. */
static yaml_mark_t problem_mark(const struct reader *r)
{
	yaml_mark_t mark = r->parser.problem_mark;
	size_t offset = r->parser.problem_offset;

	if (r->parser.error != YAML_READER_ERROR)
		return mark;
	mark.line = 0;
	for (size_t i = 0; i < offset && i < r->bytes.len; i++)
		mark.line += r->bytes.ptr[i] == '\n';
	return mark;
}

/* Moves on to the next event; false at a syntax error, which is then in the report. */
static bool next(struct reader *r)
{
	const char *problem;

	yaml_event_delete(&r->event);
	if (yaml_parser_parse(&r->parser, &r->event))
		return true;
	problem = r->parser.problem ? r->parser.problem : "out of memory";
	config_report_add(r->report, CONFIG_ERROR, place(r, problem_mark(r)), r->key[0] ? r->key : "yaml", "%s", problem);
	return false;
}

static bool is_null(const yaml_event_t *event)
{
	static const char *const words[] = {"", "~", "null", "Null", "NULL"};

	if (event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE || !event->data.scalar.plain_implicit)
		return false;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp((const char *)event->data.scalar.value, words[i]) == 0)
			return true;
	return false;
}

/* Tags of YAML itself say what we see anyway; any other asks for an object of some program. */
static void check_properties(struct reader *r, const yaml_char_t *anchor, const yaml_char_t *tag)
{
	static const char core[] = "tag:yaml.org,2002:";

	if (anchor)
		refuse(r, r->event.start_mark, "anchors are not supported");
	if (tag && strcmp((const char *)tag, "!") != 0 && strncmp((const char *)tag, core, sizeof core - 1) != 0)
		refuse(r, r->event.start_mark, "tags are not supported");
}

static struct node *new_node(struct reader *r, enum node_kind kind)
{
	if (++r->nodes > LIMIT_CONFIG_NODES) {
		refuse(r, r->event.start_mark, "more than %zu values", LIMIT_CONFIG_NODES);
		return NULL;
	}
	return node_new(r->arena, kind, place(r, r->event.start_mark));
}

static struct node *read_scalar(struct reader *r)
{
	bool null = is_null(&r->event);
	struct node *node = new_node(r, null ? NODE_NULL : NODE_SCALAR);

	if (!node)
		return NULL;
	check_properties(r, r->event.data.scalar.anchor, r->event.data.scalar.tag);
	if (memchr(r->event.data.scalar.value, '\0', r->event.data.scalar.length))
		refuse(r, r->event.start_mark, "the value holds a NUL byte");
	node->text = arena_strdup(r->arena, (const char *)r->event.data.scalar.value);
	return node;
}

/* Goes one level down; false at the bottom. */
static bool enter(struct reader *r)
{
	if (r->depth == LIMIT_CONFIG_DEPTH) {
		refuse(r, r->event.start_mark, "nested more than %d deep", LIMIT_CONFIG_DEPTH);
		return false;
	}
	r->path[r->depth++] = "";
	return true;
}

static struct node *read_list(struct reader *r)
{
	struct node *list = new_node(r, NODE_LIST);

	check_properties(r, r->event.data.sequence_start.anchor, r->event.data.sequence_start.tag);
	if (!list || !enter(r) || !next(r))
		return NULL;
	while (r->event.type != YAML_SEQUENCE_END_EVENT) {
		struct node *item = read_node(r);

		if (!item || !next(r))
			return NULL;
		node_append(list, NULL, item);
	}
	r->depth--;
	return list;
}

/* The scalar at hand as a key; NULL when it cannot be one. */
static const char *read_key(struct reader *r)
{
	const char *text = (const char *)r->event.data.scalar.value;

	if (r->event.type != YAML_SCALAR_EVENT) {
		refuse(r, r->event.start_mark, "a key must be a plain name");
		return NULL;
	}
	if (value_text_fault(text) || strlen(text) != r->event.data.scalar.length) {
		refuse(r, r->event.start_mark, "a key holds a control character");
		return NULL;
	}
	check_properties(r, r->event.data.scalar.anchor, r->event.data.scalar.tag);
	return arena_strdup(r->arena, text);
}

/* One key and its value; false when reading cannot go on. */
static bool read_entry(struct reader *r, struct node *map)
{
	struct config_where where = place(r, r->event.start_mark);
	yaml_mark_t mark = r->event.start_mark;
	const char *key = read_key(r);
	const struct node *before;
	struct node *value;

	if (!key)
		return false;
	r->path[r->depth - 1] = key;
	before = node_get(map, span_of(key));
	if (before)
		refuse(r, mark, "given twice, first in line %u", before->where.line);
	if (map->count >= LIMIT_CONFIG_KEYS) {
		refuse(r, mark, "more than %zu keys in one mapping", LIMIT_CONFIG_KEYS);
		return false;
	}
	value = next(r) ? read_node(r) : NULL;
	if (!value)
		return false;
	value->where = where;
	if (!before)
		node_append(map, key, value);
	return next(r);
}

static struct node *read_map(struct reader *r)
{
	struct node *map = new_node(r, NODE_MAP);

	check_properties(r, r->event.data.mapping_start.anchor, r->event.data.mapping_start.tag);
	if (!map || !enter(r) || !next(r))
		return NULL;
	while (r->event.type != YAML_MAPPING_END_EVENT) {
		r->path[r->depth - 1] = "";
		if (!read_entry(r, map))
			return NULL;
	}
	r->depth--;
	return map;
}

/* The node that begins with the event at hand; leaves its last event at hand. */
static struct node *read_node(struct reader *r)
{
	switch (r->event.type) {
	case YAML_SCALAR_EVENT: return read_scalar(r);
	case YAML_SEQUENCE_START_EVENT: return read_list(r);
	case YAML_MAPPING_START_EVENT: return read_map(r);
	default: refuse(r, r->event.start_mark, "aliases are not supported"); return new_node(r, NODE_NULL);
	}
}

static struct node *read_document(struct reader *r)
{
	struct node *root = NULL;

	if (!next(r) || !next(r)) /* the stream begins, then a document or the end */
		return NULL;
	if (r->event.type == YAML_STREAM_END_EVENT)
		return new_node(r, NODE_NULL);
	if (next(r))
		root = read_node(r);
	if (!root || !next(r) || !next(r))
		return NULL;
	if (r->event.type != YAML_STREAM_END_EVENT)
		refuse(r, r->event.start_mark, "a second document begins here; only one is read");
	return root;
}

struct node *yaml_read(struct arena *arena, struct span bytes, struct config_where where, const char *key,
		       struct config_report *report)
{
	struct reader r = {.bytes = bytes, .arena = arena, .report = report, .where = where, .key = key};
	struct node *root = NULL;

	if (!yaml_parser_initialize(&r.parser)) {
		config_report_add(report, CONFIG_ERROR, where, key, "out of memory");
		return NULL;
	}
	yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&r.parser, (const unsigned char *)bytes.ptr, bytes.len);
	root = read_document(&r);
	yaml_event_delete(&r.event);
	yaml_parser_delete(&r.parser);
	return root;
}
