/* SPDX-License-Identifier: MIT */
/* Collects lists and mappings. */
#include "collect_priv.h"

#include <ctype.h>
#include <string.h>

#include "value_priv.h"

static bool collect_refuse(struct load *load, const struct node *node, const char *path, const char *reason)
{
	config_report_add(load->report, CONFIG_ERROR, node->where, path, "%s", reason);
	return false;
}

static bool collect_expect(struct load *load, const struct node *node, const char *path, enum node_kind kind,
			   const char *what)
{
	if (node->kind == kind)
		return true;
	config_report_add(load->report, CONFIG_ERROR, node->where, path, "must be %s, not %s", what,
			  node_kind_name(node->kind));
	return false;
}

/* Takes a scalar as text; null is the empty text. */
static bool take_text(struct load *load, const struct node *node, const char *path, const char **out)
{
	const char *fault;

	*out = "";
	if (node->kind == NODE_NULL)
		return true;
	if (!collect_expect(load, node, path, NODE_SCALAR, "a text"))
		return false;
	fault = value_text_fault(node->text);
	if (fault)
		return collect_refuse(load, node, path, fault);
	*out = node->text;
	return true;
}

bool collect_list(struct load *load, const struct node *node, const char *path, struct text_list *out)
{
	const char **items;
	size_t count = 0;
	bool ok = true;

	if (!collect_expect(load, node, path, NODE_LIST, "a list"))
		return false;
	items = arena_array(load->arena, node->count, sizeof *items);
	for (const struct node *item = node->first; item; item = item->next, count++)
		ok &= take_text(load, item, arena_printf(load->arena, "%s[%zu]", path, count), &items[count]);
	*out = (struct text_list){items, count};
	return ok;
}

bool collect_fields(struct load *load, const struct node *node, const char *path, struct config_fields *out)
{
	struct config_field *items;
	size_t count = 0;
	bool ok = true;

	if (!collect_expect(load, node, path, NODE_MAP, "a mapping"))
		return false;
	items = arena_array(load->arena, node->count, sizeof *items);
	for (const struct node *item = node->first; item; item = item->next, count++) {
		items[count].name = item->key;
		ok &= take_text(load, item, arena_printf(load->arena, "%s.%s", path, item->key), &items[count].value);
	}
	*out = (struct config_fields){items, count};
	return ok;
}

/* Returns a token (RFC 9110 section 5.6.2) in canonical case; NULL for another text. */
static const char *header_name(struct load *load, const char *name)
{
	char *canonical = arena_strdup(load->arena, name);
	bool upper = true;

	for (char *at = canonical; *at; at++) {
		unsigned char c = (unsigned char)*at;

		if (c >= 0x80 || !(isalnum(c) || strchr("!#$%&'*+-.^_`|~", c)))
			return NULL;
		*at = (char)(upper ? toupper(c) : tolower(c));
		upper = c == '-';
	}
	return *canonical ? canonical : NULL;
}

static bool is_among(const struct config_header *items, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(items[i].name, name) == 0)
			return true;
	return false;
}

bool collect_headers(struct load *load, const struct node *node, const char *path, struct config_headers *out)
{
	struct config_header *items;
	size_t count = 0;
	bool ok = true;

	if (!collect_expect(load, node, path, NODE_MAP, "a mapping of header names to lists"))
		return false;
	items = arena_array(load->arena, node->count, sizeof *items);
	for (const struct node *item = node->first; item; item = item->next) {
		const char *item_path = arena_printf(load->arena, "%s.%s", path, item->key);
		const char *name = header_name(load, item->key);

		if (!name || is_among(items, count, name)) {
			ok = collect_refuse(load, item, item_path, name ? "given twice" : "is not the name of a header");
			continue;
		}
		items[count].name = name;
		if (!collect_expect(load, item, item_path, NODE_LIST, "a list of values"))
			ok = false;
		else
			ok &= collect_list(load, item, item_path, &items[count].values);
		count++;
	}
	*out = (struct config_headers){items, count};
	return ok;
}

/* Returns the value in lower case, in which platforms are compared. */
static const char *platform_part(struct load *load, const struct node *map, const char *key)
{
	const struct node *child = node_get(map, span_of(key));
	char *copy;

	if (!child || child->kind != NODE_SCALAR)
		return "";
	copy = arena_strdup(load->arena, child->text);
	for (char *at = copy; *at; at++)
		*at = (char)tolower((unsigned char)*at);
	return copy;
}

bool collect_platforms(struct load *load, const struct node *node, const char *path, struct config_platforms *out)
{
	struct config_platform *items;
	size_t count = 0;
	bool ok = true;

	items = arena_array(load->arena, node->count, sizeof *items);
	for (const struct node *item = node->first; item; item = item->next) {
		if (item->kind != NODE_MAP)
			continue;
		items[count].architecture = platform_part(load, item, "architecture");
		items[count].os = platform_part(load, item, "os");
		if (!items[count].architecture[0] || !items[count].os[0])
			ok = collect_refuse(load, item, path, "a platform needs both architecture and os");
		count++;
	}
	*out = (struct config_platforms){items, count};
	return ok;
}
