/* SPDX-License-Identifier: MIT */
/* Printed settings, the list of keys, and the sample file that must not drift from the table. */
#include "../../../src/config/settings_priv.h"
#include "load.h"

static const char *print(struct loaded *loaded)
{
	struct strbuf text;

	strbuf_init(&text, &loaded->arena, LIMIT_CONFIG_FILE);
	config_write_settings(&text, loaded->config);
	ck_assert(strbuf_ok(&text));
	return text.ptr;
}

/* Without the comments that say where a value came from. */
static const char *print_values(struct loaded *loaded)
{
	char *text = arena_strdup(&loaded->arena, print(loaded)), *to = text;
	bool comment = false;

	for (const char *at = text; *at; at++) {
		comment = *at == '\n' ? false : comment || strncmp(at, "  # ", 4) == 0;
		if (!comment)
			*to++ = *at;
	}
	*to = '\0';
	return text;
}

static struct span read_file(struct arena *arena, const char *path)
{
	char *text = arena_alloc(arena, LIMIT_CONFIG_FILE);
	FILE *file = fopen(path, "r");
	size_t len;

	ck_assert_msg(file != NULL, "cannot read %s", path);
	len = fread(text, 1, LIMIT_CONFIG_FILE, file);
	fclose(file);
	return (struct span){text, len};
}

static void load_path(struct loaded *loaded, const char *path)
{
	struct arena arena;

	arena_init(&arena, LOAD_MEMORY);
	load_text(loaded, read_file(&arena, path), NULL);
	arena_release(&arena);
}

START_TEST(what_is_printed_loads_to_the_same)
{
	static const char *const names[] = {"debian", "image-2", "image-3", "omnibus", "omnibus-remote"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct loaded first, second;
		char path[4096];

		(void)snprintf(path, sizeof path, "%s/config/%s.yml", TABLES_DIR, names[i]);
		load_path(&first, path);
		load_text(&second, span_of(print(&first)), NULL);
		ck_assert_msg(second.config != NULL, "%s: %s", names[i], messages(&second, true));
		ck_assert_uint_eq(second.report.unknown, 0);
		ck_assert_str_eq(print_values(&first), print_values(&second));
		unload(&first);
		unload(&second);
	}
}
END_TEST

START_TEST(secrets_are_not_printed)
{
	struct loaded l;

	load_rest(&l, "storage: filesystem\n", SPAN_LIT("http: {secret: hunter2}\ndatabase: {password: hunter2}"), NULL);
	ck_assert_ptr_null(strstr(print(&l), "hunter2"));
	ck_assert_ptr_nonnull(strstr(print(&l), "secret: \"***\"  # f:3\n"));
	unload(&l);
}
END_TEST

START_TEST(a_value_from_the_environment_says_so)
{
	char *environment[] = {(char[]){"REGISTRY_HTTP_ADDR=:7000"}, NULL};
	struct loaded l;

	load_rest(&l, "storage: filesystem\n", SPAN_LIT(""), environment);
	ck_assert_ptr_nonnull(strstr(print(&l), "addr: \":7000\"  # REGISTRY_HTTP_ADDR\n"));
	unload(&l);
}
END_TEST

START_TEST(the_list_has_a_line_for_every_key)
{
	struct arena arena;
	struct strbuf text;
	size_t lines = 0;

	arena_init(&arena, LOAD_MEMORY);
	strbuf_init(&text, &arena, LIMIT_CONFIG_FILE);
	config_write_reference(&text);
	ck_assert(strbuf_ok(&text));
	for (size_t i = 0; i < text.len; i++)
		lines += text.ptr[i] == '\n';
	ck_assert_uint_eq(lines, settings_count);
	ck_assert_ptr_nonnull(strstr(text.ptr, "\nstorage.s3.region "));
	arena_release(&arena);
}
END_TEST

