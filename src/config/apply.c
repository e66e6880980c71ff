/* SPDX-License-Identifier: MIT */
/* Walks the tree along the rows of settings.def: checks the type of each value and stores it in its member. */
#include "apply_priv.h"

#include <string.h>

#include "collect_priv.h"
#include "middleware_priv.h"
#include "suggest_priv.h"
#include "value_priv.h"

#define BARE_DURATION_LOW 1000000 /* ns; a smaller number without a unit was probably meant as seconds */

/* A row, or a group of rows, that is not built. One message reports all values below it. */
struct unbuilt {
	const struct setting *row;
	const struct node *node;
	const char *path;
	bool reported;
};

static void apply_map(struct load *load, const struct setting *parent, const struct node *map, const char *path,
		      struct unbuilt *unbuilt);

static void report_unbuilt(struct load *load, struct unbuilt *unbuilt)
{
	if (!unbuilt || unbuilt->reported)
		return;
	unbuilt->reported = true;
	if (unbuilt->row->traits & REFUSED)
		config_report_add(load->report, CONFIG_ERROR, unbuilt->node->where, unbuilt->path,
				  "not built yet: %s; remove it to start", unbuilt->row->help);
	else if (unbuilt->row->traits & IGNORED)
		config_report_add(load->report, CONFIG_WARNING, unbuilt->node->where, unbuilt->path,
				  "has no effect yet: %s", unbuilt->row->help);
}

static void report_unknown(struct load *load, const struct setting *parent, const struct node *node, const char *path)
{
	bool oneof = parent && parent->type == SETTING_ONEOF;
	const struct setting *meant = config_report_full(load->report) ? NULL : suggest(parent, node->key);
	const char *what = oneof ? arena_printf(load->arena, "no such %s", parent->allowed) : "unknown key";

	config_report_add(load->report, oneof ? CONFIG_ERROR : CONFIG_UNKNOWN, node->where, path, "%s%s%s%s", what,
			  meant ? "; did you mean " : "", meant ? meant->path : "", meant ? "?" : "");
}

/* A key at the top that begins with x- holds what anchors name, as in Compose files. */
static bool is_holder(const struct node *node)
{
	return strncmp(node->key, "x-", 2) == 0;
}

static bool apply_expect(struct load *load, const struct node *node, const char *path, enum node_kind kind)
{
	if (node->kind == kind)
		return true;
	config_report_add(load->report, CONFIG_ERROR, node->where, path, "must be %s, not %s", node_kind_name(kind),
			  node_kind_name(node->kind));
	return false;
}

static void store_scalar(struct load *load, const struct setting *row, const struct value *value)
{
	void *member = load_member(load, row);

	switch (row->type) {
	case SETTING_BOOL: *(bool *)member = value->flag; break;
	case SETTING_INT:
	case SETTING_DURATION: *(int64_t *)member = value->number; break;
	case SETTING_SIZE: *(uint64_t *)member = value->size; break;
	case SETTING_CHOICE: *(int *)member = (int)value->number; break;
	case SETTING_SECRET: *(struct secret *)member = secret_new(load->arena, value->text); break;
	default: *(const char **)member = arena_strdup(load->arena, value->text); break;
	}
}

static bool is_scalar(const struct setting *row)
{
	return row->type >= SETTING_BOOL && row->type <= SETTING_SECRET;
}

void apply_defaults(struct load *load)
{
	struct value value;
	const char *why;

	for (size_t i = 0; i < settings_count; i++) {
		const struct setting *row = &settings[i];

		if (row->offset == SETTING_NOWHERE || !is_scalar(row))
			continue;
		value_parse(&value, row, "", load->arena, &why);
		store_scalar(load, row, &value);
	}
}

/* `timeout: 5` is five nanoseconds in this format. */
static void warn_bare_duration(struct load *load, const struct setting *row, const struct node *node, const char *path,
			       int64_t number)
{
	uint64_t bare;

	if (row->type == SETTING_DURATION && number > 0 && number < BARE_DURATION_LOW &&
	    span_to_u64(span_of(node->text), &bare))
		config_report_add(load->report, CONFIG_WARNING, node->where, path,
				  "a number without a unit is nanoseconds; write %ss for seconds", node->text);
}

static void apply_scalar(struct load *load, const struct setting *row, const struct node *node, const char *path,
			 struct unbuilt *unbuilt)
{
	struct value value, fallback;
	const char *why;

	if (!apply_expect(load, node, path, NODE_SCALAR))
		return;
	if (!value_parse(&value, row, node->text, load->arena, &why)) {
		config_report_add(load->report, CONFIG_ERROR, node->where, path, "%s", why);
		return;
	}
	warn_bare_duration(load, row, node, path, value.number);
	load->origins[setting_index(row)] = node->where;
	if (row->offset != SETTING_NOWHERE)
		store_scalar(load, row, &value);
	if (value_parse(&fallback, row, "", load->arena, &why) && !value_equal(&value, &fallback, row))
		report_unbuilt(load, unbuilt);
}

/* One message reports all items of a list that is not built; items with `disabled: true` do not count. */
static void apply_records(struct load *load, const struct setting *row, const struct node *node, const char *path,
			  struct unbuilt *unbuilt)
{
	size_t index = 0;

