/* SPDX-License-Identifier: MIT */
/* Whole configurations: what good ones come to, and what is said of bad ones. */
#include <sys/stat.h>
#include <unistd.h>

#include "load.h"

static void load_corpus(struct loaded *loaded, const char *name)
{
	char path[4096];
	struct config *config;

	(void)snprintf(path, sizeof path, "%s/config/%s.yml", TABLES_DIR, name);
	arena_init(&loaded->arena, LOAD_MEMORY);
	config_report_init(&loaded->report, &loaded->arena);
	if (!config_load(&config, &loaded->arena, path, NULL, &loaded->report))
		ck_abort_msg("%s: %s", path, messages(loaded, true));
	ck_assert_uint_eq(loaded->report.errors, 0);
	loaded->config = config;
}

static void expect(struct loaded *loaded, const char *key, const char *value)
{
	ck_assert_str_eq(value_of(loaded, key), value);
}

START_TEST(the_file_of_debians_package_loads)
{
	struct loaded l;

	load_corpus(&l, "debian");
	expect(&l, "storage.filesystem.rootdirectory", "\"/var/lib/docker-registry\"");
	expect(&l, "storage.delete.enabled", "true");
	expect(&l, "http.addr", "\":5000\"");
	expect(&l, "http.headers", "{\"X-Content-Type-Options\":[\"nosniff\"]}");
	expect(&l, "log.fields", "{\"service\":\"registry\"}");
	ck_assert_int_eq(l.config->storage.driver, CONFIG_DRIVER_FILESYSTEM);
	ck_assert_uint_eq(l.report.unknown, 0);
	unload(&l);
}
END_TEST

START_TEST(the_files_of_distributions_images_load)
{
	struct loaded l;

	load_corpus(&l, "image-2");
	expect(&l, "storage.filesystem.rootdirectory", "\"/var/lib/registry\"");
	ck_assert_uint_eq(l.report.unknown, 0);
	unload(&l);
	load_corpus(&l, "image-3");
	expect(&l, "log.level", "debug");
	expect(&l, "log.formatter", "json");
	expect(&l, "storage.maintenance.uploadpurging.enabled", "false");
	expect(&l, "http.tls.clientauth", "\"verify-client-cert-if-given\"");
	expect(&l, "validation.manifests.urls.allow", "[\"^https?://([^/]+\\\\.)*example\\\\.com/\"]");
	expect(&l, "validation.manifests.indexes.platformlist", "[{\"architecture\":\"amd64\",\"os\":\"linux\"}]");
	ck_assert_uint_eq(l.report.unknown, 0);
	unload(&l);
}
END_TEST

START_TEST(what_omnibus_renders_loads)
{
	struct loaded l;

	load_corpus(&l, "omnibus");
	expect(&l, "storage.filesystem.rootdirectory", "\"/var/opt/gitlab/gitlab-rails/shared/registry\"");
	expect(&l, "http.addr", "\"127.0.0.1:5000\"");
	expect(&l, "database.host", "\"/var/opt/gitlab/postgresql\"");
	expect(&l, "database.enabled", "prefer");
	ck_assert_uint_eq(strlen(secret_reveal(l.config->http.secret)), 128);
	ck_assert(!secret_is_set(l.config->database.password));
	ck_assert(l.config->validation.disabled);
	ck_assert(config_database_named(l.config));
	ck_assert_uint_eq(l.report.unknown, 0);
	unload(&l);
}
END_TEST

START_TEST(omnibus_with_a_database_elsewhere_only_gets_a_word_about_its_extra_key)
{
	struct loaded l;

	load_corpus(&l, "omnibus-remote");
	ck_assert_uint_eq(l.report.unknown, 1);
	expect(&l, "database.enabled", "false");
	expect(&l, "http.draintimeout", "5s");
	ck_assert(!config_database_named(l.config));
	ck_assert(l.config->storage.readonly && l.config->storage.redirect_disable);
	unload(&l);
}
END_TEST

START_TEST(bad_files_name_line_key_and_reason_of_every_error)
{
	TABLE_EACH("config/bad", 2, cells)
	{
		struct loaded l;

		load_text(&l, cells[0], NULL);
		table_expect(&table, messages(&l, true), cells[1]);
		unload(&l);
	}
}
END_TEST

START_TEST(harmless_keys_only_warn)
{
	TABLE_EACH("config/warnings", 2, cells)
	{
		struct loaded l;

		load_rest(&l, "storage: filesystem\n", cells[0], NULL);
		ck_assert_msg(l.config != NULL, "%s:%d: %s", table.path, table.number, messages(&l, true));
		table_expect(&table, messages(&l, false), cells[1]);
		unload(&l);
	}
}
END_TEST

