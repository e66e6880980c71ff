/* SPDX-License-Identifier: MIT */
#include "berth/core/manifest_policy.h"

#include <time.h>

#include "../../lib/test.h"

static struct manifest_policy_settings settings;
static struct manifest_policy *policy;
static struct arena arena;
static struct error error;

static void compile(void)
{
	char reason[200] = "";

	manifest_policy_free(policy);
	policy = manifest_policy_new(&settings, reason, sizeof reason);
	ck_assert_msg(policy != NULL, "%s", reason);
}

static bool passes(const struct manifest *manifest, size_t size)
{
	if (!arena.ceiling)
		arena_init(&arena, 1 << 20);
	error_init(&error, &arena);
	return manifest_policy_check(policy, manifest, size, &error);
}

static bool url_passes(const char *url)
{
	const char *const urls[] = {url};
	struct descriptor layer = {.media_type = "", .urls = urls, .url_count = 1};
	struct manifest manifest = {.layers = &layer, .layer_count = 1};
	bool ok = passes(&manifest, 100);

	ck_assert_msg(ok || error_code(&error) == E_MANIFEST_INVALID, "%s", url);
	return ok;
}

static void urls(const char *const *allow, size_t allow_count, const char *const *deny, size_t deny_count)
{
	settings = (struct manifest_policy_settings){
		.urls_allow = allow, .urls_allow_count = allow_count, .urls_deny = deny, .urls_deny_count = deny_count};
	compile();
}

START_TEST(no_url_is_allowed_unless_a_pattern_says_so)
{
	static const char *const allow[] = {"^https?://[^/]+\\.example/", "^https://exact\\.test/x$"};

	urls(NULL, 0, NULL, 0);
	ck_assert(!url_passes("https://a.example/x"));
	urls(allow, 2, NULL, 0);
	ck_assert(url_passes("https://a.example/x"));
	ck_assert(url_passes("http://a.example/x"));
	ck_assert(url_passes("https://exact.test/x"));
	ck_assert(!url_passes("https://exact.test/xy"));
	ck_assert(!url_passes("https://b.test/a.example/"));
	ck_assert(!url_passes(""));
}
END_TEST

START_TEST(a_url_is_http_and_without_a_fragment_whatever_the_patterns)
{
	static const char *const allow[] = {"."};

	urls(allow, 1, NULL, 0);
	ck_assert(url_passes("https://a.example/x"));
	ck_assert(!url_passes("ftp://a.example/x"));
	ck_assert(!url_passes("file:///etc/passwd"));
	ck_assert(!url_passes("//a.example/x"));
	ck_assert(!url_passes("https://a.example/x#y"));
}
END_TEST

START_TEST(a_denied_url_is_refused_though_allowed)
{
	static const char *const allow[] = {"^https://"}, *const deny[] = {"evil", "^https://bad\\."};

	urls(allow, 1, deny, 2);
	ck_assert(url_passes("https://a.example/x"));
	ck_assert(!url_passes("https://a.example/evil"));
	ck_assert(!url_passes("https://bad.example/x"));
}
END_TEST

START_TEST(an_end_anchor_means_the_end)
{
	static const char *const allow[] = {"^https://a\\.example/x$"};

	urls(allow, 1, NULL, 0);
	ck_assert(url_passes("https://a.example/x"));
	ck_assert(!url_passes("https://a.example/x\n")); /* as in the patterns' own language */
}
END_TEST

START_TEST(a_pattern_that_explodes_is_bounded_and_decides_against_the_url)
{
	static const char *const explosive[] = {"(a+)+$"}, *const all[] = {"^https://"};
	char url[4096] = "https://x.example/";
	struct timespec before, after;

	memset(url + strlen(url), 'a', 3000);
	url[strlen(url)] = '!';
	clock_gettime(CLOCK_MONOTONIC, &before);
	urls(explosive, 1, NULL, 0);
	ck_assert(!url_passes(url));
	urls(all, 1, explosive, 1);
	ck_assert(!url_passes(url));
	clock_gettime(CLOCK_MONOTONIC, &after);
	ck_assert_int_lt(after.tv_sec - before.tv_sec, 5);
}
END_TEST

START_TEST(the_offending_url_is_named_by_its_place)
{
	static const char *const allow[] = {"^https://ok"}, *const good[] = {"https://ok/1"};
	static const char *const mixed[] = {"https://ok/2", "https://no/3"};
	struct descriptor layers[] = {{.media_type = "", .urls = good, .url_count = 1},
				      {.media_type = "", .urls = mixed, .url_count = 2}};
	struct manifest manifest = {.layers = layers, .layer_count = 2};

	urls(allow, 1, NULL, 0);
	ck_assert(!passes(&manifest, 100));
	ck_assert_ptr_nonnull(strstr(error.items[0].detail, "layers[1].urls[1]"));
	settings.validation_disabled = true;
	ck_assert(passes(&manifest, 100));
}
END_TEST

START_TEST(a_pattern_that_does_not_compile_is_explained)
{
	static const char *const broken[] = {"fine", "(unclosed"};
	char reason[200];

	settings = (struct manifest_policy_settings){.urls_deny = broken, .urls_deny_count = 2};
	ck_assert_ptr_null(manifest_policy_new(&settings, reason, sizeof reason));
	ck_assert_str_eq(reason, "pattern (unclosed: missing closing parenthesis at 9");
}
END_TEST

