/* SPDX-License-Identifier: MIT */
/* Amazon's address ranges: read from Amazon's file, kept in shared memory, found by binary search. */
#include "berth/store/aws_ranges.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "berth/base/json_read.h"
#include "berth/base/log.h"
#include "berth/http/client.h"

#define READ_TRIES 100

static uint64_t big_endian(const unsigned char *bytes)
{
	uint64_t value = 0;

	for (size_t i = 0; i < 8; i++)
		value = value << 8 | bytes[i];
	return value;
}

/* Parses an address of either family into the IPv6 form. *offset is the bit at which the address begins: 96 for IPv4. */
static bool parse_address(struct aws_address *out, unsigned *offset, const char *text)
{
	unsigned char bytes[16] = {[10] = 0xff, [11] = 0xff};

	*offset = inet_pton(AF_INET, text, bytes + 12) == 1 ? 96 : 0;
	if (*offset == 0 && inet_pton(AF_INET6, text, bytes) != 1)
		return false;
	*out = (struct aws_address){big_endian(bytes), big_endian(bytes + 8)};
	return true;
}

static int compare_addresses(struct aws_address a, struct aws_address b)
{
	if (a.high != b.high)
		return a.high < b.high ? -1 : 1;
	return a.low == b.low ? 0 : a.low < b.low ? -1 : 1;
}

/* ---- searching ---- */

static struct aws_address load_first(const struct aws_shared_range *range)
{
	return (struct aws_address){atomic_load_explicit(&range->first_high, memory_order_relaxed),
				    atomic_load_explicit(&range->first_low, memory_order_relaxed)};
}

static struct aws_address load_last(const struct aws_shared_range *range)
{
	return (struct aws_address){atomic_load_explicit(&range->last_high, memory_order_relaxed),
				    atomic_load_explicit(&range->last_low, memory_order_relaxed)};
}

