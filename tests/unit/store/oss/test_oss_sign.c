/* SPDX-License-Identifier: MIT */
/*
 * Vectors: those of Alibaba's Go SDK, version 2 (signer_test.go), which its other SDKs repeat, as far as they use what we do;
 * V1 with a Date field as there.
 */
#include "../../../../src/store/oss/oss_sign_priv.h"

#include <string.h>

#include "../../../lib/test.h"

#define MEMORY ((size_t)8 << 20)

static struct arena arena;

static struct oss_signer signer(const char *bucket, int64_t now)
{
	arena_init(&arena, MEMORY);
	return (struct oss_signer){"ak", secret_new(&arena, "sk"), "cn-hangzhou", bucket, now};
}

#define PARAMETERS "%2Bparam1=value3&%2Bparam2=&%7Cparam1=value4&%7Cparam2=&param1=value1&param2="

START_TEST(v4_signs_a_header_as_the_sdk_does)
{
	struct oss_signer ak = signer("bucket", 1702743657);
	struct http_field fields[] = {
		{"x-oss-head1", "value"},
		{"abc", "value"},
		{"ZAbc", "value"},
		{"XYZ", "value"},
		{"content-type", "text/plain"},
		{"x-oss-content-sha256", "UNSIGNED-PAYLOAD"},
		{"X-Oss-Date", "20231216T162057Z"},
	};
	struct oss_signed request = {"PUT", "1234+-/123/1.txt", PARAMETERS, fields, 7};

	ck_assert_str_eq(oss_v4_header(&ak, &request, &arena),
			 "OSS4-HMAC-SHA256 Credential=ak/20231216/cn-hangzhou/oss/aliyun_v4_request,"
			 "Signature=e21d18daa82167720f9b1047ae7e7f1ce7cb77a31e8203a7d5f4624fa0284afe");
	arena_release(&arena);
}
END_TEST

START_TEST(v4_signs_a_session_token_among_the_fields)
{
	struct oss_signer ak = signer("bucket", 1702784856);
	struct http_field fields[] = {
		{"x-oss-head1", "value"},
		{"content-type", "text/plain"},
		{"x-oss-content-sha256", "UNSIGNED-PAYLOAD"},
		{"x-oss-date", "20231217T034736Z"},
		{"x-oss-security-token", "token"},
	};
	struct oss_signed request = {"PUT", "1234+-/123/1.txt", PARAMETERS, fields, 5};

	ck_assert_ptr_nonnull(strstr(oss_v4_header(&ak, &request, &arena),
				     "Signature=b94a3f999cf85bcdc00d332fbd3734ba03e48382c36fa4d5af5df817395bd9ea"));
	arena_release(&arena);
}
END_TEST

START_TEST(v4_signs_a_url_as_the_sdk_does)
{
	struct oss_signer ak = signer("bucket", 1702781677);
	struct http_field fields[] = {{"x-oss-head1", "value"}, {"content-type", "application/octet-stream"}};
	struct oss_signed request = {"PUT", "1234+-/123/1.txt", PARAMETERS, fields, 2};

	ck_assert_str_eq(oss_v4_query(&ak, &request, 599, &arena), PARAMETERS
			 "&x-oss-credential=ak%2F20231217%2Fcn-hangzhou%2Foss%2Faliyun_v4_request"
			 "&x-oss-date=20231217T025437Z&x-oss-expires=599&x-oss-signature-version=OSS4-HMAC-SHA256"
			 "&x-oss-signature=a39966c61718be0d5b14e668088b3fa07601033f6518ac7b523100014269c0fe");
	arena_release(&arena);
}
END_TEST

#define V1_DATE "Wed, 28 Dec 2022 10:27:41 GMT"

