/* SPDX-License-Identifier: MIT */
/* REGISTRY_* variables on top of the file's tree. */
#include "env_priv.h"

#include <ctype.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "value_priv.h"
#include "yaml_priv.h"

#define PREFIX "REGISTRY_"

/* One variable, while its name is followed down the tree. */
struct variable {
	struct load *load;
	struct config_where where; /* its name */
	struct span rest;          /* the part of the name that is not followed yet */
	const char *path;          /* of the setting, as far as it is known */
	const char *value;
};

static void step_into(struct variable *var, struct node *node, const struct setting *row);

static void warn(const struct variable *var, const char *reason)
{
	config_report_add(var->load->report, CONFIG_WARNING, var->where, "", "%s", reason);
}

static void unrecognized(const struct variable *var)
{
	warn(var, "no setting has this name; ignored");
}

/* Reads the value as YAML. A text that is not YAML, such as a password that begins with a %, is taken as it is. */
static struct node *parse_value(struct variable *var, const struct setting *row)
{
	bool texty = row && (row->type == SETTING_TEXT || row->type == SETTING_SECRET);
	struct config_report scratch;
	struct node *node;

	config_report_init(&scratch, var->load->arena);
	node = yaml_read(var->load->arena, span_of(var->value), var->where, "", texty ? &scratch : var->load->report);
	if (!texty)
		return node ? node : node_new(var->load->arena, NODE_NULL, var->where);
	if (node && config_report_ok(&scratch) && (node->kind == NODE_SCALAR || node->kind == NODE_NULL))
		return node;
	node = node_new(var->load->arena, NODE_SCALAR, var->where);
	node->text = arena_strdup(var->load->arena, var->value);
	return node;
}

/* Finds the child that the file gives for this row, in any of its spellings; NULL when there is none. */
static struct node *find_child(const struct node *map, const struct setting *parent, const struct setting *row)
{
	for (struct node *child = map->first; child; child = child->next)
		if (settings_child(parent, span_of(child->key)) == row)
			return child;
	return NULL;
}

/* Finds the key `name` in any case, or adds the key in lower case. */
static struct node *find_name(struct variable *var, struct node *map, struct span name)
{
	struct node *child;
	char *key;

	for (child = map->first; child; child = child->next)
		if (span_is_nocase(name, child->key))
			return child;
	key = arena_span(var->load->arena, name);
	for (char *at = key; *at; at++)
		*at = (char)tolower((unsigned char)*at);
	child = node_new(var->load->arena, NODE_NULL, var->where);
	node_append(map, key, child);
	return child;
}

/*
 * Turns an empty node, or the short form of a ONEOF, into an empty node of `kind`. Returns false when the node holds
 * something else.
 */
static bool env_become(struct variable *var, struct node *node, const struct setting *row, enum node_kind kind)
{
	struct node *made;

	if (node->kind == kind)
		return true;
	made = node_new(var->load->arena, kind, var->where);
	if (node->kind == NODE_SCALAR && row->type == SETTING_ONEOF)
		node_append(made, node->text, node_new(var->load->arena, NODE_NULL, node->where));
	else if (node->kind != NODE_NULL)
		return false; /* apply_tree reports this mistake of the file */
	node_replace(node, made);
	return true;
}

static bool take_index(struct span *rest, size_t *index)
{
	struct span digits = *rest;
	uint64_t number;
	const char *end = memchr(rest->ptr, '_', rest->len);

	if (end)
		digits.len = (size_t)(end - rest->ptr);
	if (digits.len > 4 || !span_to_u64(digits, &number))
		return false;
	*index = (size_t)number;
	*rest = span_after(*rest, digits.len + 1);
	return true;
}

/* Follows the name into an item of a list. The index right behind the last item adds an item. */
static void step_item(struct variable *var, struct node *list, const struct setting *row)
{
	size_t index;
	struct node *item;

	if (!take_index(&var->rest, &index)) {
		unrecognized(var);
		return;
	}
	if (!env_become(var, list, row, NODE_LIST))
		return;
	item = node_at(list, index);
	if (!item && index > list->count) {
		config_report_add(var->load->report, CONFIG_ERROR, var->where, var->path,
				  "there is no item %zu: the list has %zu items", index, list->count);
		return;
	}
	if (!item) {
		item = node_new(var->load->arena, NODE_NULL, var->where);
		node_append(list, NULL, item);
	}
	if (var->rest.len == 0)
		node_replace(item, parse_value(var, NULL));
	else if (setting_has_items(row) && env_become(var, item, row, NODE_MAP))
		step_into(var, item, row);
	else
		unrecognized(var);
}

/*
 * Follows the name into a mapping whose keys the operator chooses: headers, with or without an index, or fields of log
 * lines.
 */
static void step_name(struct variable *var, struct node *map, const struct setting *row)
{
	struct span name = var->rest;
	const char *last = memrchr(name.ptr, '_', name.len);
	struct span index = last ? span_after(name, (size_t)(last - name.ptr) + 1) : (struct span){"", 0};
	uint64_t number;

	if (!env_become(var, map, row, NODE_MAP))
		return;
	if (row->type == SETTING_HEADERS && span_to_u64(index, &number)) {
		name.len = (size_t)(last - name.ptr);
		var->rest = index;
		step_item(var, find_name(var, map, name), row);
		return;
	}
	node_replace(find_name(var, map, name), parse_value(var, NULL));
}

