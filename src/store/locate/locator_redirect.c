/* SPDX-License-Identifier: MIT */
/* `redirect`: whatever the driver is, clients find the blob's path below a URL. */
#include "locator_priv.h"

#include <string.h>

static bool redirect_open(struct middleware *self, const struct store_middleware_settings *settings, char *reason,
			  size_t size)
{
	size_t len = strlen(settings->base_url);

	(void)reason, (void)size;
	while (len > 0 && settings->base_url[len - 1] == '/')
		len--;
	self->state = arena_span(self->arena, (struct span){settings->base_url, len});
	return true;
}

static bool redirect_locate(const struct middleware *self, const struct middleware_question *question,
			    struct store_location *out, struct arena *arena, struct error *error)
{
	(void)error;
	*out = (struct store_location){
		.place = STORE_PLACE_URL,
		.url = arena_printf(arena, "%s/%s", (const char *)self->state, question->path),
	};
	return true;
}

static void redirect_close(struct middleware *self)
{
	(void)self;
}

const struct middleware_ops middleware_redirect = {redirect_open, redirect_locate, redirect_close};
