/* SPDX-License-Identifier: MIT */
/* The origin of a store's URLs, taken from a URL that the store signs. */
#include <stdio.h>
#include <string.h>

#include "berth/base/url.h"

#include "berth/app/app.h"
#include "store_priv.h"

#define ASKING_MEMORY ((size_t)8 << 20)

static bool verifies(const struct config *config)
{
	const struct config_storage *storage = &config->storage;

	switch (storage->driver) {
	case CONFIG_DRIVER_S3: return !storage->s3.skipverify;
	case CONFIG_DRIVER_AZURE: return !storage->azure.skipverify;
	case CONFIG_DRIVER_SWIFT: return !storage->swift.insecureskipverify;
	default: return true;
	}
}

static bool store_origin_of(const char **out, struct store *store, struct arena *arena, char *reason, size_t size)
{
	const struct store_client client = {.web_server = true};
	struct store_location location;
	struct url url;
	struct digest digest;
	struct error error;

	error_init(&error, arena);
	digest_of(&digest, DIGEST_SHA256, "", 0);
	*out = "";
	if (!store_locate(store, &digest, &client, &location, arena, &error)) {
		(void)snprintf(reason, size, "the store cannot be asked: see above");
		return false;
	}
	if (location.place != STORE_PLACE_URL)
		return true;
	url = url_split(span_of(location.url));
	if (url.path.len > 0)
		*out = arena_span(arena, url.origin);
	else
		(void)snprintf(reason, size, "the store's URLs have no path");
	return url.path.len > 0;
}

bool app_store_origin(const char **out, bool *verify, const struct config *config, struct arena *arena, char *reason,
		      size_t size)
{
	struct store *store = app_open_store(config, reason, size);
	struct arena asking; /* what the store allocates must go before the store */
	bool ok;

	arena_init(&asking, ASKING_MEMORY);
	ok = store && store_origin_of(out, store, &asking, reason, size);
	*out = ok ? arena_strdup(arena, *out) : "";
	arena_release(&asking);
	*verify = verifies(config);
	store_close(store);
	return ok;
}
