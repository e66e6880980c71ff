/* SPDX-License-Identifier: MIT */
/* Collects the storage middlewares and checks each by the rules of its kind. */
#include "middleware_priv.h"

#include <string.h>

#include "berth/base/url.h"
#include "form_priv.h"
#include "value_priv.h"

static const char *const names[] = {"redirect", "cloudfront", "rewrite"}; /* the order of enum config_middleware_kind */

/* The options that Berth uses; other options are type-checked only. */
static const struct {
	const char *leaf;
	size_t offset;
	bool duration;
} members[] = {
	{"baseurl", offsetof(struct config_middleware, baseurl), false},
	{"privatekey", offsetof(struct config_middleware, privatekey), false},
	{"keypairid", offsetof(struct config_middleware, keypairid), false},
	{"duration", offsetof(struct config_middleware, duration), true},
	{"ipfilteredby", offsetof(struct config_middleware, ipfilteredby), false},
	{"awsregion", offsetof(struct config_middleware, awsregion), false},
	{"updatefrequency", offsetof(struct config_middleware, updatefrequency), true},
	{"iprangesurl", offsetof(struct config_middleware, iprangesurl), false},
	{"scheme", offsetof(struct config_middleware, scheme), false},
	{"host", offsetof(struct config_middleware, host), false},
	{"trimpathprefix", offsetof(struct config_middleware, trimpathprefix), false},
};

/* One item of the list, while it is read. */
struct item {
	struct load *load;
	const struct node *node;
	const char *path;
	struct config_middleware *out;
};

static bool item_refuse(const struct item *item, const char *option, const char *reason)
{
	config_report_add(item->load->report, CONFIG_ERROR, item->node->where,
			  *option ? arena_printf(item->load->arena, "%s.options.%s", item->path, option) : item->path, "%s",
			  reason);
	return false;
}

/* Stores one option. apply_tree has reported values of a wrong type already. */
static void take_option(const struct item *item, size_t at, const struct setting *row, const char *text)
{
	char *member = (char *)item->out + members[at].offset;
	struct value value;
	const char *why;

	if (!value_parse(&value, row, text, item->load->arena, &why))
		return;
	if (members[at].duration)
		*(int64_t *)(void *)member = value.number;
	else
		*(const char **)(void *)member = arena_strdup(item->load->arena, value.text);
}

static void item_take_options(const struct item *item)
{
	const struct setting *group = settings_find("middleware.storage[].options");
	const struct node *options = node_get(item->node, SPAN_LIT("options"));

	for (size_t i = 0; i < sizeof members / sizeof *members; i++)
		take_option(item, i, settings_child(group, span_of(members[i].leaf)), "");
	if (!options || options->kind != NODE_MAP)
		return;
	for (const struct node *child = options->first; child; child = child->next) {
		const struct setting *row = settings_child(group, span_of(child->key));

		for (size_t i = 0; row && child->kind == NODE_SCALAR && i < sizeof members / sizeof *members; i++)
			if (strcmp(members[i].leaf, setting_leaf(row)) == 0)
				take_option(item, i, row, child->text);
	}
}

/* Checks baseurl. As in distribution, cloudfront puts https:// in front of a URL without a scheme. */
static bool check_base(const struct item *item)
{
	if (!item->out->baseurl[0])
		return item_refuse(item, "baseurl", "is missing");
	if (item->out->kind == CONFIG_MIDDLEWARE_CLOUDFRONT && !url_split(span_of(item->out->baseurl)).scheme.len)
		item->out->baseurl = arena_printf(item->load->arena, "https://%s", item->out->baseurl);
	return form_is_url(item->out->baseurl) ||
	       item_refuse(item, "baseurl", "must be a URL like https://cdn.example.com/path");
}

static bool check_filter(const struct item *item)
{
	struct config_middleware *out = item->out;

	if (!out->ipfilteredby[0])
		out->ipfilteredby = "none";
	if (strcmp(out->ipfilteredby, "none") != 0 && strcmp(out->ipfilteredby, "aws") != 0 &&
	    strcmp(out->ipfilteredby, "awsregion") != 0)
		return item_refuse(item, "ipfilteredby", "must be one of: none, aws, awsregion");
	if (strcmp(out->ipfilteredby, "awsregion") == 0 && !out->awsregion[0])
		return item_refuse(item, "awsregion", "is missing: ipfilteredby is awsregion");
	if (!form_is_url(out->iprangesurl))
		return item_refuse(item, "iprangesurl", "must be a URL");
	return true;
}

static bool check_cloudfront(const struct item *item)
{
	const struct config_middleware *out = item->out;

	if (!out->privatekey[0])
		return item_refuse(item, "privatekey", "is missing");
	if (!out->keypairid[0] ||
	    strspn(out->keypairid, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") !=
		    strlen(out->keypairid))
		return item_refuse(item, "keypairid", "must have only letters, digits, - and _");
	return check_base(item) && check_filter(item);
}

static bool check_rewrite(const struct item *item)
{
	const struct config_middleware *out = item->out;

	if (out->scheme[0] && strcmp(out->scheme, "http") != 0 && strcmp(out->scheme, "https") != 0)
		return item_refuse(item, "scheme", "must be http or https");
	if (out->host[0] &&
	    (strpbrk(out->host, "/?#@") || !form_is_url(arena_printf(item->load->arena, "http://%s", out->host))))
		return item_refuse(item, "host", "must be a host, with or without a port");
	return true;
}

static bool (*const checks[])(const struct item *) = {check_base, check_cloudfront, check_rewrite};

static bool item_take(const struct item *item)
{
	const struct node *name = node_get(item->node, SPAN_LIT("name"));

	for (size_t i = 0; name && name->kind == NODE_SCALAR && i < sizeof names / sizeof *names; i++) {
		if (strcmp(name->text, names[i]) != 0)
			continue;
		item->out->name = names[i];
		item->out->kind = (enum config_middleware_kind)i;
		item_take_options(item);
		return checks[i](item);
	}
	return item_refuse(item, "",
			   name && name->kind == NODE_SCALAR ? arena_printf(item->load->arena,
									    "no such storage middleware: %s; use redirect, "
									    "cloudfront or rewrite",
									    value_quote(name->text, item->load->arena))
							     : "name is missing");
}

void middlewares_check(struct load *load)
{
	const struct config_middlewares *list = &load->config->middlewares;

	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].kind == CONFIG_MIDDLEWARE_CLOUDFRONT && load->config->storage.driver != CONFIG_DRIVER_S3)
			load_error(load, "middleware.storage", "cloudfront works with the storage driver s3 only");
}

bool middlewares_collect(struct load *load, const struct node *node, const char *path, struct config_middlewares *out)
{
	struct config_middleware *items = arena_array(load->arena, node->count, sizeof *items);
	size_t count = 0, index = 0;
	bool ok = true;

	for (const struct node *entry = node->first; entry; entry = entry->next, index++) {
		struct item item = {load, entry, arena_printf(load->arena, "%s[%zu]", path, index), &items[count]};

		if (entry->kind != NODE_MAP || node_says_disabled(entry))
			continue;
		ok &= item_take(&item);
		count++;
	}
	*out = (struct config_middlewares){items, count};
	return ok;
}