/* Sets `node`, the value of `row`, if the name ends here; else follows the name further. */
static void env_step(struct variable *var, struct node *node, const struct setting *row)
{
	if (var->rest.len == 0) {
		node_replace(node, parse_value(var, row));
		return;
	}
	switch (row->type) {
	case SETTING_GROUP:
	case SETTING_ONEOF:
		if (env_become(var, node, row, NODE_MAP))
			step_into(var, node, row);
		break;
	case SETTING_LIST:
	case SETTING_RECORDS:
	case SETTING_MIDDLEWARES:
	case SETTING_PLATFORMS: step_item(var, node, row); break;
	case SETTING_FIELDS:
	case SETTING_HEADERS:
	case SETTING_ANY: step_name(var, node, row); break;
	default: unrecognized(var); break;
	}
}

/* Follows the next part of the name: a setting right below `parent`, in the mapping `map`. */
static void step_into(struct variable *var, struct node *map, const struct setting *parent)
{
	const struct setting *row = settings_child_env(parent, &var->rest);
	struct node *child;

	if (!row) {
		unrecognized(var);
		return;
	}
	var->path = row->path;
	child = find_child(map, parent, row);
	if (!child) {
		child = node_new(var->load->arena, NODE_NULL, var->where);
		node_append(map, setting_leaf(row), child);
	}
	env_step(var, child, row);
}

static bool env_matches(const char *pattern, const char *text)
{
	regex_t compiled;
	bool hit;

	if (regcomp(&compiled, pattern, REG_EXTENDED | REG_NOSUB) != 0)
		return false;
	hit = regexec(&compiled, text, 0, NULL, 0) == 0;
	regfree(&compiled);
	return hit;
}

/*
 * Returns whether Kubernetes (for each service) or `docker run --link` has set the variable: a service called
 * registry-database becomes REGISTRY_DATABASE_PORT=tcp://10.0.0.9:5432, REGISTRY_DATABASE_SERVICE_HOST=10.0.0.9 and
 * more. Name and value must both match, so that
 * REGISTRY_DATABASE_PORT=5433 remains a setting.
 */
static bool is_service_variable(const char *name, const char *value)
{
#define URL "^(tcp|udp|sctp)://.+:[0-9]+$"
#define NUMBER "^[0-9]+$"
#define ADDRESS "^[0-9A-Fa-f.:]+$"
#define PORT "_PORT_[0-9]+_(TCP|UDP|SCTP)"
	static const struct {
		const char *name, *value;
	} kinds[] = {
		{"_PORT$", URL},
		{PORT "$", URL},
		{PORT "_PROTO$", "^(tcp|udp|sctp)$"},
		{PORT "_PORT$", NUMBER},
		{PORT "_ADDR$", ADDRESS},
		{"_SERVICE_HOST$", ADDRESS},
		{"_SERVICE_PORT(_[A-Z0-9_]+)?$", NUMBER},
	};
#undef URL
#undef NUMBER
#undef ADDRESS
#undef PORT

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (env_matches(kinds[i].name, name) && env_matches(kinds[i].value, value))
			return true;
	return false;
}

static void apply_one(struct load *load, struct node *root, const char *text)
{
	const char *equals = strchr(text, '=');
	char *name = arena_span(load->arena, (struct span){text, (size_t)(equals - text)});
	struct variable var = {
		.load = load,
		.where = {name, 0},
		.rest = span_after(span_of(name), sizeof PREFIX - 1),
		.path = "",
		.value = equals + 1,
	};

	if (value_text_fault(name)) {
		var.where.source = value_quote(name, load->arena);
		unrecognized(&var);
	} else if (strcmp(name, PREFIX "VERSION") == 0)
		warn(&var, "the version of the file cannot be overridden; ignored");
	else if (is_service_variable(name, var.value)) /* before the tree changes: such a name may choose a driver */
		warn(&var, "describes a service (Kubernetes: enableServiceLinks), not a setting; ignored");
	else
		step_into(&var, root, NULL);
}

static size_t name_length(const char *text)
{
	return strcspn(text, "=");
}

static int env_by_name(const void *a, const void *b)
{
	const char *left = *(const char *const *)a, *right = *(const char *const *)b;
	size_t left_len = name_length(left), right_len = name_length(right);
	int order = memcmp(left, right, left_len < right_len ? left_len : right_len);

	return order ? order : (left_len > right_len) - (left_len < right_len);
}

static bool is_override(const char *text)
{
	static const char path[] = PREFIX "CONFIGURATION_PATH=";

	return strncmp(text, PREFIX, sizeof PREFIX - 1) == 0 && strchr(text, '=') &&
	       strncmp(text, path, sizeof path - 1) != 0;
}

void env_apply(struct load *load, struct node *root, char **environment)
{
	const char **found;
	size_t count = 0, taken = 0;

	for (char **at = environment; at && *at; at++)
		count += is_override(*at);
	found = arena_array(load->arena, count, sizeof *found);
	for (char **at = environment; at && *at; at++)
		if (is_override(*at))
			found[taken++] = *at;
	if (count > 1)
		qsort(found, count, sizeof *found, env_by_name);
	for (size_t i = 0; i < count; i++)
		apply_one(load, root, found[i]);
}

const char *env_value(char **environment, const char *name)
{
	size_t len = strlen(name);

	for (char **at = environment; at && *at; at++)
		if (strncmp(*at, name, len) == 0 && (*at)[len] == '=')
			return *at + len + 1;
	return NULL;
}
