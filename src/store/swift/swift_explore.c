/* SPDX-License-Identifier: MIT */
/* What is asked once a token is there: the container, the cluster's powers, the key of temporary URLs. */
#include "swift_explore_priv.h"

#include <string.h>

#include "berth/base/log.h"
#include "berth/base/url.h"
#include "swift_tempurl_priv.h"

#define OBJECT_MAX ((uint64_t)5 << 30) /* Swift's default, less what it adds for headers */
#define MANIFEST_MAX 1000
#define PAGE 1000        /* some 300 KiB */
#define DYNAMIC_MAX 9999 /* segments of a dynamic manifest: of more Swift does not tell the size */

static bool find_container(struct swift *swift, struct http_exchange *answer, struct arena *arena, struct error *error)
{
	struct http_exchange make = swift_exchange(swift, "PUT", "", "", arena);

	*answer = swift_exchange(swift, "HEAD", "", "", arena);
	if (!service_run_plain(answer, arena, error))
		return false;
	if (service_fine(answer))
		return true;
	if (answer->status != 404)
		return service_refused(answer, error);
	if (!service_run_plain(&make, arena, error))
		return false;
	if (!service_fine(&make))
		return service_refused(&make, error);
	log_info("storage: swift: container %s made", swift->settings.container);
	return true;
}

/* `/info` stands beside the version of the storage URL: http://host/v1/AUTH_x, http://host/swift/v1/AUTH_x. */
static const char *info_url(const struct swift *swift, struct arena *arena)
{
	struct span url = span_of(swift->access.storage_url);
	size_t begin = (size_t)(url_split(url).authority.ptr - url.ptr);

	for (int parts = 2; parts > 0 && url.len > begin; url.len--)
		if (url.ptr[url.len - 1] == '/')
			parts--;
	return arena_printf(arena, "%.*s/info", SPAN_ARG(url));
}

static bool lists(const struct json *array, const char *word)
{
	for (const struct json *item = json_first(array); item; item = item->next)
		if (span_is(json_as_span(item), word))
			return true;
	return false;
}

/* Keys of containers came with 2.3. A version that cannot be read is taken for newer. */
static bool has_container_keys(const char *version)
{
	struct span rest = span_of(version), major, minor;
	uint64_t number[2];

	if (!span_split(&rest, '.', &major) || !span_split(&rest, '.', &minor) || !span_to_u64(major, &number[0]) ||
	    !span_to_u64(minor, &number[1]))
		return true;
	return number[0] > 2 || (number[0] == 2 && number[1] >= 3);
}

void swift_read_info(struct swift_powers *out, const struct json *info)
{
	const struct json *swift = json_get(info, "swift"), *slo = json_get(info, "slo");
	const struct json *tempurl = json_get(info, "tempurl");
	const struct json *digests = json_get(tempurl, "allowed_digests");

	out->slo = slo != NULL;
	out->manifest_max = swift_number(slo, "max_manifest_segments", MANIFEST_MAX);
	out->object_max = swift_number(swift, "max_file_size", OBJECT_MAX);
	out->page = swift_number(swift, "container_listing_limit", PAGE);
	if (out->page > PAGE)
		out->page = PAGE;
	out->container_key = has_container_keys(swift_text(swift, "version"));
	out->tempurl = lists(json_get(tempurl, "methods"), "GET");
	out->digest = lists(digests, "sha256") ? HASH_SHA256 : lists(digests, "sha512") ? HASH_SHA512 : HASH_SHA1;
}

/* A cluster that keeps its powers to itself: what the settings say, and what every Swift can. */
static void assume(struct swift *swift)
{
	struct swift_powers *powers = &swift->powers;

	*powers = (struct swift_powers){
		.object_max = OBJECT_MAX,
		.page = PAGE,
		.container_key = swift->settings.tempurlcontainerkey,
		.digest = HASH_SHA1,
	};
	for (size_t i = 0; i < swift->settings.tempurlmethods.count; i++)
		powers->tempurl |= strcmp(swift->settings.tempurlmethods.items[i], "GET") == 0;
}

static bool ask_powers(struct swift *swift, struct arena *arena, struct error *error)
{
	struct http_exchange exchange = swift_exchange(swift, "GET", "/info", "", arena);
	const struct json *info;

	exchange.prepare = NULL; /* no token: it is public */
	exchange.url = info_url(swift, arena);
	if (!service_run_plain(&exchange, arena, error))
		return false;
	if (exchange.status >= 500 || exchange.status == 429)
		return service_refused(&exchange, error);
	info = service_fine(&exchange) ? json_read(arena, exchange.answer, NULL) : NULL;
	if (info)
		swift_read_info(&swift->powers, info);
	else
		assume(swift);
	return true;
}

static void set_limits(struct swift *swift)
{
	struct object_limits *limits = &swift->service.base.limits;
	const struct swift_powers *powers = &swift->powers;

	limits->parts_max = powers->slo && powers->manifest_max < DYNAMIC_MAX ? (unsigned)powers->manifest_max
									      : DYNAMIC_MAX;
	limits->part_max = powers->object_max;
	if (limits->part_size > powers->object_max)
		limits->part_size = powers->object_max;
}

bool swift_explore(struct service *service, struct arena *arena, struct error *error)
{
	struct swift *swift = (struct swift *)service;
	struct http_exchange container;

	if (swift->known)
		return true;
	if (!find_container(swift, &container, arena, error) || !ask_powers(swift, arena, error))
		return false;
	if (swift->powers.tempurl && !swift_learn_key(swift, &container, arena, error))
		return false;
	set_limits(swift);
	swift->known = true;
	return true;
}
