/* SPDX-License-Identifier: MIT */
#include "berth/store/aws_ranges.h"

#include "../../../lib/table.h"
#include "../../../lib/test.h"
#include "../../http/loopback.h"

#define MEMORY ((size_t)64 << 20)

static struct aws_ranges ranges; /* zeroed for each test: Check forks */
static struct arena arena;

#define FILE_TEXT                                                                                             \
	"{\n \"syncToken\": \"1700000000\", \"createDate\": \"2026-11-01-00-00-00\",\n \"prefixes\": [\n"     \
	"  {\"ip_prefix\": \"3.5.140.0/22\", \"region\": \"ap-northeast-2\", \"service\": \"AMAZON\"},\n"     \
	"  {\"ip_prefix\": \"3.5.144.0/23\", \"region\": \"us-west-2\", \"service\": \"S3\"},\n"              \
	"  {\"ip_prefix\": \"3.5.144.0/24\", \"region\": \"us-west-2\", \"service\": \"EC2\"},\n"             \
	"  {\"ip_prefix\": \"52.94.76.7/32\", \"region\": \"us-west-2\", \"service\": \"AMAZON\"},\n"         \
	"  {\"region\": \"eu-west-1\", \"ip_prefix\": \"13.34.0.0/16\", \"service\": \"AMAZON\"}\n ],\n"      \
	" \"ipv6_prefixes\": [\n"                                                                             \
	"  {\"ipv6_prefix\": \"2600:1ff0:4000::/36\", \"region\": \"us-west-2\", \"service\": \"AMAZON\"},\n" \
	"  {\"ipv6_prefix\": \"2a05:d07a:a000::/40\", \"region\": \"eu-south-1\", \"service\": \"S3\"}\n ]\n}\n"

static void load(const char *regions)
{
	const char *reason = "";

	arena_init(&arena, MEMORY);
	ck_assert_msg(aws_ranges_load(&ranges, SPAN_LIT(FILE_TEXT), regions, &arena, &reason), "%s", reason);
	arena_release(&arena);
}

/* regions, address, yes or no */
START_TEST(addresses_are_found_as_the_table_says)
{
	TABLE_EACH("aws_ranges", 3, cells)
	{
		char *regions = strndup(cells[0].ptr, cells[0].len), *address = strndup(cells[1].ptr, cells[1].len);

		load(strcmp(regions, "all") == 0 ? "" : regions);
		table_expect(&table, aws_ranges_contain(&ranges, address) ? "yes" : "no", cells[2]);
		free(regions);
		free(address);
	}
}
END_TEST

START_TEST(neighbours_and_repetitions_become_one_range)
{
	load("");
	/* 3.5.140.0/22 ends where 3.5.144.0/23 begins, which holds 3.5.144.0/24 */
	ck_assert_uint_eq(ranges.count, 5);
}
END_TEST

START_TEST(nothing_is_in_ranges_that_were_never_loaded)
{
	ck_assert(!aws_ranges_contain(&ranges, "3.5.140.1"));
	ck_assert(!aws_ranges_contain(&ranges, NULL));
}
END_TEST

START_TEST(a_bad_file_changes_nothing)
{
	static const char *const bad[] = {
		"",
		"{}",
		"<html>",
		"{\"prefixes\": [{\"ip_prefix\": \"3.5.140.0/33\", \"region\": \"x\"}]}",
		"{\"prefixes\": [{\"ip_prefix\": \"3.5.140.0\", \"region\": \"x\"}]}",
		"{\"prefixes\": [{\"ip_prefix\": \"all/8\", \"region\": \"x\"}]}",
		"{\"prefixes\": [{\"ip_prefix\": \"10.0.0.0/8\", \"region\": \"x\"}",
		"{\"ipv6_prefixes\": [{\"ipv6_prefix\": \"2600::/129\"}]}",
	};

	load("");
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		const char *reason = NULL;

		arena_init(&arena, MEMORY);
		ck_assert_msg(!aws_ranges_load(&ranges, span_of(bad[i]), "", &arena, &reason), "%s", bad[i]);
		ck_assert_ptr_nonnull(reason);
		arena_release(&arena);
		ck_assert(aws_ranges_contain(&ranges, "3.5.140.1"));
	}
}
END_TEST

START_TEST(a_writer_that_died_holds_nobody_up)
{
	load("");
	atomic_fetch_add(&ranges.sequence, 1);
	ck_assert(!aws_ranges_contain(&ranges, "3.5.140.1"));
	load("");
	ck_assert(aws_ranges_contain(&ranges, "3.5.140.1"));
}
END_TEST

START_TEST(a_text_with_escapes_is_passed_over)
{
	static const char text[] =
		"{\"create\\\"Date}\": \"x\\\\\", \"prefixes\": [{\"region\": \"a\\\"}b\", \"ip_prefix\": "
		"\"10.0.0.0/8\"}]}";
	const char *reason = "";

	arena_init(&arena, MEMORY);
	ck_assert_msg(aws_ranges_load(&ranges, span_of(text), "", &arena, &reason), "%s", reason);
	ck_assert(aws_ranges_contain(&ranges, "10.1.2.3"));
	arena_release(&arena);
}
END_TEST

START_TEST(the_file_is_fetched_and_stays_when_it_cannot_be)
{
	static const struct loopback_answer script[] = {
		{"HTTP/1.1 200 OK\r\nContent-Length: 70\r\n\r\n"
		 "{\"prefixes\": [{\"ip_prefix\": \"10.0.0.0/8\", \"region\": \"eu-central-1\"}]}\n",
		 AFTER_KEEP},
		{"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", AFTER_KEEP},
		{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", AFTER_KEEP},
	};
	struct loopback server = loopback_start(script, 3);
	char url[64];

	(void)snprintf(url, sizeof url, "http://127.0.0.1:%d/ip-ranges.json", server.port);
	ck_assert(aws_ranges_fetch(&ranges, url, "eu-central-1"));
	ck_assert(aws_ranges_contain(&ranges, "10.9.8.7"));
	ck_assert(!aws_ranges_fetch(&ranges, url, ""));
	ck_assert(!aws_ranges_fetch(&ranges, url, ""));
	ck_assert(aws_ranges_contain(&ranges, "10.9.8.7"));
	ck_assert_ptr_nonnull(strstr(server.record->seen[0].text, "GET /ip-ranges.json "));
	loopback_stop(&server);
}
END_TEST

TEST_FILE(aws_ranges, addresses_are_found_as_the_table_says, neighbours_and_repetitions_become_one_range,
	  nothing_is_in_ranges_that_were_never_loaded, a_bad_file_changes_nothing, a_writer_that_died_holds_nobody_up,
	  a_text_with_escapes_is_passed_over, the_file_is_fetched_and_stays_when_it_cannot_be)
