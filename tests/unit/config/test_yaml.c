/* SPDX-License-Identifier: MIT */
/* The bounds of the YAML reader. */
#include <time.h>

#include "../../../src/config/yaml_priv.h"
#include "load.h"

static struct arena arena;
static struct config_report report;

static struct node *read_text(struct span text)
{
	arena_init(&arena, LOAD_MEMORY);
	config_report_init(&report, &arena);
	return yaml_read(&arena, text, (struct config_where){"f", 1}, "", &report);
}

static const char *first_error(void)
{
	ck_assert_uint_gt(report.errors, 0);
	return report.items[0].reason;
}

/* `unit` over and over, up to the size of the largest file. */
static struct span filled(const char *unit, char *buffer, size_t size)
{
	size_t len = strlen(unit), used = 0;

	for (; used + len <= size; used += len)
		memcpy(buffer + used, unit, len);
	return (struct span){buffer, used};
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

START_TEST(hostile_files_of_full_size_are_refused_fast)
{
	static const char *const units[] = {"[",        "{",        "[[]",      "- ",    "? ",    "{a: ", "a: {",
					    "!!seq [",  "[\n",      "- - -\n ", "? [",   "\"",    "|\n",  "&a [",
					    ": ",       "a:\n",     "- a\n",    "[a]: ", "*a ",   "&a",   "- *a\n",
					    "- &a\n  ", "<<: *a\n", "? &a\n",   "- !a ", "? <<\n"};
	char *buffer = malloc(LIMIT_CONFIG_FILE);
	double begin;

	ck_assert_ptr_nonnull(buffer);
	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		begin = seconds();
		(void)read_text(filled(units[i], buffer, LIMIT_CONFIG_FILE));
		ck_assert_msg(seconds() - begin < 5, "\"%s\" took %.1f s", units[i], seconds() - begin);
		ck_assert_msg(report.errors > 0, "\"%s\" was read", units[i]);
		arena_release(&arena);
	}
	free(buffer);
}
END_TEST

static const struct node *nested(const char *open, const char *close, int depth)
{
	char text[1024] = "";
	const struct node *root;
	size_t len = 0;

	for (int i = 0; i < depth; i++)
		len += (size_t)snprintf(text + len, sizeof text - len, "%s", open);
	for (int i = 0; i < depth; i++)
		len += (size_t)snprintf(text + len, sizeof text - len, "%s", close);
	root = read_text((struct span){text, len});
	return root;
}

START_TEST(nesting_ends_at_the_limit)
{
	ck_assert_ptr_nonnull(nested("[", "]", LIMIT_CONFIG_DEPTH));
	arena_release(&arena);
	ck_assert_ptr_null(nested("[", "]", LIMIT_CONFIG_DEPTH + 1));
	ck_assert_str_eq(first_error(), "nested more than 32 deep");
	arena_release(&arena);
	ck_assert_ptr_nonnull(nested("{a: ", "}", LIMIT_CONFIG_DEPTH));
	arena_release(&arena);
	ck_assert_ptr_null(nested("{a: ", "}", LIMIT_CONFIG_DEPTH + 1));
	arena_release(&arena);
	ck_assert_ptr_null(nested("- ", "", LIMIT_CONFIG_DEPTH + 1));
	arena_release(&arena);
}
END_TEST

START_TEST(json_is_read_as_it_is)
{
	struct node *root =
		read_text(SPAN_LIT("{\"a\\/b\": null, \"c\": \"\\u00e9\\t\\\"\", \"d\": [1, true, \"null\", {}]}"));
	struct node *list;

	ck_assert_ptr_nonnull(root);
	ck_assert_int_eq(node_get(root, SPAN_LIT("a/b"))->kind, NODE_NULL);
	ck_assert_str_eq(node_get(root, SPAN_LIT("c"))->text, "\xc3\xa9\t\"");
	list = node_get(root, SPAN_LIT("d"));
	ck_assert_uint_eq(list->count, 4);
	ck_assert_str_eq(node_at(list, 1)->text, "true");
	ck_assert_int_eq(node_at(list, 2)->kind, NODE_SCALAR);
	ck_assert_int_eq(node_at(list, 3)->kind, NODE_MAP);
	arena_release(&arena);
}
END_TEST

START_TEST(a_mapping_keeps_the_line_of_each_key)
{
	struct node *root = read_text(SPAN_LIT("# c\na:\n  - x\n\n  -\n    y: 1\nb: >\n  z\n"));
	struct node *list = node_get(root, SPAN_LIT("a"));

	ck_assert_uint_eq(list->where.line, 2);
	ck_assert_uint_eq(node_at(list, 0)->where.line, 3);
	ck_assert_uint_eq(node_get(node_at(list, 1), SPAN_LIT("y"))->where.line, 6);
	ck_assert_uint_eq(node_get(root, SPAN_LIT("b"))->where.line, 7);
	arena_release(&arena);
}
END_TEST

