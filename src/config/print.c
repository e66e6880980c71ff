/* SPDX-License-Identifier: MIT */
/* Prints settings. Values are JSON, which is YAML in flow style. */
#include "berth/config/print.h"

#include <inttypes.h>
#include <string.h>

#include "berth/base/json_write.h"
#include "settings_priv.h"
#include "value_priv.h"

#define INDENT "  "

static void write_list(struct json_writer *json, const struct text_list *list)
{
	json_open(json, '[');
	for (size_t i = 0; i < list->count; i++)
		json_text(json, list->items[i]);
	json_close(json, ']');
}

static void write_fields(struct json_writer *json, const struct config_fields *fields)
{
	json_open(json, '{');
	for (size_t i = 0; i < fields->count; i++) {
		json_key(json, fields->items[i].name);
		json_text(json, fields->items[i].value);
	}
	json_close(json, '}');
}

static void write_headers(struct json_writer *json, const struct config_headers *headers)
{
	json_open(json, '{');
	for (size_t i = 0; i < headers->count; i++) {
		json_key(json, headers->items[i].name);
		write_list(json, &headers->items[i].values);
	}
	json_close(json, '}');
}

static void write_platforms(struct json_writer *json, const struct config_platforms *platforms)
{
	json_open(json, '[');
	for (size_t i = 0; i < platforms->count; i++) {
		json_open(json, '{');
		json_key(json, "architecture");
		json_text(json, platforms->items[i].architecture);
		json_key(json, "os");
		json_text(json, platforms->items[i].os);
		json_close(json, '}');
	}
	json_close(json, ']');
}

static void write_option(struct json_writer *json, const char *key, const char *text)
{
	if (!*text)
		return;
	json_key(json, key);
	json_text(json, text);
}

/* Writes the options that are set, and all durations, as a file has them. */
static void write_middlewares(struct json_writer *json, const struct config_middlewares *list, struct arena *arena)
{
	json_open(json, '[');
	for (size_t i = 0; i < list->count; i++) {
		const struct config_middleware *item = &list->items[i];

		json_open(json, '{');
		write_option(json, "name", item->name);
		json_key(json, "options");
		json_open(json, '{');
		write_option(json, "baseurl", item->baseurl);
		write_option(json, "privatekey", item->privatekey);
		write_option(json, "keypairid", item->keypairid);
		if (item->kind == CONFIG_MIDDLEWARE_CLOUDFRONT) {
			write_option(json, "duration", value_duration_text(item->duration, arena));
			write_option(json, "ipfilteredby", item->ipfilteredby);
			write_option(json, "awsregion", item->awsregion);
			write_option(json, "updatefrequency", value_duration_text(item->updatefrequency, arena));
			write_option(json, "iprangesurl", item->iprangesurl);
		}
		write_option(json, "scheme", item->scheme);
		write_option(json, "host", item->host);
		write_option(json, "trimpathprefix", item->trimpathprefix);
		json_close(json, '}');
		json_close(json, '}');
	}
	json_close(json, ']');
}

static void write_value(struct strbuf *out, const struct setting *row, const void *member)
{
	struct json_writer json = json_writer(out);

	switch (row->type) {
	case SETTING_BOOL: json_boolean(&json, *(const bool *)member); break;
	case SETTING_INT: strbuf_addf(out, "%" PRId64, *(const int64_t *)member); break;
	case SETTING_SIZE: json_u64(&json, *(const uint64_t *)member); break;
	case SETTING_DURATION: strbuf_adds(out, value_duration_text(*(const int64_t *)member, out->arena)); break;
	case SETTING_CHOICE: strbuf_add_span(out, value_choice(row, *(const int *)member)); break;
	case SETTING_SECRET: json_text(&json, secret_mask(*(const struct secret *)member)); break;
	case SETTING_LIST: write_list(&json, member); break;
	case SETTING_FIELDS: write_fields(&json, member); break;
	case SETTING_HEADERS: write_headers(&json, member); break;
	case SETTING_PLATFORMS: write_platforms(&json, member); break;
	case SETTING_MIDDLEWARES: write_middlewares(&json, member, out->arena); break;
	default: json_text(&json, *(const char *const *)member); break;
	}
}

