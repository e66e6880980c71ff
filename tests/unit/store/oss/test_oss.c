/* SPDX-License-Identifier: MIT */
/* Where a bucket is, seen in the URLs that are signed for it. Requests: tests/store. */
#include "berth/store/oss.h"

#include <string.h>

#include "../../../lib/test.h"

#define MEMORY ((size_t)8 << 20)

static struct arena arena;

/* The URL up to its query. */
static const char *place(struct oss_settings settings, const char **query)
{
	struct object_service *service;
	const char *url = NULL;
	struct error error;
	char reason[256];
	char *mark;

	settings.accesskeyid = "ak";
	settings.accesskeysecret = secret_new(&arena, "sk");
	settings.bucket = "images";
	settings.endpoint = settings.endpoint ? settings.endpoint : "";
	settings.encryptionkeyid = "";
	settings.chunksize = 10 << 20;
	service = store_oss_service_new(&settings, reason, sizeof reason);
	ck_assert_msg(service != NULL, "%s", reason);
	ck_assert_str_eq(service->ops->name, "oss");
	error_init(&error, &arena);
	ck_assert(service->ops->sign(service, "some/key+1", OBJECT_GET, 60, &url, &arena, &error));
	service->ops->close(service);
	mark = strchr(url, '?');
	ck_assert_ptr_nonnull(mark);
	*mark = '\0';
	*query = mark + 1;
	return url;
}

START_TEST(a_bucket_has_the_host_that_the_settings_say)
{
	static const struct {
		struct oss_settings settings;
		const char *due;
	} cases[] = {
		{{.region = "oss-cn-hangzhou", .secure = true}, "https://images.oss-cn-hangzhou.aliyuncs.com/some/key%2B1"},
		{{.region = "cn-hangzhou", .secure = true}, "https://images.oss-cn-hangzhou.aliyuncs.com/some/key%2B1"},
		{{.region = "oss-us-west-1", .internal = true, .secure = true},
		 "https://images.oss-us-west-1-internal.aliyuncs.com/some/key%2B1"},
		{{.region = "oss-us-west-1"}, "http://images.oss-us-west-1.aliyuncs.com/some/key%2B1"},
		{{.region = "r", .endpoint = "blobs.example.com", .secure = true},
		 "https://blobs.example.com/some/key%2B1"},
		{{.region = "r", .endpoint = "blobs.example.com", .internal = true, .secure = true},
		 "https://blobs.example.com/some/key%2B1"},
		{{.region = "r", .endpoint = "127.0.0.1:9000"}, "http://127.0.0.1:9000/some/key%2B1"},
		{{.region = "r", .endpoint = "http://blobs:81", .secure = true}, "http://blobs:81/some/key%2B1"},
		{{.region = "r", .endpoint = "https://blobs"}, "https://blobs/some/key%2B1"},
		{{.region = "r", .endpoint = "oss-accelerate.aliyuncs.com", .secure = true},
		 "https://images.oss-accelerate.aliyuncs.com/some/key%2B1"},
		{{.region = "r", .endpoint = "images.oss-cn-x.aliyuncs.com", .secure = true},
		 "https://images.oss-cn-x.aliyuncs.com/some/key%2B1"},
	};
	const char *query;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		arena_init(&arena, MEMORY);
		ck_assert_str_eq(place(cases[i].settings, &query), cases[i].due);
		arena_release(&arena);
	}
}
END_TEST

START_TEST(the_version_of_signatures_is_as_set)
{
	const char *query;

	arena_init(&arena, MEMORY);
	(void)place((struct oss_settings){.region = "oss-cn-hangzhou", .v4auth = true}, &query);
	ck_assert_ptr_nonnull(strstr(query, "x-oss-signature-version=OSS4-HMAC-SHA256"));
	ck_assert_ptr_nonnull(strstr(query, "%2Fcn-hangzhou%2Foss%2Faliyun_v4_request"));
	(void)place((struct oss_settings){.region = "oss-cn-hangzhou"}, &query);
	ck_assert_ptr_nonnull(strstr(query, "OSSAccessKeyId=ak&Expires="));
	arena_release(&arena);
}
END_TEST

TEST_FILE(oss, a_bucket_has_the_host_that_the_settings_say, the_version_of_signatures_is_as_set)