START_TEST(classes_are_told_by_the_config)
{
	static const char *const image[] = {"image"}, *const plugin[] = {"plugin"}, *const both[] = {"image", "plugin"};
	static const struct {
		const char *const *classes;
		size_t count;
		bool image, plugin;
	} cases[] = {{NULL, 0, true, true}, {image, 1, true, false}, {plugin, 1, false, true}, {both, 2, true, true}};
	struct descriptor plain = {.media_type = "application/vnd.oci.image.config.v1+json"};
	struct descriptor special = {.media_type = "application/vnd.docker.plugin.v1+json"};
	struct manifest of_image = {.config = &plain}, of_plugin = {.config = &special}, index = {.config = NULL};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		settings = (struct manifest_policy_settings){.classes = cases[i].classes, .class_count = cases[i].count};
		compile();
		ck_assert_int_eq(passes(&of_image, 1), cases[i].image);
		ck_assert_int_eq(passes(&index, 1), cases[i].image);
		ck_assert_int_eq(passes(&of_plugin, 1), cases[i].plugin);
		ck_assert(cases[i].plugin || error_code(&error) == E_DENIED);
	}
}
END_TEST

START_TEST(limits_hold_at_their_bound)
{
	struct descriptor layers[2] = {{.media_type = ""}, {.media_type = ""}}, config = {.media_type = ""};
	struct manifest image = {.config = &config, .layers = layers, .layer_count = 2};
	struct manifest index = {.manifests = layers, .manifest_count = 2};

	settings = (struct manifest_policy_settings){.payload_limit = 100, .reference_limit = 3};
	compile();
	ck_assert(passes(&image, 100));
	ck_assert(!passes(&image, 101));
	ck_assert_int_eq(error_code(&error), E_MANIFEST_SIZE_LIMIT);
	settings.reference_limit = 2;
	ck_assert(!passes(&image, 100));
	ck_assert_int_eq(error_code(&error), E_MANIFEST_REFERENCE_LIMIT);
	ck_assert(passes(&index, 100));
	settings.reference_limit = 1;
	ck_assert(!passes(&index, 100));
	settings.reference_limit = 0;
	settings.payload_limit = 0;
	ck_assert(passes(&image, SIZE_MAX));
}
END_TEST

START_TEST(children_are_needed_as_configured)
{
	static const struct policy_platform listed[] = {{"amd64", "linux"}, {"arm64", "linux"}};
	static const struct {
		const char *os, *architecture;
		bool due; /* when listed */
	} cases[] = {{"linux", "amd64", true},    {"linux", "arm64", true}, {"linux", "s390x", false},
		     {"windows", "amd64", false}, {NULL, "amd64", false},   {"linux", NULL, false}};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct descriptor child = {.os = cases[i].os, .architecture = cases[i].architecture};

		settings = (struct manifest_policy_settings){.children = POLICY_CHILDREN_ALL};
		compile();
		ck_assert(manifest_policy_needs_child(policy, &child));
		settings.children = POLICY_CHILDREN_NONE;
		ck_assert(!manifest_policy_needs_child(policy, &child));
		settings.children = POLICY_CHILDREN_LISTED;
		ck_assert(!manifest_policy_needs_child(policy, &child));
		settings.platforms = listed;
		settings.platform_count = 2;
		ck_assert_int_eq(manifest_policy_needs_child(policy, &child), cases[i].due);
	}
}
END_TEST

/* A foreign layer that names no place has to be here. */
START_TEST(layers_with_urls_are_not_needed)
{
	static const char *const somewhere[] = {"https://a.example/x"};
	struct descriptor plain = {.media_type = "application/vnd.oci.image.layer.v1.tar+gzip"};
	struct descriptor foreign = {.media_type = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"};
	struct descriptor linked = {.media_type = plain.media_type, .urls = somewhere, .url_count = 1};

	ck_assert(manifest_policy_needs_layer(&plain));
	ck_assert(manifest_policy_needs_layer(&foreign));
	ck_assert(!manifest_policy_needs_layer(&linked));
}
END_TEST

/* As distribution 3.x has it, whatever the finer settings say. */
START_TEST(validation_that_is_disabled_needs_no_children_and_checks_no_sizes)
{
	struct descriptor child = {.os = "linux", .architecture = "amd64"};

	settings = (struct manifest_policy_settings){.children = POLICY_CHILDREN_ALL, .validation_disabled = true};
	compile();
	ck_assert(!manifest_policy_needs_child(policy, &child));
	ck_assert(!manifest_policy_checks_sizes(policy));
}
END_TEST

START_TEST(sizes_are_checked_unless_lenient)
{
	settings = (struct manifest_policy_settings){.sizes_lenient = false};
	compile();
	ck_assert(manifest_policy_checks_sizes(policy));
	settings.sizes_lenient = true;
	ck_assert(!manifest_policy_checks_sizes(policy));
}
END_TEST

TEST_FILE(manifest_policy, no_url_is_allowed_unless_a_pattern_says_so,
	  a_url_is_http_and_without_a_fragment_whatever_the_patterns, a_denied_url_is_refused_though_allowed,
	  an_end_anchor_means_the_end, a_pattern_that_explodes_is_bounded_and_decides_against_the_url,
	  the_offending_url_is_named_by_its_place, a_pattern_that_does_not_compile_is_explained,
	  classes_are_told_by_the_config, limits_hold_at_their_bound, children_are_needed_as_configured,
	  layers_with_urls_are_not_needed, validation_that_is_disabled_needs_no_children_and_checks_no_sizes,
	  sizes_are_checked_unless_lenient)
