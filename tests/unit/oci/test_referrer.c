/* SPDX-License-Identifier: MIT */
#include "berth/oci/referrer.h"
#include "../../lib/test.h"

START_TEST(an_index_without_a_type_has_none)
{
	struct manifest index = {.kind = MANIFEST_KIND_INDEX};

	ck_assert_ptr_null(referrer_artifact_type(&index));
	index.artifact_type = "";
	ck_assert_ptr_null(referrer_artifact_type(&index));
	index.artifact_type = "x/y";
	ck_assert_str_eq(referrer_artifact_type(&index), "x/y");
}
END_TEST

START_TEST(an_image_falls_back_on_its_config)
{
	struct descriptor config = {.media_type = "a/b"};
	struct manifest image = {.kind = MANIFEST_KIND_IMAGE, .config = &config};

	ck_assert_str_eq(referrer_artifact_type(&image), "a/b");
	image.artifact_type = "x/y";
	ck_assert_str_eq(referrer_artifact_type(&image), "x/y");
	image.artifact_type = "";
	ck_assert_str_eq(referrer_artifact_type(&image), "a/b");
	config.media_type = "";
	ck_assert_ptr_null(referrer_artifact_type(&image));
}
END_TEST

START_TEST(the_fallback_tag_is_the_digest_cut_to_a_tag)
{
	char tag[REFERRER_TAG_MAX];
	struct digest digest;

	digest_of(&digest, DIGEST_SHA256, "abc", 3);
	ck_assert_str_eq(referrer_fallback_tag(&digest, tag),
			 "sha256-ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	digest_of(&digest, DIGEST_SHA512, "abc", 3);
	ck_assert_str_eq(referrer_fallback_tag(&digest, tag),
			 "sha512-ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a");
}
END_TEST

TEST_FILE(referrer, an_index_without_a_type_has_none, an_image_falls_back_on_its_config,
	  the_fallback_tag_is_the_digest_cut_to_a_tag)
