/* SPDX-License-Identifier: MIT */
#include "berth/oci/manifest.h"
#include "berth/base/limits.h"
#include "berth/base/strbuf.h"
#include "berth/oci/referrer.h"
#include "../../lib/table.h"
#include "../../lib/test.h"

#define DIGEST "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define DIGEST512                                                                 \
	"sha512:ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a" \
	"2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
#define DESC "{\"mediaType\":\"a/b\",\"digest\":\"" DIGEST "\",\"size\":1}"
#define IMAGE_START "{\"schemaVersion\":2,\"mediaType\":\"" MEDIATYPE_OCI_MANIFEST "\",\"config\":" DESC

static struct arena arena;
static struct error error;
static struct manifest manifest;

static bool parse(struct span body, struct span type)
{
	error_init(&error, &arena);
	return manifest_parse(&manifest, &arena, body, type, &error);
}

/* The words of the table for what is too long to be read there. */
static struct span expand(struct span body)
{
	static const struct {
		const char *word, *text;
	} words[] = {{"DESC", DESC}, {"DIGEST512", DIGEST512}, {"DIGEST", DIGEST}};
	struct strbuf out;

	strbuf_init(&out, &arena, 1 << 16);
	while (body.len > 0) {
		size_t i, count = sizeof words / sizeof *words;

		for (i = 0; i < count && !span_starts(body, words[i].word); i++)
			;
		if (i == count)
			strbuf_addc(&out, body.ptr[0]);
		else
			strbuf_adds(&out, words[i].text);
		body = span_after(body, i == count ? 1 : strlen(words[i].word));
	}
	return strbuf_span(&out);
}

static void describe_one(struct strbuf *out, const struct descriptor *descriptor)
{
	for (size_t i = 0; i < descriptor->url_count; i++)
		strbuf_addf(out, "%s%s", i ? "," : " urls=", descriptor->urls[i]);
	if (descriptor->os)
		strbuf_addf(out, " platform=%s/%s/%s", descriptor->os, descriptor->architecture, descriptor->variant);
	if (descriptor->has_data)
		strbuf_adds(out, " data");
}

static const char *describe(void)
{
	const char *type = referrer_artifact_type(&manifest);
	struct strbuf out;

	strbuf_init(&out, &arena, 1 << 16);
	strbuf_addf(&out, "%s %s", manifest.media_type, manifest.kind == MANIFEST_KIND_IMAGE ? "image" : "index");
	if (manifest.config)
		strbuf_addf(&out, " config=%s", manifest.config->media_type);
	if (manifest.layer_count)
		strbuf_addf(&out, " layers=%zu", manifest.layer_count);
	if (manifest.manifest_count)
		strbuf_addf(&out, " manifests=%zu", manifest.manifest_count);
	if (type)
		strbuf_addf(&out, " artifact=%s", type);
	if (manifest.subject)
		strbuf_adds(&out, " subject");
	if (manifest.annotations.len)
		strbuf_addf(&out, " annotations=%.*s", SPAN_ARG(manifest.annotations));
	if (manifest.config)
		describe_one(&out, manifest.config);
	for (size_t i = 0; i < manifest.layer_count; i++)
		describe_one(&out, &manifest.layers[i]);
	for (size_t i = 0; i < manifest.manifest_count; i++)
		describe_one(&out, &manifest.manifests[i]);
	return out.ptr;
}

/* The detail without the quotes of its JSON. */
static const char *detail(void)
{
	const char *json = error.items[0].detail;

	ck_assert_int_eq(error_code(&error), E_MANIFEST_INVALID);
	return arena_span(&arena, (struct span){json + 1, strlen(json) - 2});
}

START_TEST(the_table_holds)
{
	arena_init(&arena, LIMIT_REQUEST_MEMORY);
	TABLE_EACH("manifests", 3, cells)
	{
		bool ok = parse(expand(cells[1]), cells[0]);

		ck_assert(ok == !error_is_set(&error));
		table_expect(&table, ok ? describe() : detail(), cells[2]);
		arena_clear(&arena);
	}
	arena_release(&arena);
}
END_TEST

START_TEST(descriptors_carry_digest_and_size)
{
	static const char body[] = IMAGE_START ",\"layers\":[{\"digest\":\"" DIGEST512 "\",\"size\":9223372036854775807}]}";
	struct digest digest;

	arena_init(&arena, LIMIT_REQUEST_MEMORY);
	ck_assert(parse(SPAN_LIT(body), SPAN_LIT("")));
	ck_assert_int_eq(digest_parse(&digest, SPAN_LIT(DIGEST)), DIGEST_OK);
	ck_assert(digest_equal(&digest, &manifest.config->digest));
	ck_assert_uint_eq(manifest.config->size, 1);
	ck_assert_int_eq(digest_parse(&digest, SPAN_LIT(DIGEST512)), DIGEST_OK);
	ck_assert(digest_equal(&digest, &manifest.layers[0].digest));
	ck_assert_uint_eq(manifest.layers[0].size, INT64_MAX);
	arena_release(&arena);
}
END_TEST