static void write_origin(struct strbuf *out, const struct config_where *where)
{
	if (where->source && where->line)
		strbuf_addf(out, INDENT "# %s:%u", where->source, where->line);
	else if (where->source)
		strbuf_addf(out, INDENT "# %s", where->source);
}

/* Returns how many parts two paths have in common at their beginning. */
static size_t shared_parts(const char *a, const char *b)
{
	size_t shared = 0;

	for (size_t i = 0; a[i] && a[i] == b[i]; i++)
		shared += a[i] == '.';
	return shared;
}

/* Writes the sections that begin between the last row and this one, then the key of the row. */
static void write_key(struct strbuf *out, const char *last, const char *path)
{
	struct span rest = span_of(path), part;
	size_t shared = shared_parts(last, path);

	for (size_t depth = 0; span_split(&rest, '.', &part); depth++) {
		if (depth < shared)
			continue;
		for (size_t i = 0; i < depth; i++)
			strbuf_adds(out, INDENT);
		strbuf_addf(out, "%.*s:%s", SPAN_ARG(part), rest.ptr ? "\n" : " ");
	}
}

/* Returns whether the row belongs to a driver or scheme that the configuration does not use. Such rows are not printed. */
static bool is_out_of_use(const struct config *config, const struct setting *row)
{
	for (size_t i = 0; i < settings_count && &settings[i] <= row; i++)
		if ((settings[i].traits & PICK) && !config->origins[i].source && setting_is_under(row, &settings[i]))
			return true;
	return false;
}

/*
 * Returns whether the configuration chooses something else than the default of a ONEOF. The choice is then printed by its
 * rows.
 */
static bool is_chosen(const struct config *config, const struct setting *oneof)
{
	for (size_t i = 0; i < settings_count; i++)
		if (setting_is_below(&settings[i], oneof) && config->origins[i].source &&
		    strcmp(setting_leaf(&settings[i]), oneof->fallback) != 0)
			return true;
	return false;
}

void config_write_settings(struct strbuf *out, const struct config *config)
{
	const char *last = "";

	for (size_t i = 0; i < settings_count; i++) {
		const struct setting *row = &settings[i];

		if (row->type == SETTING_ONEOF && row->fallback[0] && !is_chosen(config, row)) {
			strbuf_addf(out, "%s: %s", row->path, row->fallback);
		} else if (row->offset != SETTING_NOWHERE && !is_out_of_use(config, row)) {
			write_key(out, last, row->path);
			write_value(out, row, (const char *)config + row->offset);
			write_origin(out, &config->origins[i]);
		} else {
			continue;
		}
		strbuf_addc(out, '\n');
		last = row->path;
	}
}

bool config_write_value(struct strbuf *out, const struct config *config, const char *key)
{
	const struct setting *row = settings_find(key);

	if (!row || row->offset == SETTING_NOWHERE)
		return false;
	write_value(out, row, (const char *)config + row->offset);
	return true;
}

static const char *unbuilt_text(unsigned traits)
{
	if (traits & REFUSED)
		return " (not built yet: refused)";
	if (traits & IGNORED)
		return " (not built yet: ignored with a warning)";
	return traits & QUIET ? " (without effect)" : "";
}

static unsigned unbuilt_traits(const struct setting *row)
{
	const struct setting *found = NULL;

	/* Rows stand behind their group's, so the last prefix with such a trait is the nearest. */
	for (const struct setting *at = settings; at <= row; at++) {
		if ((at == row || setting_is_under(row, at)) && (at->traits & SETTING_UNBUILT))
			found = at;
	}
	return found ? found->traits : 0;
}

void config_write_reference(struct strbuf *out)
{
	for (size_t i = 0; i < settings_count; i++) {
		const struct setting *row = &settings[i];

		strbuf_addf(out, "%-52s %-17s %-12s %s%s%s%s%s%s\n", row->path, setting_type_name(row->type),
			    row->fallback[0] ? row->fallback : "-", row->help, row->allowed[0] ? " [" : "", row->allowed,
			    row->allowed[0] ? "]" : "", unbuilt_text(unbuilt_traits(row)),
			    setting_needs_restart(row) ? " (needs a restart)" : "");
	}
}
