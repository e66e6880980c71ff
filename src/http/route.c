/* SPDX-License-Identifier: MIT */
/* Matching a request against a table of routes. */
#include "berth/http/route.h"

#include <string.h>

#include "berth/base/strbuf.h"

#define PATTERN_SEGMENTS 12

struct pattern {
	struct span parts[PATTERN_SEGMENTS];
	size_t count;
	bool slash; /* ends in one */
};

/* Takes the path below the prefix apart into segments. */
struct path {
	const struct span *segments;
	size_t count;
	bool slash;
};

static struct pattern route_split(const char *text)
{
	struct span rest = span_after(span_of(text), 1), part;
	struct pattern result = {.count = 0};

	while (span_split(&rest, '/', &part) && result.count < PATTERN_SEGMENTS) {
		if (part.len > 0)
			result.parts[result.count++] = part;
		else
			result.slash = true;
	}
	return result;
}

static bool route_is_name(struct span part)
{
	return span_is(part, "{name}");
}

static bool match_one(struct span part, struct span segment, struct route_match *out)
{
	if (part.ptr[0] != '{')
		return span_equal(part, segment);
	out->parameter = segment;
	return true;
}

static struct span join(const struct path *path, size_t first, size_t count, struct arena *arena)
{
	struct strbuf text;

	strbuf_init(&text, arena, SIZE_MAX / 2);
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			strbuf_addc(&text, '/');
		strbuf_add_span(&text, path->segments[first + i]);
	}
	return strbuf_span(&text);
}

static bool match(const struct pattern *pattern, const struct path *path, struct arena *arena, struct route_match *out)
{
	size_t at = 0, taken;

	if (path->count < pattern->count || (path->slash && !pattern->slash))
		return false;
	for (size_t i = 0; i < pattern->count; i++) {
		if (route_is_name(pattern->parts[i])) {
			taken = path->count - pattern->count + 1; /* {name} takes the segments that the other parts leave */
			out->name = join(path, at, taken, arena);
			at += taken;
		} else if (!match_one(pattern->parts[i], path->segments[at++], out)) {
			return false;
		}
	}
	return at == path->count;
}

static bool below_prefix(const struct target *target, const char *prefix, struct path *out)
{
	struct pattern lead = *prefix ? route_split(prefix) : (struct pattern){.count = 0};

	if (target->segment_count < lead.count)
		return false;
	for (size_t i = 0; i < lead.count; i++)
		if (!span_equal(lead.parts[i], target->segments[i]))
			return false;
	*out = (struct path){target->segments + lead.count, target->segment_count - lead.count, target->trailing_slash};
	return true;
}

struct route_match route_find(const struct route *table, size_t count, const char *prefix, struct arena *arena,
			      const struct target *target, enum http_method method)
{
	const struct route_match none = {.route = NULL, .name = {"", 0}, .parameter = {"", 0}};
	struct route_match out = none;
	const char *resource = NULL;
	struct path path;

	if (!below_prefix(target, prefix, &path))
		return out;
	for (size_t i = 0; i < count; i++) {
		if (!resource) {
			struct pattern pattern = route_split(table[i].pattern);

			out = none; /* the row before may have set some of it */
			if (!match(&pattern, &path, arena, &out))
				continue;
			resource = table[i].pattern;
			out.resource = &table[i];
		}
		if (strcmp(table[i].pattern, resource) != 0)
			continue;
		out.allowed |= table[i].methods;
		if (table[i].methods & (int)method)
			out.route = &table[i];
	}
	if (!resource)
		return none;
	out.allowed |= HTTP_OPTIONS;
	return out;
}

const char *route_body_word(enum route_body_place place)
{
	static const char *const words[] = {
		[BODY_PLACE_NONE] = "none",
		[BODY_PLACE_SMALL] = "small",
		[BODY_PLACE_BUFFERED] = "buffered",
		[BODY_PLACE_SPOOLED] = "spooled",
	};

	return words[place];
}

const char *route_allow(int methods, struct arena *arena)
{
	static const enum http_method sorted[] = {HTTP_DELETE, HTTP_GET,  HTTP_HEAD, HTTP_OPTIONS,
						  HTTP_PATCH,  HTTP_POST, HTTP_PUT};
	struct strbuf text;

	strbuf_init(&text, arena, 128);
	for (size_t i = 0; i < sizeof sorted / sizeof *sorted; i++) {
		if (!(methods & (int)sorted[i]))
			continue;
		strbuf_adds(&text, text.len ? ", " : "");
		strbuf_adds(&text, http_method_name(sorted[i]));
	}
	return text.ptr;
}