START_TEST(nothing_read_refers_to_the_body)
{
	static char body[] = IMAGE_START ",\"annotations\":{\"k\":\"v\"},\"artifactType\":\"x/y\"}";

	arena_init(&arena, LIMIT_REQUEST_MEMORY);
	ck_assert(parse((struct span){body, sizeof body - 1}, SPAN_LIT("")));
	memset(body, 'X', sizeof body);
	ck_assert_str_eq(describe(), MEDIATYPE_OCI_MANIFEST " image config=a/b artifact=x/y annotations={\"k\":\"v\"}");
	arena_release(&arena);
}
END_TEST

/* As the conformance suite pushes it: 390 annotations of 10,000 bytes. */
START_TEST(four_megabytes_of_annotations_are_taken)
{
	struct strbuf body;

	arena_init(&arena, LIMIT_REQUEST_MEMORY);
	strbuf_init(&body, &arena, LIMIT_MANIFEST);
	strbuf_adds(&body, IMAGE_START ",\"annotations\":{");
	for (int i = 0; i < 390; i++)
		strbuf_addf(&body, "%s\"org.example.%d\":\"%010000d\"", i ? "," : "", i, i);
	strbuf_adds(&body, "}}");
	ck_assert(strbuf_ok(&body));
	ck_assert(parse(strbuf_span(&body), SPAN_LIT(MEDIATYPE_OCI_MANIFEST)));
	ck_assert_uint_gt(manifest.annotations.len, 3900000);
	arena_release(&arena);
}
END_TEST

START_TEST(as_many_layers_as_four_megabytes_hold_are_taken)
{
	struct strbuf body;
	size_t count = 0;

	arena_init(&arena, LIMIT_REQUEST_MEMORY);
	strbuf_init(&body, &arena, LIMIT_MANIFEST);
	strbuf_adds(&body, IMAGE_START ",\"layers\":[" DESC);
	for (count = 1; body.len + sizeof DESC + 2 < LIMIT_MANIFEST; count++)
		strbuf_adds(&body, "," DESC);
	strbuf_adds(&body, "]}");
	ck_assert(strbuf_ok(&body));
	ck_assert_msg(parse(strbuf_span(&body), SPAN_LIT("")), "%s", error.count ? error.items[0].detail : "");
	ck_assert_uint_eq(manifest.layer_count, count);
	arena_release(&arena);
}
END_TEST

static bool parse_filled(const char *start, const char *unit, const char *end)
{
	struct strbuf body;

	arena_init(&arena, LIMIT_REQUEST_MEMORY);
	strbuf_init(&body, &arena, LIMIT_MANIFEST);
	strbuf_adds(&body, start);
	while (body.len + strlen(unit) + strlen(end) <= LIMIT_MANIFEST)
		strbuf_adds(&body, unit);
	strbuf_adds(&body, end);
	return parse(strbuf_span(&body), SPAN_LIT(""));
}

/* Four megabytes of these would become a gigabyte of parse tree. */
START_TEST(documents_that_explode_as_trees_are_refused)
{
	ck_assert(!parse_filled("{\"a\":[", "{},", "{}]}"));
	ck_assert_ptr_nonnull(strstr(detail(), "too many values"));
	arena_release(&arena);
	ck_assert(!parse_filled("{\"a\":[", "[],", "[]]}"));
	ck_assert_ptr_nonnull(strstr(detail(), "too many values"));
	arena_release(&arena);
	ck_assert(!parse_filled("{\"a\":[", "1,", "1]}"));
	ck_assert_ptr_nonnull(strstr(detail(), "too many values"));
	arena_release(&arena);
	ck_assert(!parse_filled("{\"a\":", "[", "]}"));
	ck_assert_ptr_nonnull(strstr(detail(), "nested too deeply"));
	arena_release(&arena);
}
END_TEST

START_TEST(a_media_type_has_a_longest_length)
{
	char type[LIMIT_MEDIA_TYPE + 1];

	memset(type, 'a', sizeof type);
	for (int over = 0; over <= 1; over++) {
		const char *body;

		arena_init(&arena, LIMIT_REQUEST_MEMORY);
		body = arena_printf(&arena, IMAGE_START ",\"artifactType\":\"%.*s\"}", (int)LIMIT_MEDIA_TYPE + over, type);
		ck_assert(parse(span_of(body), SPAN_LIT("")) == !over);
		arena_release(&arena);
	}
}
END_TEST

TEST_FILE(manifest, the_table_holds, descriptors_carry_digest_and_size, nothing_read_refers_to_the_body,
	  four_megabytes_of_annotations_are_taken, as_many_layers_as_four_megabytes_hold_are_taken,
	  documents_that_explode_as_trees_are_refused, a_media_type_has_a_longest_length)
