/* SPDX-License-Identifier: MIT */
/* `rewrite`: changes parts of the URL that the next locator or the store tells. A location without a URL stays as it is. */
#include "locator_priv.h"

#include <string.h>

#include "berth/base/url.h"

struct rewrite {
	const char *scheme, *host, *trim;
};

static bool rewrite_open(struct locator *self, const struct locator_settings *settings, char *reason, size_t size)
{
	struct rewrite *rewrite = arena_alloc(self->arena, sizeof *rewrite);

	(void)reason, (void)size;
	rewrite->scheme = arena_strdup(self->arena, settings->scheme);
	rewrite->host = arena_strdup(self->arena, settings->host);
	rewrite->trim = arena_strdup(self->arena, settings->trim_path_prefix);
	self->state = rewrite;
	return true;
}

static const char *rewritten(const struct rewrite *rewrite, const char *url, struct arena *arena)
{
	struct url parts = url_split(span_of(url));
	struct span scheme = *rewrite->scheme ? span_of(rewrite->scheme) : parts.scheme;
	struct span host = *rewrite->host ? span_of(rewrite->host) : parts.authority, path = parts.target;

	if (parts.scheme.len == 0)
		return url;
	if (span_starts(path, rewrite->trim))
		path = span_after(path, strlen(rewrite->trim));
	return arena_printf(arena, "%.*s://%.*s%s%.*s", SPAN_ARG(scheme), SPAN_ARG(host), span_starts(path, "/") ? "" : "/",
			    SPAN_ARG(path));
}

static bool rewrite_find(const struct locator *self, const struct locator_query *query, struct store_location *out,
			 struct arena *arena, struct error *error)
{
	if (!locator_ask_next(self, query, out, arena, error))
		return false;
	if (out->place == STORE_PLACE_URL)
		out->url = rewritten(self->state, out->url, arena);
	return true;
}

const struct locator_ops locator_rewrite = {rewrite_open, rewrite_find};