	if (!apply_expect(load, node, path, NODE_LIST))
		return;
	for (const struct node *item = node->first; item; item = item->next, index++) {
		const char *item_path = arena_printf(load->arena, "%s[%zu]", path, index);

		if (apply_expect(load, item, item_path, NODE_MAP))
			apply_map(load, row, item, item_path, NULL);
		if (!node_says_disabled(item))
			report_unbuilt(load, unbuilt);
	}
	load->origins[setting_index(row)] = node->where;
	if (row->type == SETTING_PLATFORMS)
		collect_platforms(load, node, path, load_member(load, row));
	else if (row->type == SETTING_MIDDLEWARES)
		middlewares_collect(load, node, path, load_member(load, row));
}

static void apply_collection(struct load *load, const struct setting *row, const struct node *node, const char *path,
			     struct unbuilt *unbuilt)
{
	union {
		struct text_list list;
		struct config_fields fields;
		struct config_headers headers;
	} scratch;
	void *out = row->offset == SETTING_NOWHERE ? (void *)&scratch : load_member(load, row);
	bool ok = true;

	switch (row->type) {
	case SETTING_LIST: ok = collect_list(load, node, path, out); break;
	case SETTING_FIELDS: ok = collect_fields(load, node, path, out); break;
	case SETTING_HEADERS: ok = collect_headers(load, node, path, out); break;
	default: break;
	}
	if (!ok)
		return;
	load->origins[setting_index(row)] = node->where;
	if (node->count > 0 || node->kind == NODE_SCALAR)
		report_unbuilt(load, unbuilt);
}

/* Finds the child of a ONEOF that is a PICK. A second one is an error, and so is none if the ONEOF has no default. */
static void apply_pick(struct load *load, const struct setting *row, const struct node *map, const char *path)
{
	const struct node *pick = NULL;
	size_t unknown_children = 0;

	for (const struct node *child = map->first; child; child = child->next) {
		const struct setting *choice = settings_child(row, span_of(child->key));

		unknown_children += !choice;
		if (!choice || !(choice->traits & PICK))
			continue;
		if (pick)
			config_report_add(load->report, CONFIG_ERROR, child->where, path,
					  "names more than one %s: %s and %s", row->allowed, pick->key, child->key);
		else if (choice->traits & REFUSED)
			config_report_add(load->report, CONFIG_ERROR, child->where,
					  arena_printf(load->arena, "%s.%s", path, child->key),
					  "the %s %s (%s) is not built yet", row->allowed, child->key, choice->help);
		pick = child;
		load->origins[setting_index(choice)] = child->where;
	}
	if (!pick && !unknown_children && row->fallback[0] == '\0')
		config_report_add(load->report, CONFIG_ERROR, map->where, path, "names no %s", row->allowed);
}

/* `storage: filesystem` is `storage: {filesystem: {}}`. */
static const struct node *as_map(struct load *load, const struct node *node)
{
	struct node *map;

	if (node->kind != NODE_NULL && (node->kind != NODE_SCALAR || value_text_fault(node->text)))
		return node;
	map = node_new(load->arena, NODE_MAP, node->where);
	if (node->kind == NODE_SCALAR && node->text[0])
		node_append(map, node->text, node_new(load->arena, NODE_NULL, node->where));
	return map;
}

static void apply_oneof(struct load *load, const struct setting *row, const struct node *node, const char *path)
{
	const struct node *map = as_map(load, node);

	if (!apply_expect(load, map, path, NODE_MAP))
		return;
	apply_pick(load, row, map, path);
	apply_map(load, row, map, path, NULL);
}

static void apply_setting(struct load *load, const struct setting *row, const struct node *node, const char *path,
			  struct unbuilt *unbuilt)
{
	struct unbuilt own = {row, node, path, row->traits & PICK};

	if (row->traits & SETTING_UNBUILT)
		unbuilt = &own;
	if (row->type == SETTING_ONEOF)
		apply_oneof(load, row, node, path);
	else if (node->kind == NODE_NULL)
		return;
	else if (row->type == SETTING_GROUP) {
		if (apply_expect(load, node, path, NODE_MAP))
			apply_map(load, row, node, path, unbuilt);
	} else if (setting_has_items(row))
		apply_records(load, row, node, path, unbuilt);
	else if (is_scalar(row))
		apply_scalar(load, row, node, path, unbuilt);
	else
		apply_collection(load, row, node, path, unbuilt);
}

static void apply_map(struct load *load, const struct setting *parent, const struct node *map, const char *path,
		      struct unbuilt *unbuilt)
{
	for (const struct node *child = map->first; child; child = child->next) {
		const struct setting *row = settings_child(parent, span_of(child->key));
		const char *child_path = arena_printf(load->arena, "%s%s%s", path, path[0] ? "." : "", child->key);

		if (row)
			apply_setting(load, row, child, child_path, unbuilt);
		else if (parent || !is_holder(child))
			report_unknown(load, parent, child, child_path);
	}
}

void apply_tree(struct load *load, const struct node *root)
{
	apply_map(load, NULL, root, "", NULL);
	for (size_t i = 0; i < settings_count; i++)
		if (settings[i].type == SETTING_ONEOF && !node_get(root, span_of(settings[i].path)))
			apply_oneof(load, &settings[i], node_new(load->arena, NODE_NULL, root->where), settings[i].path);
}