START_TEST(v1_signs_a_header_as_the_sdk_does)
{
	struct oss_signer ak = signer("examplebucket", 0);
	struct http_field fields[] = {
		{"Content-MD5", "eB5eJF1ptWaXm4bijSPyxw=="}, {"Content-Type", "text/html"}, {"x-oss-meta-author", "alice"},
		{"X-Oss-Meta-Magic", " abracadabra "},       {"x-oss-date", V1_DATE},       {"Date", V1_DATE},
	};
	struct oss_signed request = {"PUT", "nelson", "", fields, 6};

	ck_assert_str_eq(oss_v1_header(&ak, &request, &arena), "OSS ak:kSHKmLxlyEAKtZPkJhG9bZb5k7M=");
	request.query = "acl";
	ck_assert_str_eq(oss_v1_header(&ak, &request, &arena), "OSS ak:/afkugFbmWDQ967j1vr6zygBLQk=");
	request.query = "acl=&max-keys=7";
	ck_assert_str_eq(oss_v1_header(&ak, &request, &arena), "OSS ak:/afkugFbmWDQ967j1vr6zygBLQk=");
	arena_release(&arena);
}
END_TEST

START_TEST(v1_signs_a_bucket_and_its_subresources)
{
	struct oss_signer ak = signer("examplebucket", 0);
	struct http_field fields[] = {{"x-oss-date", V1_DATE}, {"Date", V1_DATE}};
	struct oss_signed request = {"GET", "", "resourceGroup&non-resousce=null", fields, 2};

	ck_assert_str_eq(oss_v1_header(&ak, &request, &arena), "OSS ak:vkQmfuUDyi1uDi3bKt67oemssIs=");
	request.query = "resourceGroup&acl";
	ck_assert_str_eq(oss_v1_header(&ak, &request, &arena), "OSS ak:x3E5TgOvl/i7PN618s5mEvpJDYk=");
	arena_release(&arena);
}
END_TEST

START_TEST(v1_signs_a_url_as_the_sdk_does)
{
	struct oss_signer ak = signer("bucket", 1699807420 - 60);
	struct oss_signed request = {"GET", "key", "versionId=versionId", NULL, 0};

	ck_assert_str_eq(
		oss_v1_query(&ak, &request, 60, &arena),
		"versionId=versionId&OSSAccessKeyId=ak&Expires=1699807420&Signature=dcLTea%2BYh9ApirQ8o8dOPqtvJXQ%3D");
	arena_release(&arena);
}
END_TEST

START_TEST(v1_signs_a_key_and_a_token_as_they_are)
{
	struct oss_signer ak = signer("bucket", 1699808204 - 60);
	struct oss_signed request = {"GET", "key+123", "versionId=versionId&security-token=tok%65n", NULL, 0};

	ck_assert_ptr_nonnull(strstr(oss_v1_query(&ak, &request, 60, &arena), "&Signature=jzKYRrM5y6Br0dRFPaTGOsbrDhY%3D"));
	arena_release(&arena);
}
END_TEST

START_TEST(the_verb_is_part_of_a_urls_signature)
{
	struct oss_signer ak = signer("bucket", 1702781677);
	struct oss_signed get = {.method = "GET", .key = "key", .query = ""},
			  head = {.method = "HEAD", .key = "key", .query = ""};

	ck_assert_str_ne(oss_v4_query(&ak, &get, 60, &arena), oss_v4_query(&ak, &head, 60, &arena));
	ck_assert_str_ne(oss_v1_query(&ak, &get, 60, &arena), oss_v1_query(&ak, &head, 60, &arena));
	arena_release(&arena);
}
END_TEST

TEST_FILE(oss_sign, v4_signs_a_header_as_the_sdk_does, v4_signs_a_session_token_among_the_fields,
	  v4_signs_a_url_as_the_sdk_does, v1_signs_a_header_as_the_sdk_does, v1_signs_a_bucket_and_its_subresources,
	  v1_signs_a_url_as_the_sdk_does, v1_signs_a_key_and_a_token_as_they_are, the_verb_is_part_of_a_urls_signature)