START_TEST(reading_goes_on_behind_a_duplicate_key)
{
	struct node *root = read_text(SPAN_LIT("a: 1\na: {b: 1, b: 2}\nc: 3\n"));

	ck_assert_ptr_nonnull(root);
	ck_assert_uint_eq(report.errors, 2);
	ck_assert_str_eq(report.items[0].key, "a");
	ck_assert_str_eq(report.items[1].key, "a.b");
	ck_assert_uint_eq(root->count, 2);
	ck_assert_str_eq(node_get(root, SPAN_LIT("a"))->text, "1");
	ck_assert_str_eq(node_get(root, SPAN_LIT("c"))->text, "3");
	arena_release(&arena);
}
END_TEST

START_TEST(a_mapping_takes_so_many_keys_and_no_more)
{
	char text[16 * (LIMIT_CONFIG_KEYS + 1)];
	size_t len = 0;

	for (size_t i = 0; i < LIMIT_CONFIG_KEYS; i++)
		len += (size_t)snprintf(text + len, sizeof text - len, "k%zu: 1\n", i);
	ck_assert_ptr_nonnull(read_text((struct span){text, len}));
	ck_assert_uint_eq(report.errors, 0);
	arena_release(&arena);
	len += (size_t)snprintf(text + len, sizeof text - len, "last: 1\n");
	ck_assert_ptr_null(read_text((struct span){text, len}));
	ck_assert_str_eq(first_error(), "more than 1024 keys in one mapping");
	ck_assert_str_eq(report.items[0].key, "last");
	arena_release(&arena);
}
END_TEST

START_TEST(null_that_is_quoted_or_tagged_is_a_text)
{
	struct node *root = read_text(SPAN_LIT("[null, 'null', !!str null, ~, '~', '']"));

	for (size_t i = 0; i < 6; i++)
		ck_assert_int_eq(node_at(root, i)->kind, i % 3 == 0 ? NODE_NULL : NODE_SCALAR);
	arena_release(&arena);
}
END_TEST

/* Each line names the one before nine times: a thousand million values, were they written out. */
START_TEST(a_few_lines_do_not_become_a_tree_beyond_the_limit)
{
	char text[4096];
	size_t len = (size_t)snprintf(text, sizeof text, "x0: &a0 [lol]\n");
	double begin = seconds();

	for (int i = 1; i < 10; i++) {
		len += (size_t)snprintf(text + len, sizeof text - len, "x%d: &a%d {", i, i);
		for (char key = 'a'; key <= 'i'; key++)
			len += (size_t)snprintf(text + len, sizeof text - len, "%c: *a%d, ", key, i - 1);
		len += (size_t)snprintf(text + len, sizeof text - len, "}\n");
	}
	ck_assert_ptr_null(read_text((struct span){text, len}));
	ck_assert_str_eq(first_error(), "more than 65536 values");
	ck_assert_msg(seconds() - begin < 5, "took %.1f s", seconds() - begin);
	arena_release(&arena);
}
END_TEST

START_TEST(nesting_by_aliases_ends_at_the_limit)
{
	char text[4096];
	size_t len = (size_t)snprintf(text, sizeof text, "- &a0 [x]\n");

	for (int i = 1; i < LIMIT_CONFIG_DEPTH; i++)
		len += (size_t)snprintf(text + len, sizeof text - len, "- &a%d [*a%d]\n", i, i - 1);
	ck_assert_ptr_null(read_text((struct span){text, len}));
	ck_assert_str_eq(first_error(), "nested more than 32 deep");
	arena_release(&arena);
}
END_TEST

/* The most anchors that a file may have, each alias looking for the first of them. */
START_TEST(many_anchors_and_aliases_are_read_fast)
{
	char *text = malloc(LIMIT_CONFIG_FILE);
	double begin = seconds();
	size_t len = 0;

	ck_assert_ptr_nonnull(text);
	for (size_t i = 0; i < LIMIT_CONFIG_ANCHORS; i++)
		len += (size_t)snprintf(text + len, LIMIT_CONFIG_FILE - len, "- &a%zu x\n", i);
	for (size_t i = 0; i < LIMIT_CONFIG_NODES / 2; i++)
		len += (size_t)snprintf(text + len, LIMIT_CONFIG_FILE - len, "- *a0\n");
	ck_assert_ptr_nonnull(read_text((struct span){text, len}));
	ck_assert_uint_eq(report.errors, 0);
	ck_assert_msg(seconds() - begin < 5, "took %.1f s", seconds() - begin);
	arena_release(&arena);
	len += (size_t)snprintf(text + len, LIMIT_CONFIG_FILE - len, "- &last x\n");
	(void)read_text((struct span){text, len});
	ck_assert_str_eq(first_error(), "more than 1024 anchors");
	arena_release(&arena);
	free(text);
}
END_TEST