START_TEST(settings_reach_their_members)
{
	TABLE_EACH("config/values", 3, cells)
	{
		struct loaded l;

		load_rest(&l, "", cells[0], NULL);
		ck_assert_msg(l.config != NULL, "%s:%d: %s", table.path, table.number, messages(&l, true));
		table_expect(&table, value_of(&l, arena_span(&l.arena, cells[1])), cells[2]);
		unload(&l);
	}
}
END_TEST

START_TEST(an_open_registry_is_said_to_be_open)
{
	static const char *const open[] = {"", "auth: none\n", "auth: {none: }\n", "auth:\n"};

	for (size_t i = 0; i < sizeof open / sizeof *open; i++) {
		struct loaded l;

		load_rest(&l, "storage: filesystem\n", span_of(open[i]), NULL);
		ck_assert_uint_eq(l.report.warnings, 1);
		ck_assert_str_eq(l.report.items[0].key, "auth");
		unload(&l);
	}
}
END_TEST

START_TEST(a_scheme_is_named_with_its_settings)
{
	struct loaded l;

	load_rest(
		&l, "storage: filesystem\n",
		SPAN_LIT(
			"auth: {token: {realm: r, service: s, issuer: i, rootcertbundle: /b, signingalgorithms: [ES256]}}\n"),
		NULL);
	ck_assert_uint_eq(l.report.errors, 0);
	ck_assert_uint_eq(l.report.warnings, 0);
	ck_assert_int_eq(l.config->auth.scheme, CONFIG_AUTH_TOKEN);
	ck_assert_str_eq(l.config->auth.token.issuer, "i");
	ck_assert_str_eq(l.config->auth.token.autoredirectpath, "/auth/token");
	ck_assert_uint_eq(l.config->auth.token.signingalgorithms.count, 1);
	unload(&l);
	load_rest(&l, "storage: filesystem\n", SPAN_LIT("auth: {htpasswd: {realm: r, path: /p}}\n"), NULL);
	ck_assert_int_eq(l.config->auth.scheme, CONFIG_AUTH_HTPASSWD);
	ck_assert_str_eq(l.config->auth.htpasswd.path, "/p");
	unload(&l);
}
END_TEST

START_TEST(a_broken_scheme_is_not_called_open)
{
	struct loaded l;

	load_rest(&l, "storage: filesystem\n", SPAN_LIT("auth: token\n"), NULL);
	ck_assert_uint_eq(l.report.errors, 4);
	ck_assert_uint_eq(l.report.warnings, 0);
	unload(&l);
}
END_TEST

START_TEST(given_tells_a_default_from_the_same_value_written_down)
{
	struct loaded l;

	load_rest(&l, "storage: filesystem\n", SPAN_LIT("catalog: {maxentries: 1000}"), NULL);
	ck_assert(config_given(l.config, "catalog.maxentries"));
	ck_assert(!config_given(l.config, "tags.maxtags") && !l.config->tags.given);
	ck_assert(!config_given(l.config, "no.such.key"));
	unload(&l);
	load_rest(&l, "storage: filesystem\n", SPAN_LIT("tags: {maxtags: 1000}"), NULL);
	ck_assert(l.config->tags.given);
	unload(&l);
}
END_TEST

START_TEST(secrets_stay_out_of_messages)
{
	struct loaded l;

	load_rest(
		&l, "storage: filesystem\n",
		SPAN_LIT("http: {secret: \"hunter2\\n\"}\ndatabase: {password: [hunter2]}\nproxy: {password: {hunter2: }}"),
		NULL);
	ck_assert_uint_eq(l.report.errors, 3);
	ck_assert_ptr_null(strstr(messages(&l, true), "hunter2"));
	unload(&l);
}
END_TEST

START_TEST(a_report_keeps_the_first_hundred_and_counts_the_rest)
{
	struct loaded l;
	char text[8192];
	int len = snprintf(text, sizeof text, "storage: filesystem\n");

	for (int i = 0; i < 200; i++)
		len += snprintf(text + len, sizeof text - (size_t)len, "x%d: 1\n", i);
	load_text(&l, (struct span){text, (size_t)len}, NULL);
	ck_assert_uint_eq(l.report.count, CONFIG_REPORT_MAX);
	ck_assert_uint_eq(l.report.unknown, 200);
	ck_assert_uint_eq(l.report.errors, 1);
	ck_assert(config_report_full(&l.report));
	unload(&l);
}
END_TEST

static const char *restart_key(const char *old, const char *new)
{
	struct loaded first, second;
	const char *key;

	load_rest(&first, "", span_of(old), NULL);
	load_rest(&second, "", span_of(new), NULL);
	key = config_restart_key(first.config, second.config, &first.arena);
	unload(&first);
	unload(&second);
	return key;
}