static bool search(const struct aws_ranges *ranges, uint32_t count, struct aws_address address)
{
	uint32_t low = 0, high = count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (compare_addresses(load_last(&ranges->items[middle]), address) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && compare_addresses(load_first(&ranges->items[low]), address) <= 0;
}

/*
 * A reader never waits for a writer, which may have died in the middle of its work. If every try meets a half-written table, the
 * client counts as outside of all ranges.
 */
bool aws_ranges_contain(const struct aws_ranges *ranges, const char *address)
{
	struct aws_address wanted;
	unsigned offset;

	if (!address || !parse_address(&wanted, &offset, address))
		return false;
	for (int i = 0; i < READ_TRIES; i++) {
		uint32_t before = atomic_load_explicit(&ranges->sequence, memory_order_acquire);
		uint32_t count = atomic_load_explicit(&ranges->count, memory_order_relaxed);
		bool found = count <= AWS_RANGES_MAX && search(ranges, count, wanted);

		atomic_thread_fence(memory_order_acquire);
		if (before % 2 == 0 && before == atomic_load_explicit(&ranges->sequence, memory_order_relaxed))
			return found;
	}
	return false;
}

/* ---- reading the file ---- */

static bool listed(const char *regions, struct span region)
{
	struct span rest = span_of(regions), one;

	if (rest.len == 0)
		return true;
	while (span_split(&rest, ',', &one)) {
		one = span_trim(one);
		if (one.len == region.len && one.len > 0 && strncasecmp(one.ptr, region.ptr, one.len) == 0)
			return true;
	}
	return false;
}

static bool parse_range(struct aws_range *out, struct span prefix, struct arena *arena)
{
	struct span rest = prefix, host, length;
	struct aws_address mask;
	unsigned offset;
	uint64_t bits;

	if (!span_split(&rest, '/', &host) || !span_split(&rest, '/', &length) || !span_to_u64(length, &bits) ||
	    !parse_address(&out->first, &offset, arena_span(arena, host)) || bits > 128 - offset)
		return false;
	bits += offset;
	mask.high = bits >= 64 ? UINT64_MAX : bits == 0 ? 0 : UINT64_MAX << (64 - bits);
	mask.low = bits <= 64 ? 0 : bits == 128 ? UINT64_MAX : UINT64_MAX << (128 - bits);
	out->first = (struct aws_address){out->first.high & mask.high, out->first.low & mask.low};
	out->last = (struct aws_address){out->first.high | ~mask.high, out->first.low | ~mask.low};
	return true;
}

static int by_first(const void *a, const void *b)
{
	return compare_addresses(((const struct aws_range *)a)->first, ((const struct aws_range *)b)->first);
}

static struct aws_address after(struct aws_address address)
{
	address.low++;
	address.high += address.low == 0;
	return address;
}

/* Sorts the ranges, and merges those that overlap or touch. Returns how many are left. */
static size_t merge_ranges(struct aws_range *items, size_t count)
{
	size_t kept = 0;

	qsort(items, count, sizeof *items, by_first);
	for (size_t i = 1; i < count; i++) {
		if (compare_addresses(items[i].first, after(items[kept].last)) > 0)
			items[++kept] = items[i];
		else if (compare_addresses(items[i].last, items[kept].last) > 0)
			items[kept].last = items[i].last;
	}
	return count ? kept + 1 : 0;
}

/* Adds the ranges of `list`, of IPv4 or IPv6. Counts in *bad the prefixes that are not address ranges. */
static size_t collect_ranges(struct aws_range *items, const struct json *list, const char *name, const char *regions,
			     struct arena *arena, size_t *bad)
{
	size_t count = 0;

	for (const struct json *entry = json_first(list); entry; entry = entry->next) {
		struct span prefix = json_as_span(json_get(entry, name));

		if (prefix.len == 0 || !listed(regions, json_as_span(json_get(entry, "region"))))
			continue;
		if (parse_range(&items[count], prefix, arena))
			count++;
		else
			++*bad;
	}
	return count;
}

static void publish_ranges(struct aws_ranges *ranges, const struct aws_range *items, size_t count)
{
	uint32_t sequence = atomic_load_explicit(&ranges->sequence, memory_order_relaxed) | 1;

	atomic_store_explicit(&ranges->sequence, sequence, memory_order_relaxed);
	atomic_thread_fence(memory_order_release);
	for (size_t i = 0; i < count; i++) {
		atomic_store_explicit(&ranges->items[i].first_high, items[i].first.high, memory_order_relaxed);
		atomic_store_explicit(&ranges->items[i].first_low, items[i].first.low, memory_order_relaxed);
		atomic_store_explicit(&ranges->items[i].last_high, items[i].last.high, memory_order_relaxed);
		atomic_store_explicit(&ranges->items[i].last_low, items[i].last.low, memory_order_relaxed);
	}
	atomic_store_explicit(&ranges->count, (uint32_t)count, memory_order_relaxed);
	atomic_store_explicit(&ranges->sequence, sequence + 1, memory_order_release);
}

bool aws_ranges_load(struct aws_ranges *ranges, struct span text, const char *regions, struct arena *arena,
		     const char **reason)
{
	const struct json *root, *four, *six;
	struct json_fault fault;
	struct aws_range *items;
	size_t count, bad = 0;

	root = json_read(arena, text, &fault);
	if (!root) {
		*reason = fault.reason;
		return false;
	}
	four = json_get(root, "prefixes");
	six = json_get(root, "ipv6_prefixes");
	items = arena_array(arena, json_count(four) + json_count(six) + 1, sizeof *items);
	count = collect_ranges(items, four, "ip_prefix", regions, arena, &bad);
	count += collect_ranges(items + count, six, "ipv6_prefix", regions, arena, &bad);
	*reason = bad ? "a prefix is not an address range" : count == 0 ? "no range in the file" : NULL;
	count = merge_ranges(items, count);
	if (count > AWS_RANGES_MAX)
		*reason = "more ranges than expected";
	if (!*reason)
		publish_ranges(ranges, items, count);
	return !*reason;
}

#define FETCH_MEMORY ((size_t)128 << 20)

bool aws_ranges_fetch(struct aws_ranges *ranges, const char *url, const char *regions)
{
	struct http_client *client = http_client_new(&(struct http_client_settings){.user_agent = "berth"});
	struct http_exchange x = {.method = "GET", .url = url, .repeatable = true, .keep = AWS_RANGES_BYTES_MAX};
	const char *reason = "out of memory";
	struct arena arena;
	bool ok = false;

	arena_init(&arena, FETCH_MEMORY);
	if (client && !http_client_run(client, &x, &arena))
		reason = x.failure;
	else if (client && x.status != 200)
		reason = arena_printf(&arena, "status %d", x.status);
	else if (client)
		ok = aws_ranges_load(ranges, x.answer, regions, &arena, &reason);
	if (ok)
		log_info("cloudfront: %u address ranges of %s", (unsigned)atomic_load(&ranges->count), url);
	else
		log_warn("cloudfront: %s: %s: the ranges stay as they are", url, reason);
	http_client_free(client);
	arena_release(&arena);
	return ok;
}
