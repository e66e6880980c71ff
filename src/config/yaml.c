/* SPDX-License-Identifier: MIT */
/* Reads YAML event by event, so that the tree never grows beyond the limits. */
#include "yaml_priv.h"

#include <stdarg.h>
#include <string.h>

#include <yaml.h>

#include "berth/base/base64.h"
#include "berth/base/limits.h"
#include "berth/base/strbuf.h"
#include "value_priv.h"

#define CORE "tag:yaml.org,2002:" /* before the names of YAML's own tags: !!str is CORE "str" */

/* An anchor, `&name`. If two anchors have the same name, an alias means the last one before it. */
struct anchor {
	const char *name;
	const struct node *node; /* NULL while the node is being read */
};

struct reader {
	yaml_parser_t parser;
	yaml_event_t event; /* the current one; owned */
	struct anchor *anchors;
	size_t anchor_count;
	struct span bytes;
	struct arena *arena;
	struct config_report *report;
	struct config_where where;
	const char *key;
	const char *path[LIMIT_CONFIG_DEPTH]; /* the key of each level above the current event; "" in a list */
	size_t depth;
	size_t nodes;
};

static struct node *read_node(struct reader *r);

static struct config_where yaml_place(const struct reader *r, yaml_mark_t mark)
{
	return (struct config_where){r->where.source, r->where.line ? (unsigned)mark.line + 1 : 0};
}

/* Returns the path of the current key, for a message. */
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

static void __attribute__((format(printf, 3, 4))) yaml_refuse(struct reader *r, yaml_mark_t mark, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	config_report_add(r->report, CONFIG_ERROR, yaml_place(r, mark), path_text(r), "%s",
			  arena_vprintf(r->arena, format, args));
	va_end(args);
}

/*
 * Returns where the parser stopped. For bytes that are not UTF-8 the parser gives an offset only, so the lines are counted
 * here.
 */
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

