/* SPDX-License-Identifier: MIT */
/* REGISTRY_* variables on top of a file. */
#include "load.h"

/* One variable a line. */
static void split_lines(char *text, char **environment)
{
	size_t count = 0;
	char *rest = text;

	while (rest) {
		ck_assert_uint_lt(count, LOAD_VARIABLES - 1);
		environment[count++] = strsep(&rest, "\n");
	}
	environment[count] = NULL;
}

static const char *all_messages(struct loaded *loaded)
{
	const char *errors = messages(loaded, true), *warnings = messages(loaded, false);

	return arena_printf(&loaded->arena, "%s%s%s", errors, *errors && *warnings ? " | " : "", warnings);
}

START_TEST(variables_override_the_file)
{
	TABLE_EACH("config/env", 4, cells)
	{
		char text[4096], *environment[LOAD_VARIABLES];
		struct loaded l;

		(void)snprintf(text, sizeof text, "%.*s", SPAN_ARG(cells[1]));
		split_lines(text, environment);
		load_rest(&l, "", cells[0], environment);
		if (span_is(cells[2], "!")) {
			table_expect(&table, all_messages(&l), cells[3]);
		} else {
			ck_assert_msg(l.config != NULL, "%s:%d: %s", table.path, table.number, messages(&l, true));
			table_expect(&table, value_of(&l, arena_span(&l.arena, cells[2])), cells[3]);
		}
		unload(&l);
	}
}
END_TEST

START_TEST(a_value_that_is_not_yaml_is_taken_as_text_where_text_is_due)
{
	static const char *const secrets[] = {"%a: [b", "*star", "&and more", "!not this", "&a [*a]"};
	char *quoted[] = {(char[]){"REGISTRY_DATABASE_PASSWORD='it''s'"}, NULL};
	struct loaded l;

	for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++) {
		char variable[64] = "REGISTRY_HTTP_SECRET=", *environment[] = {variable, NULL};

		(void)snprintf(variable + strlen(variable), sizeof variable - strlen(variable), "%s", secrets[i]);
		load_rest(&l, "storage: filesystem\n", SPAN_LIT(""), environment);
		ck_assert_str_eq(secret_reveal(l.config->http.secret), secrets[i]);
		unload(&l);
	}
	load_rest(&l, "storage: filesystem\n", SPAN_LIT(""), quoted);
	ck_assert_str_eq(secret_reveal(l.config->database.password), "it's");
	unload(&l);
}
END_TEST

TEST_FILE(env, variables_override_the_file, a_value_that_is_not_yaml_is_taken_as_text_where_text_is_due)