START_TEST(a_merge_takes_no_more_keys_than_a_mapping_may_have)
{
	char text[32 * (LIMIT_CONFIG_KEYS + 1)];
	size_t len = (size_t)snprintf(text, sizeof text, "a: &a\n");

	for (size_t i = 0; i < LIMIT_CONFIG_KEYS; i++)
		len += (size_t)snprintf(text + len, sizeof text - len, "  k%zu: 1\n", i);
	len += (size_t)snprintf(text + len, sizeof text - len, "b:\n  other: 1\n  <<: *a\n");
	ck_assert_ptr_null(read_text((struct span){text, len}));
	ck_assert_str_eq(first_error(), "more than 1024 keys in one mapping");
	arena_release(&arena);
}
END_TEST

START_TEST(what_an_alias_copies_is_a_tree_of_its_own)
{
	struct node *root = read_text(SPAN_LIT("a: &a {b: {c: 1}}\nd: *a\ne: {<<: *a}\n"));
	struct node *first = node_get(node_get(node_get(root, SPAN_LIT("a")), SPAN_LIT("b")), SPAN_LIT("c"));

	ck_assert_uint_eq(report.errors, 0);
	for (const char *key = "de"; *key; key++) {
		struct node *copy = node_get(root, (struct span){key, 1});
		struct node *last = node_get(node_get(copy, SPAN_LIT("b")), SPAN_LIT("c"));

		ck_assert_ptr_ne(last, first);
		ck_assert_str_eq(last->text, "1");
		ck_assert_uint_eq(last->where.line, 1);
		ck_assert_uint_eq(copy->where.line, *key == 'd' ? 2 : 3);
	}
	arena_release(&arena);
}
END_TEST

/* Windows editors write them. */
START_TEST(a_byte_order_mark_is_skipped_and_says_the_encoding)
{
	static const char utf16le[] = "\xff\xfe"
				      "a\0:\0 \0b\0\n\0c\0:\0 \0d\0\n";
	static const char utf16be[] = "\xfe\xff"
				      "\0a\0:\0 \0b\0\n\0c\0:\0 \0d\0\n";
	const struct span texts[] = {SPAN_LIT("\xef\xbb\xbf"
					      "a: b\nc: d\n"),
				     SPAN_LIT("\xef\xbb\xbf---\r\na: b\r\nc: d\r\n"),
				     {utf16le, sizeof utf16le},
				     {utf16be, sizeof utf16be - 1}};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct node *root = read_text(texts[i]);

		ck_assert_msg(root && report.errors == 0, "text %zu: %s", i, report.errors ? first_error() : "no tree");
		ck_assert_str_eq(node_get(root, SPAN_LIT("a"))->text, "b");
		ck_assert_str_eq(node_get(root, SPAN_LIT("c"))->text, "d");
		arena_release(&arena);
	}
}
END_TEST

START_TEST(nothing_at_all_is_nothing)
{
	static const char *const texts[] = {"", "# only a comment\n", "---\n", "\xef\xbb\xbf", "~"};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct node *root = read_text(span_of(texts[i]));

		ck_assert_msg(root && root->kind == NODE_NULL, "\"%s\"", texts[i]);
		ck_assert_uint_eq(report.errors, 0);
		arena_release(&arena);
	}
}
END_TEST

TEST_FILE(yaml, hostile_files_of_full_size_are_refused_fast, nesting_ends_at_the_limit, json_is_read_as_it_is,
	  a_mapping_keeps_the_line_of_each_key, a_mapping_takes_so_many_keys_and_no_more,
	  null_that_is_quoted_or_tagged_is_a_text, reading_goes_on_behind_a_duplicate_key, nothing_at_all_is_nothing,
	  a_few_lines_do_not_become_a_tree_beyond_the_limit, nesting_by_aliases_ends_at_the_limit,
	  many_anchors_and_aliases_are_read_fast, a_merge_takes_no_more_keys_than_a_mapping_may_have,
	  what_an_alias_copies_is_a_tree_of_its_own, a_byte_order_mark_is_skipped_and_says_the_encoding)
