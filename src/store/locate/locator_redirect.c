/* SPDX-License-Identifier: MIT */
/* `redirect`: clients find the blob's path below a URL, whatever the store is. */
#include "locator_priv.h"

#include <string.h>

static bool redirect_open(struct locator *self, const struct locator_settings *settings, char *reason, size_t size)
{
	size_t len = strlen(settings->base_url);

	(void)reason, (void)size;
	while (len > 0 && settings->base_url[len - 1] == '/')
		len--;
	self->state = arena_span(self->arena, (struct span){settings->base_url, len});
	return true;
}

static bool redirect_find(const struct locator *self, const struct locator_query *query, struct store_location *out,
			  struct arena *arena, struct error *error)
{
	(void)error;
	*out = (struct store_location){
		.place = STORE_PLACE_URL,
		.url = arena_printf(arena, "%s/%s", (const char *)self->state, query->path),
	};
	return true;
}

const struct locator_ops locator_redirect = {redirect_open, redirect_find};
