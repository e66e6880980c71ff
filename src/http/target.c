/* SPDX-License-Identifier: MIT */
/* The request target. */
#include "berth/http/target.h"

#include <string.h>

#include "berth/base/limits.h"
#include "berth/base/percent.h"

static bool is_control(unsigned char byte)
{
	return byte < 0x20 || byte == 0x7f;
}

/*
 * Decodes %XX. A `+` becomes `plus`. Refuses an escape that is none, or is of a control character or of the byte
 * `barred`.
 */
static bool decode(struct span *out, struct arena *arena, struct span text, char plus, char barred)
{
	char *bytes = arena_alloc(arena, text.len + 1), *to = bytes;

	while (text.len > 0) {
		size_t step = text.ptr[0] == '%' ? 3 : 1;
		int byte = step == 3 ? percent_byte(text) : text.ptr[0] == '+' ? plus : text.ptr[0];

		if (byte < 0 || (step == 3 && (byte == barred || is_control((unsigned char)byte))))
			return false;
		*to++ = (char)byte;
		text = span_after(text, step);
	}
	*to = '\0';
	*out = (struct span){bytes, (size_t)(to - bytes)};
	return true;
}

static size_t count_of(struct span text, char c)
{
	size_t n = 0;

	for (size_t i = 0; i < text.len; i++)
		n += text.ptr[i] == c;
	return n;
}

static bool is_dots(struct span segment)
{
	return span_is(segment, ".") || span_is(segment, "..");
}

/*
 * Takes the decoded path apart, which begins with a slash. Its slashes are the client's: escapes of slashes were refused.
 */
static bool split_path(struct target *out, struct arena *arena, struct span path)
{
	struct span *segments = arena_array(arena, count_of(path, '/'), sizeof *segments);
	struct span rest = span_after(path, 1), part;

	out->segments = segments;
	while (span_split(&rest, '/', &part)) {
		if (part.len == 0 && !rest.ptr) {
			out->trailing_slash = out->segment_count > 0;
			return true;
		}
		if (part.len == 0 || is_dots(part))
			return false;
		segments[out->segment_count++] = (struct span){arena_span(arena, part), part.len};
	}
	return true;
}

static bool split_query(struct target *out, struct arena *arena, struct span query)
{
	struct target_param *params = arena_array(arena, count_of(query, '&') + 1, sizeof *params);
	struct span rest = query, pair;

	out->params = params;
	while (span_split(&rest, '&', &pair)) {
		struct target_param *param = &params[out->param_count];
		struct span value = pair, key;

		if (pair.len == 0 || !span_split(&value, '=', &key))
			continue;
		if (!value.ptr)
			value = (struct span){"", 0};
		if (!decode(&param->key, arena, key, ' ', '\0') || !decode(&param->value, arena, value, ' ', '\0'))
			return false;
		out->param_count++;
	}
	return true;
}

static bool target_is_plain(struct span text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] <= ' ' || text.ptr[i] >= 0x7f || text.ptr[i] == '#')
			return false;
	return true;
}

static bool is_origin_form(struct span uri)
{
	return uri.len > 0 && uri.ptr[0] == '/' && target_is_plain(uri);
}

/* Removes scheme and authority of a target in absolute-form. NGINX has removed them, Apache has not. */
static struct span without_authority(struct span uri)
{
	static const char *const schemes[] = {"http://", "https://"};
	struct span rest, authority;

	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
		size_t len = strlen(schemes[i]);

		if (uri.len <= len || !span_is_nocase((struct span){uri.ptr, len}, schemes[i]))
			continue;
		rest = span_after(uri, len);
		(void)span_split(&rest, '/', &authority);
		if (authority.len > 0 && !memchr(authority.ptr, '?', authority.len))
			return rest.ptr ? (struct span){rest.ptr - 1, rest.len + 1} : SPAN_LIT("/");
	}
	return uri;
}

bool target_parse(struct target *out, struct arena *arena, struct span uri, struct error *error)
{
	struct span rest, path;

	*out = (struct target){.raw_query = {"", 0}};
	if (uri.len > LIMIT_URI)
		return error_set(error, E_URI_TOO_LONG);
	rest = uri = without_authority(uri);
	if (!is_origin_form(uri) || !span_split(&rest, '?', &path))
		return error_set(error, E_URI_INVALID);
	if (rest.ptr)
		out->raw_query = (struct span){arena_span(arena, rest), rest.len};
	if (!decode(&out->path, arena, path, '+', '/') || !split_path(out, arena, out->path) ||
	    !split_query(out, arena, out->raw_query))
		return error_set(error, E_URI_INVALID);
	return true;
}

bool target_tidy(struct span *out, struct arena *arena, struct span uri, bool keep_last)
{
	struct span rest, path;
	char *bytes;
	size_t len = 0;

	if (uri.len > LIMIT_URI)
		return false;
	rest = uri = without_authority(uri);
	if (!is_origin_form(uri) || !span_split(&rest, '?', &path))
		return false;
	bytes = arena_alloc(arena, uri.len + 1);
	for (size_t i = 0; i < path.len; i++)
		if (path.ptr[i] != '/' || len == 0 || bytes[len - 1] != '/')
			bytes[len++] = path.ptr[i];
	if (!keep_last && len > 1 && bytes[len - 1] == '/')
		len--;
	if (len == path.len)
		return false;
	memcpy(bytes + len, uri.ptr + path.len, uri.len - path.len);
	len += uri.len - path.len;
	bytes[len] = '\0';
	*out = (struct span){bytes, len};
	return true;
}

bool target_parse_form(struct target *out, struct arena *arena, struct span form, struct error *error)
{
	*out = (struct target){.raw_query = {arena_span(arena, form), form.len}};
	return (target_is_plain(form) && split_query(out, arena, out->raw_query)) || error_set(error, E_URI_INVALID);
}

const struct span *target_next(const struct target *target, const char *key, size_t *at)
{
	while (*at < target->param_count) {
		const struct target_param *param = &target->params[(*at)++];

		if (span_is(param->key, key))
			return &param->value;
	}
	return NULL;
}

const struct span *target_first(const struct target *target, const char *key)
{
	size_t at = 0;

	return target_next(target, key, &at);
}
