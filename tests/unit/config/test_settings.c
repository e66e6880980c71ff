/* SPDX-License-Identifier: MIT */
/* The settings table holds together: what a careless row would break. */
#include "../../../src/config/settings_priv.h"
#include "../../../src/config/value_priv.h"
#include "load.h"

static const struct setting *parent_of(const struct setting *row)
{
	for (size_t i = 0; i < settings_count; i++)
		if (setting_is_below(row, &settings[i]))
			return &settings[i];
	return NULL;
}

START_TEST(every_row_stands_behind_its_group)
{
	for (size_t i = 0; i < settings_count; i++) {
		const struct setting *parent = parent_of(&settings[i]);
		bool at_top = setting_leaf(&settings[i]) == settings[i].path;

		ck_assert_msg(at_top || parent, "%s has no group", settings[i].path);
		ck_assert_msg(at_top || parent < &settings[i], "%s stands before its group", settings[i].path);
		ck_assert_msg(at_top || setting_is_group(parent) || setting_has_items(parent), "%s is in no group",
			      settings[i].path);
	}
}
END_TEST

START_TEST(no_name_stands_for_two_rows)
{
	for (size_t i = 0; i < settings_count; i++) {
		const struct setting *parent = parent_of(&settings[i]);
		struct span others = span_of(settings[i].other), other;

		ck_assert_ptr_eq(settings_find(settings[i].path), &settings[i]);
		ck_assert_ptr_eq(settings_child(parent, span_of(setting_leaf(&settings[i]))), &settings[i]);
		while (span_split(&others, ' ', &other))
			if (other.len > 0 && !span_starts(other, "env:"))
				ck_assert_msg(settings_child(parent, other) == &settings[i], "%.*s", SPAN_ARG(other));
	}
}
END_TEST

START_TEST(every_default_is_a_value_of_its_setting)
{
	struct arena arena;
	struct value value;
	const char *why;

	arena_init(&arena, LOAD_MEMORY);
	for (size_t i = 0; i < settings_count; i++) {
		const struct setting *row = &settings[i];

		if (row->type >= SETTING_BOOL && row->type <= SETTING_SECRET)
			ck_assert_msg(value_parse(&value, row, "", &arena, &why), "%s: %s", row->path, why);
		else if (row->type != SETTING_ONEOF)
			ck_assert_str_eq(row->fallback, "");
	}
	arena_release(&arena);
}
END_TEST

START_TEST(every_row_has_help_and_words_where_it_needs_them)
{
	for (size_t i = 0; i < settings_count; i++) {
		const struct setting *row = &settings[i];

		ck_assert_msg(row->help[0] != '\0', "%s has no help", row->path);
		if (row->type == SETTING_WORD || row->type == SETTING_CHOICE || row->type == SETTING_ONEOF)
			ck_assert_msg(row->allowed[0] != '\0', "%s allows nothing", row->path);
	}
}
END_TEST

START_TEST(variables_find_rows_by_either_name)
{
	static const struct {
		const char *variable, *path;
	} cases[] = {
		{"NOTIFICATIONS", "notifications"},
		{"rate_limiter", "rate_limiter"},
		{"RATELIMITER", "rate_limiter"},
		{"HTTP_ADDR", "http"},
		{"HTTPS", NULL},
		{"HTT", NULL},
		{"", NULL},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct span rest = span_of(cases[i].variable);
		const struct setting *row = settings_child_env(NULL, &rest);

		ck_assert_ptr_eq(row, cases[i].path ? settings_find(cases[i].path) : NULL);
		if (i == 3)
			ck_assert(span_is(rest, "ADDR"));
	}
}
END_TEST

START_TEST(the_longest_name_wins_in_a_variable)
{
	struct span rest = SPAN_LIT("CREDENTIALS_TYPE"), other = SPAN_LIT("CREDENTIALS_SECRET");
	const struct setting *azure = settings_find("storage.azure");

	ck_assert_str_eq(settings_child_env(azure, &rest)->path, "storage.azure.credentials_type");
	ck_assert_uint_eq(rest.len, 0);
	ck_assert_str_eq(settings_child_env(azure, &other)->path, "storage.azure.credentials");
	ck_assert(span_is(other, "SECRET"));
}
END_TEST

START_TEST(durations_are_gos)
{
	TABLE_EACH("config/durations", 3, cells)
	{
		struct arena arena;
		char number[32] = "-";
		int64_t duration;
		bool good = value_duration(&duration, cells[0]);

		arena_init(&arena, LOAD_MEMORY);
		if (good)
			(void)snprintf(number, sizeof number, "%lld", (long long)duration);
		table_expect(&table, number, cells[1]);
		table_expect(&table, good ? value_duration_text(duration, &arena) : "-", cells[2]);
		arena_release(&arena);
	}
}
END_TEST

TEST_FILE(settings, every_row_stands_behind_its_group, no_name_stands_for_two_rows, every_default_is_a_value_of_its_setting,
	  every_row_has_help_and_words_where_it_needs_them, variables_find_rows_by_either_name,
	  the_longest_name_wins_in_a_variable, durations_are_gos)
