/* SPDX-License-Identifier: MIT */
#include "../../../../src/store/s3/s3_endpoint_priv.h"
#include "../../../lib/table.h"
#include "../../../lib/test.h"

static struct s3_settings read_settings(struct span text, struct arena *arena)
{
	struct s3_settings settings = {.region = "", .regionendpoint = "", .bucket = "", .secure = true};
	const struct {
		const char *name;
		bool *flag;
		const char **text;
	} known[] = {
		{"path", &settings.forcepathstyle, NULL},    {"insecure", &settings.secure, NULL},
		{"dualstack", &settings.usedualstack, NULL}, {"fips", &settings.usefipsendpoint, NULL},
		{"accelerate", &settings.accelerate, NULL},  {"region", NULL, &settings.region},
		{"at", NULL, &settings.regionendpoint},      {"bucket", NULL, &settings.bucket},
	};
	struct span word, name;

	while (span_split(&text, ' ', &word)) {
		bool found = false;

		span_split(&word, '=', &name);
		for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
			if (!span_is(name, known[i].name))
				continue;
			found = true;
			if (known[i].flag)
				*known[i].flag = !*known[i].flag;
			else
				*known[i].text = arena_span(arena, word);
		}
		ck_assert_msg(found, "%.*s is not a setting", SPAN_ARG(name));
	}
	return settings;
}

START_TEST(buckets_are_where_their_settings_say)
{
	struct arena arena;

	arena_init(&arena, (size_t)1 << 20);
	TABLE_EACH("s3/endpoints", 3, cells)
	{
		struct s3_settings settings = read_settings(cells[0], &arena);
		struct s3_endpoint endpoint = s3_endpoint_of(&settings, &arena);

		table_expect(&table, endpoint.base, cells[1]);
		table_expect(&table, endpoint.region, cells[2]);
		ck_assert_int_eq(endpoint.secure, span_starts(cells[1], "https://"));
	}
	arena_release(&arena);
}
END_TEST

TEST_FILE(s3_endpoint, buckets_are_where_their_settings_say)