/* The sample with every setting switched on: `#key` is a setting that is off, `# text` is prose. */
static const char *uncommented(struct arena *arena, struct span sample)
{
	struct strbuf text;
	struct span line;

	strbuf_init(&text, arena, LIMIT_CONFIG_FILE);
	while (span_split(&sample, '\n', &line)) {
		size_t indent = 0;

		while (indent < line.len && line.ptr[indent] == ' ')
			indent++;
		strbuf_add(&text, line.ptr, indent);
		line = span_after(line, indent);
		if (line.len > 1 && line.ptr[0] == '#' && line.ptr[1] != ' ')
			line = span_after(line, 1);
		strbuf_add_span(&text, line);
		strbuf_addc(&text, '\n');
	}
	return text.ptr;
}

START_TEST(the_sample_file_shows_the_defaults)
{
	struct loaded sample, least;

	load_path(&sample, CONF_DIR "/config.yml");
	ck_assert_msg(sample.config != NULL, "%s", messages(&sample, true));
	ck_assert_str_eq(messages(&sample, false), "");
	load_text(&least, SPAN_LIT("version: 0.1\nstorage: filesystem"), NULL);
	ck_assert_str_eq(print_values(&sample), print_values(&least));
	unload(&sample);
	unload(&least);
}
END_TEST

/* config.yml has the filesystem and no authentication; what may take their place has a file of its own. */
static bool has_its_own_sample(const struct setting *row)
{
	static const char *const choices[][2] = {{"storage", "filesystem"}, {"auth", "none"}};

	for (size_t i = 0; i < sizeof choices / sizeof *choices; i++)
		if ((row->traits & PICK) && setting_is_below(row, settings_find(choices[i][0])))
			return strcmp(setting_leaf(row), choices[i][1]) != 0;
	return false;
}

static bool is_of_another_sample(const struct setting *row)
{
	for (size_t i = 0; i < settings_count; i++)
		if (has_its_own_sample(&settings[i]) && setting_is_under(row, &settings[i]))
			return true;
	return false;
}

/* Loads a sample with all of its settings switched on: the rows in use that are below `group` (NULL: any) are given in
 * it. */
static void expect_all_given(const char *name, const struct setting *group)
{
	struct loaded l;
	struct arena arena;
	char path[4096];

	arena_init(&arena, LOAD_MEMORY);
	(void)snprintf(path, sizeof path, "%s/%s.yml", CONF_DIR, name);
	load_text(&l, span_of(uncommented(&arena, read_file(&arena, path))), NULL);
	ck_assert_msg(l.config != NULL, "%s: %s", path, messages(&l, true));
	ck_assert_uint_eq(l.report.unknown, 0);
	for (size_t i = 0; i < settings_count; i++) {
		const struct setting *row = &settings[i];

		if (row->offset != SETTING_NOWHERE && !(row->traits & QUIET) && (!group || setting_is_under(row, group)) &&
		    (group || !is_of_another_sample(row)))
			ck_assert_msg(config_given(l.config, row->path), "%s lacks %s", path, row->path);
	}
	unload(&l);
	arena_release(&arena);
}

START_TEST(the_sample_file_names_every_setting_in_use)
{
	expect_all_given("config", NULL);
}
END_TEST

START_TEST(each_choice_has_a_sample_with_its_settings)
{
	for (size_t i = 0; i < settings_count; i++)
		if (has_its_own_sample(&settings[i]) && !(settings[i].traits & REFUSED)) {
			const char *path = settings[i].path, *dot = strchr(path, '.');
			char name[64];

			(void)snprintf(name, sizeof name, "%.*s-%s", (int)(dot - path), path, dot + 1);
			expect_all_given(name, &settings[i]);
		}
}
END_TEST

TEST_FILE(print, what_is_printed_loads_to_the_same, secrets_are_not_printed, a_value_from_the_environment_says_so,
	  the_list_has_a_line_for_every_key, the_sample_file_shows_the_defaults, the_sample_file_names_every_setting_in_use,
	  each_choice_has_a_sample_with_its_settings)