START_TEST(a_reload_brings_all_into_force_but_what_the_web_server_serves_by)
{
	static const char old[] = "storage: filesystem\nhttp: {secret: a}";

	ck_assert_ptr_null(restart_key(old, "storage: {filesystem: {maxthreads: 50}}\nlog: {level: debug}\n"
					    "database: {host: h, password: p}\nhttp: {secret: b, draintimeout: 5s}"));
	ck_assert_str_eq(restart_key(old, "storage: filesystem\nhttp: {addr: ':1'}"), "http.addr");
	ck_assert_str_eq(restart_key(old, "storage: filesystem\nhttp: {tls: {certificate: /c, key: /k}}"),
			 "http.tls.certificate");
	ck_assert_str_eq(restart_key(old, "storage: {filesystem: {rootdirectory: /r}}"),
			 "storage.filesystem.rootdirectory");
}
END_TEST

static const char *load_error(const char *path, char **environment)
{
	static char text[4096];
	struct loaded l;
	struct config *config;

	arena_init(&l.arena, LOAD_MEMORY);
	config_report_init(&l.report, &l.arena);
	ck_assert(!config_load(&config, &l.arena, path, environment, &l.report));
	(void)snprintf(text, sizeof text, "%s", messages(&l, true));
	unload(&l);
	return text;
}

START_TEST(a_file_that_cannot_be_read_is_one_line)
{
	char *none[] = {(char[]){"PATH=/bin"}, NULL};

	ck_assert_str_eq(load_error("/nonexistent/f.yml", NULL), "/nonexistent/f.yml: No such file or directory");
	ck_assert_str_eq(load_error("/", NULL), "/: Is a directory");
	ck_assert_str_eq(load_error(NULL, none),
			 "configuration: no file is named, and REGISTRY_CONFIGURATION_PATH is not set");
	ck_assert_str_eq(load_error("/dev/zero", NULL), "/dev/zero: is larger than 1 MiB");
}
END_TEST

START_TEST(the_environment_may_name_the_file)
{
	struct loaded l;
	struct config *config;
	char variable[4096];
	char *environment[] = {variable, NULL};

	(void)snprintf(variable, sizeof variable, "REGISTRY_CONFIGURATION_PATH=%s/config/image-2.yml", TABLES_DIR);
	arena_init(&l.arena, LOAD_MEMORY);
	config_report_init(&l.report, &l.arena);
	ck_assert(config_load(&config, &l.arena, NULL, environment, &l.report));
	unload(&l);
}
END_TEST

static void expect_azure(const char *settings, const char *credentials, const char *root, bool legacy)
{
	struct loaded l;
	char text[300];

	(void)snprintf(text, sizeof text, "version: 0.1\nstorage: {azure: {container: reg, accountname: a, %s}}", settings);
	load_text(&l, span_of(text), NULL);
	ck_assert_msg(l.config != NULL, "%s", messages(&l, true));
	ck_assert_int_eq(l.config->storage.driver, CONFIG_DRIVER_AZURE);
	ck_assert_str_eq(l.config->storage.azure.credentials, credentials);
	ck_assert_str_eq(l.config->storage.azure.rootdirectory, root);
	ck_assert_int_eq(l.config->storage.azure.legacyrootprefix, legacy);
	unload(&l);
}

START_TEST(azures_credentials_and_prefixes_are_derived)
{
	expect_azure("accountkey: a2V5, rootdirectory: /some/folder/", "shared_key", "some/folder", false);
	expect_azure("accountkey: a2V5, rootdirectory: /, legacyrootprefix: true", "shared_key", "", true);
	expect_azure("accountkey: a2V5, trimlegacyrootprefix: false", "shared_key", "", true);
	expect_azure("accountkey: a2V5, legacyrootprefix: true, trimlegacyrootprefix: false", "shared_key", "", true);
	expect_azure("tenantid: t, clientid: c, secret: s", "client_secret", "", false);
	expect_azure("credentials: {tenantid: t, clientid: c, secret: s}", "client_secret", "", false);
	expect_azure("credentialstype: default_credentials", "default_credentials", "", false);
	expect_azure("max_retries: 3", "default_credentials", "", false);
}
END_TEST

TEST_FILE(config, the_file_of_debians_package_loads, the_files_of_distributions_images_load, what_omnibus_renders_loads,
	  omnibus_with_a_database_elsewhere_only_gets_a_word_about_its_extra_key,
	  bad_files_name_line_key_and_reason_of_every_error, harmless_keys_only_warn, settings_reach_their_members,
	  an_open_registry_is_said_to_be_open, a_scheme_is_named_with_its_settings, a_broken_scheme_is_not_called_open,
	  given_tells_a_default_from_the_same_value_written_down, secrets_stay_out_of_messages,
	  a_reload_brings_all_into_force_but_what_the_web_server_serves_by,
	  a_report_keeps_the_first_hundred_and_counts_the_rest, a_file_that_cannot_be_read_is_one_line,
	  the_environment_may_name_the_file, azures_credentials_and_prefixes_are_derived)
