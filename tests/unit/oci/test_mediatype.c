/* SPDX-License-Identifier: MIT */
#include "berth/oci/mediatype.h"
#include "../../lib/table.h"
#include "../../lib/test.h"

START_TEST(the_table_of_content_types_holds)
{
	TABLE_EACH("mediatypes", 2, cells)
	{
		char text[256] = "no";
		struct span essence;

		if (mediatype_essence(&essence, cells[0]))
			(void)snprintf(text, sizeof text, "%.*s", SPAN_ARG(essence));
		table_expect(&table, text, cells[1]);
	}
}
END_TEST

START_TEST(an_absent_value_is_no_media_type)
{
	struct span essence;

	ck_assert(!mediatype_essence(&essence, (struct span){NULL, 0}));
}
END_TEST

START_TEST(the_four_manifest_types_have_their_kinds)
{
	static const struct mediatype due[] = {
		{MEDIATYPE_DOCKER_MANIFEST, MANIFEST_KIND_IMAGE},
		{MEDIATYPE_DOCKER_LIST, MANIFEST_KIND_INDEX},
		{MEDIATYPE_OCI_MANIFEST, MANIFEST_KIND_IMAGE},
		{MEDIATYPE_OCI_INDEX, MANIFEST_KIND_INDEX},
	};

	for (size_t i = 0; i < sizeof due / sizeof *due; i++) {
		const struct mediatype *type = mediatype_manifest(span_of(due[i].name));

		ck_assert_ptr_nonnull(type);
		ck_assert_str_eq(type->name, due[i].name);
		ck_assert_int_eq(type->kind, due[i].kind);
	}
	ck_assert_ptr_null(mediatype_manifest(span_of("application/vnd.oci.image.config.v1+json")));
	ck_assert_ptr_null(mediatype_manifest(span_of("")));
}
END_TEST

START_TEST(a_type_is_found_in_any_case_and_handed_out_in_its_own)
{
	const struct mediatype *type = mediatype_manifest(SPAN_LIT("Application/VND.OCI.image.index.V1+JSON"));

	ck_assert_ptr_nonnull(type);
	ck_assert_str_eq(type->name, MEDIATYPE_OCI_INDEX);
}
END_TEST

START_TEST(schema1_is_known)
{
	ck_assert(mediatype_is_schema1(SPAN_LIT("application/vnd.docker.distribution.manifest.v1+prettyjws")));
	ck_assert(!mediatype_is_schema1(SPAN_LIT(MEDIATYPE_DOCKER_MANIFEST)));
}
END_TEST

TEST_FILE(mediatype, the_table_of_content_types_holds, an_absent_value_is_no_media_type,
	  the_four_manifest_types_have_their_kinds, a_type_is_found_in_any_case_and_handed_out_in_its_own, schema1_is_known)
