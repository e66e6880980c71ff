/* SPDX-License-Identifier: MIT */
/* Storage middlewares from the configuration, and the address ranges that the node's processes share for one of them. */
#include "middleware_priv.h"

#include <stdlib.h>
#include <string.h>

#include "berth/base/arena.h"
#include "berth/base/shared.h"
#include "berth/store/locator.h"

#define NS_PER_S 1000000000
#define CHAIN_MEMORY ((size_t)1 << 20)

struct aws_ranges *app_aws_ranges(void)
{
	static struct aws_ranges *ranges;

	if (!ranges)
		ranges = shared_require(sizeof *ranges, "address ranges");
	return ranges;
}

static bool filters(const struct config_middleware *item)
{
	return item->kind == CONFIG_MIDDLEWARE_CLOUDFRONT && strcmp(item->ipfilteredby, "none") != 0;
}

const struct config_middleware *app_filtering_middleware(const struct config *config)
{
	const struct config_middleware *found = NULL;

	for (size_t i = 0; i < config->middlewares.count; i++)
		if (filters(&config->middlewares.items[i]))
			found = &config->middlewares.items[i];
	return found;
}

void app_share_aws_ranges(const struct config *config)
{
	if (app_filtering_middleware(config))
		(void)app_aws_ranges();
}

static struct locator_settings locator_settings_of(const struct config_middleware *item, const char *prefix)
{
	static const enum locator_kind kinds[] = {
		[CONFIG_MIDDLEWARE_REDIRECT] = LOCATOR_REDIRECT,
		[CONFIG_MIDDLEWARE_CLOUDFRONT] = LOCATOR_CLOUDFRONT,
		[CONFIG_MIDDLEWARE_REWRITE] = LOCATOR_REWRITE,
	};

	return (struct locator_settings){
		.kind = kinds[item->kind],
		.base_url = item->baseurl,
		.key_prefix = prefix,
		.private_key = item->privatekey,
		.key_pair_id = item->keypairid,
		.seconds = (unsigned)(item->duration / NS_PER_S),
		.ranges = filters(item) ? app_aws_ranges() : NULL,
		.scheme = item->scheme,
		.host = item->host,
		.trim_path_prefix = item->trimpathprefix,
	};
}

struct locators *app_open_locators(const struct config *config, char *reason, size_t size)
{
	size_t count = config->middlewares.count;
	const char *root = config->storage.s3.rootdirectory; /* cloudfront stands in front of s3 only */
	struct locator_settings *list;
	struct locators *locators;
	struct arena arena;

	arena_init(&arena, CHAIN_MEMORY);
	list = arena_array(&arena, count, sizeof *list);
	for (size_t i = 0; i < count; i++)
		list[i] =
			locator_settings_of(&config->middlewares.items[i], *root ? arena_printf(&arena, "%s/", root) : "");
	locators = locators_open(list, count, reason, size);
	arena_release(&arena);
	return locators;
}