/* Goes to the next event. Returns false at a syntax error, which is then in the report. */
static bool yaml_next(struct reader *r)
{
	const char *problem;

	yaml_event_delete(&r->event);
	if (yaml_parser_parse(&r->parser, &r->event))
		return true;
	problem = r->parser.problem ? r->parser.problem : "out of memory";
	config_report_add(r->report, CONFIG_ERROR, yaml_place(r, problem_mark(r)), r->key[0] ? r->key : "yaml", "%s",
			  problem);
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

/* Only files have anchors and tags: the value of a variable is one text, which may begin with a mark of YAML. */
static bool is_file(const struct reader *r)
{
	return r->where.line != 0;
}

/*
 * Returns the entry for the anchor of the current event; NULL when it has none. Tags of applications (`!mine`) are ignored,
 * as distribution does.
 */
static struct anchor *take_properties(struct reader *r, const yaml_char_t *anchor, const yaml_char_t *tag)
{
	struct anchor *entry;

	if (tag && !is_file(r) && strcmp((const char *)tag, "!") != 0 &&
	    strncmp((const char *)tag, CORE, sizeof CORE - 1) != 0)
		yaml_refuse(r, r->event.start_mark, "tags are not supported");
	if (!anchor)
		return NULL;
	if (!is_file(r)) {
		yaml_refuse(r, r->event.start_mark, "anchors are not supported");
		return NULL;
	}
	if (r->anchor_count == LIMIT_CONFIG_ANCHORS) {
		yaml_refuse(r, r->event.start_mark, "more than %zu anchors", LIMIT_CONFIG_ANCHORS);
		return NULL;
	}
	if (!r->anchors)
		r->anchors = arena_array(r->arena, LIMIT_CONFIG_ANCHORS, sizeof *r->anchors);
	entry = &r->anchors[r->anchor_count++];
	*entry = (struct anchor){arena_strdup(r->arena, (const char *)anchor), NULL};
	return entry;
}

static struct node *give_anchor(struct anchor *anchor, struct node *node)
{
	if (anchor)
		anchor->node = node;
	return node;
}

/* Counts one more value. Returns false at the limit. */
static bool count_node(struct reader *r)
{
	if (++r->nodes <= LIMIT_CONFIG_NODES)
		return true;
	yaml_refuse(r, r->event.start_mark, "more than %zu values", LIMIT_CONFIG_NODES);
	return false;
}

static struct node *new_node(struct reader *r, enum node_kind kind)
{
	return count_node(r) ? node_new(r->arena, kind, yaml_place(r, r->event.start_mark)) : NULL;
}

static bool has_tag(const yaml_event_t *event, const char *tag)
{
	return event->data.scalar.tag && strcmp((const char *)event->data.scalar.tag, tag) == 0;
}

/* Decodes a scalar that is tagged !!binary: base64 with blanks and line ends anywhere. */
static const char *decode_binary(struct reader *r, const char *text)
{
	char *plain = arena_strdup(r->arena, text), *to = plain;
	struct span bytes;

	for (const char *at = text; *at; at++)
		if (!strchr(" \t\r\n", *at))
			*to++ = *at;
	*to = '\0';
	if (base64_decode(&bytes, r->arena, span_of(plain)) && !memchr(bytes.ptr, '\0', bytes.len))
		return bytes.ptr;
	yaml_refuse(r, r->event.start_mark, "!!binary is not the base64 of a text");
	return "";
}

static struct node *read_scalar(struct reader *r)
{
	bool null = is_null(&r->event);
	const char *text = (const char *)r->event.data.scalar.value;
	struct node *node = new_node(r, null ? NODE_NULL : NODE_SCALAR);
	struct anchor *anchor;

	if (!node)
		return NULL;
	anchor = take_properties(r, r->event.data.scalar.anchor, r->event.data.scalar.tag);
	if (memchr(text, '\0', r->event.data.scalar.length))
		yaml_refuse(r, r->event.start_mark, "the value holds a NUL byte");
	node->text = has_tag(&r->event, CORE "binary") ? decode_binary(r, text) : arena_strdup(r->arena, text);
	return give_anchor(anchor, node);
}

/* Returns the node that the current alias names; NULL after an error. */
static const struct node *find_anchor(struct reader *r)
{
	const char *name = (const char *)r->event.data.alias.anchor;

	for (size_t i = r->anchor_count; i-- > 0;) {
		if (strcmp(r->anchors[i].name, name) != 0)
			continue;
		if (!r->anchors[i].node)
			yaml_refuse(r, r->event.start_mark, "the anchor %s contains itself", value_quote(name, r->arena));
		return r->anchors[i].node;
	}
	yaml_refuse(r, r->event.start_mark, "there is no anchor %s above", value_quote(name, r->arena));
	return NULL;
}

/* Copies a node. The parts keep their lines, and count towards the limit as if they were written out. */
static struct node *copy_node(struct reader *r, const struct node *from, size_t depth)
{
	struct node *copy;

	if (!count_node(r))
		return NULL;
	if (from->first && depth == LIMIT_CONFIG_DEPTH) {
		yaml_refuse(r, r->event.start_mark, "nested more than %d deep", LIMIT_CONFIG_DEPTH);
		return NULL;
	}
	copy = node_new(r->arena, from->kind, from->where);
	copy->text = from->text;
	for (const struct node *child = from->first; child; child = child->next) {
		struct node *part = copy_node(r, child, depth + 1);

		if (!part)
			return NULL;
		node_append(copy, child->key, part);
	}
	return copy;
}

static struct node *read_alias(struct reader *r)
{
	const struct node *meant;
	struct node *copy;

	if (!is_file(r)) {
		yaml_refuse(r, r->event.start_mark, "aliases are not supported");
		return new_node(r, NODE_NULL);
	}
	meant = find_anchor(r);
	if (!meant)
		return new_node(r, NODE_NULL);
	copy = copy_node(r, meant, r->depth);
	if (copy)
		copy->where = yaml_place(r, r->event.start_mark);
	return copy;
}

/* Goes one level down. Returns false at the limit. */
static bool yaml_enter(struct reader *r)
{
	if (r->depth == LIMIT_CONFIG_DEPTH) {
		yaml_refuse(r, r->event.start_mark, "nested more than %d deep", LIMIT_CONFIG_DEPTH);
		return false;
	}
	r->path[r->depth++] = "";
	return true;
}

static struct node *yaml_read_list(struct reader *r)
{
	struct node *list = new_node(r, NODE_LIST);
	struct anchor *anchor = take_properties(r, r->event.data.sequence_start.anchor, r->event.data.sequence_start.tag);

	if (!list || !yaml_enter(r) || !yaml_next(r))
		return NULL;
	while (r->event.type != YAML_SEQUENCE_END_EVENT) {
		struct node *item = read_node(r);

		if (!item || !yaml_next(r))
			return NULL;
		node_append(list, NULL, item);
	}
	r->depth--;
	return give_anchor(anchor, list);
}

/* Returns the current scalar, or the scalar that the current alias names, as a key; NULL after an error. */
static const char *yaml_read_key(struct reader *r)
{
	const struct node *scalar = NULL;
	bool whole = true; /* no NUL inside */

	if (r->event.type == YAML_ALIAS_EVENT && is_file(r)) {
		scalar = find_anchor(r);
		if (!scalar)
			return NULL;
	} else if (r->event.type == YAML_SCALAR_EVENT) {
		whole = strlen((const char *)r->event.data.scalar.value) == r->event.data.scalar.length;
		scalar = whole ? read_scalar(r) : NULL;
	}
	if (whole && (!scalar || scalar->kind == NODE_LIST || scalar->kind == NODE_MAP)) {
		yaml_refuse(r, r->event.start_mark, "a key must be a plain name");
		return NULL;
	}
	if (!whole || value_text_fault(scalar->text)) {
		yaml_refuse(r, r->event.start_mark, "a key holds a control character");
		return NULL;
	}
	return scalar->text;
}

/* Returns whether the event is the key `<<`, unquoted (yaml.org/type/merge.html). */
static bool is_merge(const yaml_event_t *event)
{
	return event->type == YAML_SCALAR_EVENT && strcmp((const char *)event->data.scalar.value, "<<") == 0 &&
	       (event->data.scalar.plain_implicit || has_tag(event, CORE "merge"));
}

static bool map_has_room(struct reader *r, yaml_mark_t mark, const struct node *map)
{
	if (map->count < LIMIT_CONFIG_KEYS)
		return true;
	yaml_refuse(r, mark, "more than %zu keys in one mapping", LIMIT_CONFIG_KEYS);
	return false;
}

/* Adds the keys of `from` that `map` does not have. `from` keeps its parts, because an anchor may name it. */
static bool merge_map(struct reader *r, struct node *map, const struct node *from)
{
	for (const struct node *child = from->first; child; child = child->next) {
		struct node *part;

		if (node_get(map, span_of(child->key)))
			continue;
		if (!map_has_room(r, r->event.start_mark, map))
			return false;
		part = arena_memdup(r->arena, child, sizeof *child);
		part->next = NULL;
		node_append(map, child->key, part);
	}
	return true;
}

/* Adds the mappings that `<<` names. The mapping's own keys go before, then those of the first mapping. */
static bool yaml_merge(struct reader *r, struct node *map, const struct node *value)
{
	bool room = true;

	if (value->kind == NODE_MAP)
		return merge_map(r, map, value);
	for (const struct node *item = value->first; item && room; item = item->next)
		room = merge_map(r, map, item);
	return room;
}

static bool is_mergeable(const struct node *value)
{
	if (value->kind == NODE_MAP)
		return true;
	for (const struct node *item = value->first; item; item = item->next)
		if (item->kind != NODE_MAP)
			return false;
	return value->kind == NODE_LIST;
}

/* Reads one key and its value; puts the value of `<<` into *merged. Returns false when reading cannot go on. */
static bool read_entry(struct reader *r, struct node *map, struct node **merged)
{
	struct config_where where = yaml_place(r, r->event.start_mark);
	yaml_mark_t mark = r->event.start_mark;
	bool merges = is_merge(&r->event);
	const char *key = yaml_read_key(r);
	const struct node *before;
	struct node *value;

	if (!key)
		return false;
	r->path[r->depth - 1] = key;
	before = merges ? *merged : node_get(map, span_of(key));
	if (before)
		yaml_refuse(r, mark, "given twice, first in line %u", before->where.line);
	if (!map_has_room(r, mark, map))
		return false;
	value = yaml_next(r) ? read_node(r) : NULL;
	if (!value)
		return false;
	value->where = where;
	if (merges && !is_mergeable(value))
		yaml_refuse(r, mark, "must name a mapping or a list of mappings");
	else if (merges && !before)
		*merged = value;
	else if (!before)
		node_append(map, key, value);
	return yaml_next(r);
}

static struct node *read_map(struct reader *r)
{
	struct node *map = new_node(r, NODE_MAP), *merged = NULL;
	struct anchor *anchor = take_properties(r, r->event.data.mapping_start.anchor, r->event.data.mapping_start.tag);

	if (!map || !yaml_enter(r) || !yaml_next(r))
		return NULL;
	while (r->event.type != YAML_MAPPING_END_EVENT) {
		r->path[r->depth - 1] = "";
		if (!read_entry(r, map, &merged))
			return NULL;
	}
	if (merged && !yaml_merge(r, map, merged))
		return NULL;
	r->depth--;
	return give_anchor(anchor, map);
}

/* Reads the node that begins with the current event. Its last event is then the current one. */
static struct node *read_node(struct reader *r)
{
	switch (r->event.type) {
	case YAML_SCALAR_EVENT: return read_scalar(r);
	case YAML_SEQUENCE_START_EVENT: return yaml_read_list(r);
	case YAML_MAPPING_START_EVENT: return read_map(r);
	default: return read_alias(r);
	}
}

static struct node *read_document(struct reader *r)
{
	struct node *root = NULL;

	if (!yaml_next(r) || !yaml_next(r)) /* the stream begins, then a document or the end */
		return NULL;
	if (r->event.type == YAML_STREAM_END_EVENT)
		return new_node(r, NODE_NULL);
	if (yaml_next(r))
		root = read_node(r);
	if (!root || !yaml_next(r) || !yaml_next(r))
		return NULL;
	if (r->event.type != YAML_STREAM_END_EVENT)
		yaml_refuse(r, r->event.start_mark, "a second document begins here; only one is read");
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
	if (!is_file(&r)) /* libyaml tells UTF-8 and UTF-16 by the byte order mark of a file, and skips it */
		yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&r.parser, (const unsigned char *)bytes.ptr, bytes.len);
	root = read_document(&r);
	yaml_event_delete(&r.event);
	yaml_parser_delete(&r.parser);
	return root;
}
