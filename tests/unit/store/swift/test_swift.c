/* SPDX-License-Identifier: MIT */
#include "../../../../src/store/swift/swift_explore_priv.h"
#include "../../../../src/store/swift/swift_large_priv.h"
#include "../../../../src/store/swift/swift_tempurl_priv.h"
#include "../../../lib/table.h"
#include "../../../lib/test.h"

#define MEMORY ((size_t)1 << 20)

/* Begun at its first use, by whatever initialiser that is. */
static struct arena *memory(void)
{
	static struct arena arena;

	if (arena.ceiling == 0)
		arena_init(&arena, MEMORY);
	return &arena;
}

static void end(void)
{
	http_client_set_now(0);
	arena_release(memory());
}

static struct swift_settings unset(void)
{
	return (struct swift_settings){
		.username = "u",
		.password = secret_new(memory(), "p\"w"),
		.authurl = "http://k/vN",
		.tenant = "",
		.tenantid = "",
		.domain = "",
		.domainid = "",
		.tenantdomain = "",
		.tenantdomainid = "",
		.trustid = "",
		.region = "",
		.endpointtype = "",
		.container = "blobs",
		.prefix = "",
		.chunksize = 20 << 20,
		.accesskey = "",
	};
}

/* "name=value name=value" as settings. */
static struct swift_settings with(struct span text)
{
	struct swift_settings settings = unset();
	struct {
		const char *name;
		const char **member;
	} names[] = {
		{"tenant", &settings.tenant},
		{"tenantid", &settings.tenantid},
		{"domain", &settings.domain},
		{"domainid", &settings.domainid},
		{"tenantdomain", &settings.tenantdomain},
		{"tenantdomainid", &settings.tenantdomainid},
		{"trustid", &settings.trustid},
		{"region", &settings.region},
		{"endpointtype", &settings.endpointtype},
	};
	struct span word, name;

	while (span_split(&text, ' ', &word)) {
		bool known = word.len == 0;

		if (word.len > 0)
			(void)span_split(&word, '=', &name);
		for (size_t i = 0; i < sizeof names / sizeof *names && !known; i++)
			if (span_is(name, names[i].name)) {
				*names[i].member = arena_span(memory(), word);
				known = true;
			}
		ck_assert(known);
	}
	return settings;
}

START_TEST(the_way_of_signing_in_is_told_by_the_url)
{
	TABLE_EACH("swift_versions", 3, cells)
	{
		int given = span_is(cells[0], "-1") ? -1 : cells[0].ptr[0] - '0';

		table_expect(&table,
			     arena_printf(memory(), "%d", swift_auth_version(given, arena_span(memory(), cells[1]))),
			     cells[2]);
	}
	end();
}
END_TEST

START_TEST(requests_to_keystone_are_as_its_documentation_has_them)
{
	TABLE_EACH("swift_bodies", 4, cells)
	{
		struct swift_settings settings = with(cells[1]);
		int version = cells[0].ptr[0] - '0';
		struct http_exchange request = swift_auth_request(&settings, version, cells[0].len > 1, memory());

		table_expect(&table, request.url + strlen("http://k/vN"), cells[2]);
		table_expect(&table, request.body.length ? request.body.bytes : "", cells[3]);
		ck_assert_str_eq(request.method, version == 1 ? "GET" : "POST");
	}
	end();
}
END_TEST

START_TEST(tempauth_is_asked_by_headers)
{
	struct swift_settings settings = unset();
	struct http_exchange request = swift_auth_request(&settings, 1, false, memory());

	ck_assert_str_eq(http_exchange_get(&request, "X-Auth-User"), "u");
	ck_assert_str_eq(http_exchange_get(&request, "X-Auth-Key"), "p\"w");
	ck_assert_uint_eq(request.body.length, 0);
	end();
}
END_TEST

START_TEST(a_slash_at_the_end_of_the_url_is_not_doubled)
{
	struct swift_settings settings = unset();

	settings.authurl = "http://k/v3/";
	ck_assert_str_eq(swift_auth_request(&settings, 3, false, memory()).url, "http://k/v3/auth/tokens");
	ck_assert_str_eq(swift_auth_request(&settings, 2, false, memory()).url, "http://k/v3/tokens");
	end();
}
END_TEST

/* ---- answers ---- */

static struct http_exchange answer(const char *head, const char *body)
{
	return (struct http_exchange){.status = 200, .head = span_of(head), .answer = span_of(body)};
}

static bool reads(struct swift_access *out, const struct swift_settings *settings, int version, const char *head,
		  const char *body)
{
	struct http_exchange exchange = answer(head, body);
	const char *why = NULL;
	bool ok = swift_auth_read(out, settings, version, &exchange, memory(), &why);

	ck_assert(ok == (why == NULL));
	return ok;
}

START_TEST(the_storage_is_chosen_from_the_catalogue)
{
	TABLE_EACH("swift_catalogs", 4, cells)
	{
		struct swift_settings settings = with(cells[1]);
		int version = cells[0].ptr[0] - '0';
		struct swift_access access = {.storage_url = ""};
		const char *body =
			arena_printf(memory(),
				     version == 2 ? "{\"access\":{\"token\":{\"id\":\"tok\"},\"serviceCatalog\":%.*s}}"
						  : "{\"token\":{\"catalog\":%.*s}}",
				     SPAN_ARG(cells[2]));
		bool ok = reads(&access, &settings, version, "X-Subject-Token: tok\r\n", body);

		table_expect(&table, ok ? access.storage_url : "", cells[3]);
		ck_assert(!ok || strcmp(secret_reveal(access.token), "tok") == 0);
	}
	end();
}
END_TEST

START_TEST(tempauths_answer_is_read)
{
	struct swift_settings settings = unset();
	struct swift_access access;

	ck_assert(reads(&access, &settings, 1,
			"X-Storage-Url: http://h/v1/AUTH_test/\r\nX-Auth-Token: AUTH_tk1\r\nX-Auth-Token-Expires: 300\r\n",
			""));
	ck_assert_str_eq(access.storage_url, "http://h/v1/AUTH_test");
	ck_assert_str_eq(secret_reveal(access.token), "AUTH_tk1");
	ck_assert_int_eq(access.life, 300);
	ck_assert(!reads(&access, &settings, 1, "X-Storage-Url: http://h/v1/AUTH_test\r\n", ""));
	ck_assert(!reads(&access, &settings, 1, "X-Auth-Token: AUTH_tk1\r\n", "<html>"));
	end();
}
END_TEST

#define CATALOG "[{\"type\":\"object-store\",\"endpoints\":[{\"interface\":\"public\",\"url\":\"http://h/v1/AUTH_7\"}]}]"

START_TEST(a_tokens_life_is_counted_by_keystones_own_clock)
{
	struct swift_settings settings = unset();
	struct swift_access access;
	const char *body = "{\"token\":{\"expires_at\":\"2026-01-31T12:10:00.000000Z\",\"project\":{\"id\":\"77\"},"
			   "\"catalog\":" CATALOG "}}";

	http_client_set_now(5);
	ck_assert(reads(&access, &settings, 3, "X-Subject-Token: t\r\nDate: Sat, 31 Jan 2026 12:00:00 GMT\r\n", body));
	ck_assert_int_eq(access.life, 600);
	ck_assert_str_eq(access.tenant_id, "77");
	ck_assert(reads(&access, &settings, 3, "X-Subject-Token: t\r\nDate: Sat, 31 Jan 2026 13:00:00 GMT\r\n", body));
	ck_assert_int_eq(access.life, 1);
	end();
}
END_TEST

START_TEST(what_is_not_keystones_answer_is_refused)
{
	static const char *const bodies[] = {
		"",
		"{",
		"[]",
		"7",
		"{\"token\":7}",
		"{\"token\":{}}",
		"<html></html>",
		"{\"token\":{\"catalog\":" CATALOG "}}",
	};
	struct swift_settings settings = unset();
	struct swift_access access;

	for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
		ck_assert(!reads(&access, &settings, 3, "", bodies[i]));
		ck_assert(!reads(&access, &settings, 2, "X-Subject-Token: t\r\n", bodies[i]));
	}
	end();
}
END_TEST

/* ---- temporary URLs ---- */

START_TEST(temporary_urls_are_signed_as_swifts_own_client_does)
{
	/* by `swift tempurl` of python-swiftclient 4.1.0; sha512 in hex by Python's hmac */
	static const struct {
		enum hash digest;
		const char *storage_url, *container, *key, *secret, *url;
		int64_t expires;
	} cases[] = {
		{HASH_SHA1, "http://h/v1/AUTH_test", "blobs", "files/docker/registry/v2/blobs/sha256/ab/abcd/data", "a key",
		 "http://h/v1/AUTH_test/blobs/files/docker/registry/v2/blobs/sha256/ab/abcd/data?"
		 "temp_url_sig=34f5d8172fb81b83aee1b3cfbd56b9bf0480e0c6&temp_url_expires=1400000000",
		 1400000000},
		{HASH_SHA256, "http://h/v1/AUTH_test", "blobs", "files/docker/registry/v2/blobs/sha256/ab/abcd/data",
		 "a key",
		 "http://h/v1/AUTH_test/blobs/files/docker/registry/v2/blobs/sha256/ab/abcd/data?"
		 "temp_url_sig=0f42f361a0de4093b0b83f5bd8559d3b1a22ffd2db6d87e6e8381f230e8aeee5&temp_url_expires=1400000000",
		 1400000000},
		{HASH_SHA512, "https://h:8080/v1/AUTH_test", "blobs", "files/docker/registry/v2/blobs/sha256/ab/abcd/data",
		 "a key",
		 "https://h:8080/v1/AUTH_test/blobs/files/docker/registry/v2/blobs/sha256/ab/abcd/data?"
		 "temp_url_sig=6f33af6b46be23f21a6d7d5d94aea5ed1c8257fcde401c0f3a0d04a3e19cf108d4e38e0546afb5fc3faabecbee4e20"
		 "fa6dd59a6860bc9b77e63577d49e2fb303&temp_url_expires=1400000000",
		 1400000000},
		{HASH_SHA256, "http://h/v1/AUTH_test", "my box", "a b/\xc3\xbc", "mykey",
		 "http://h/v1/AUTH_test/my%20box/a%20b/%C3%BC?"
		 "temp_url_sig=90613c14d32644f6df866b0b18a6678335676d0f815d6587618cda8e546e8f40&temp_url_expires=1400000000",
		 1400000000},
		{HASH_SHA1, "http://h/swift/v1/AUTH_testid", "reg", "x", "mykey",
		 "http://h/swift/v1/AUTH_testid/reg/x?"
		 "temp_url_sig=2cc543f54f322856bc9d460fca5003464ead3354&temp_url_expires=2000000000",
		 2000000000},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct swift_tempurl in = {
			.storage_url = cases[i].storage_url,
			.container = cases[i].container,
			.key = cases[i].key,
			.method = "GET",
			.expires = cases[i].expires,
			.secret = secret_new(memory(), cases[i].secret),
			.digest = cases[i].digest,
			.tenant_id = "7",
			.accesskey = "",
		};

		ck_assert_str_eq(swift_tempurl(&in, memory()), cases[i].url);
	}
	end();
}
END_TEST

START_TEST(an_access_key_is_named_in_the_signature)
{
	struct swift_tempurl in = {
		.storage_url = "http://h/swift/v1/AUTH_testid",
		.container = "reg",
		.key = "x",
		.method = "GET",
		.expires = 2000000000,
		.secret = secret_new(memory(), "mykey"),
		.digest = HASH_SHA1,
		.tenant_id = "77",
		.accesskey = "AK",
	};

	ck_assert_str_eq(
		swift_tempurl(&in, memory()),
		"http://h/swift/v1/AUTH_testid/reg/x?temp_url_sig=77%3AAK%3A2cc543f54f322856bc9d460fca5003464ead3354&"
		"temp_url_expires=2000000000");
	end();
}
END_TEST

/* ---- powers ---- */

static struct swift_powers powers_of(const char *text)
{
	struct swift_powers powers = {0};

	swift_read_info(&powers, json_read(memory(), span_of(text), NULL));
	return powers;
}

START_TEST(what_a_cluster_says_of_itself_is_believed)
{
	struct swift_powers all =
		powers_of("{\"swift\":{\"version\":\"2.30.1\",\"max_file_size\":5368709122},"
			  "\"slo\":{\"max_manifest_segments\":100},"
			  "\"tempurl\":{\"methods\":[\"GET\",\"HEAD\"],\"allowed_digests\":[\"sha1\",\"sha256\"]}}");
	struct swift_powers old = powers_of("{\"swift\":{\"version\":\"2.2.0\"},\"tempurl\":{\"methods\":[\"PUT\"]}}");
	struct swift_powers odd =
		powers_of("{\"swift\":7,\"slo\":{\"max_manifest_segments\":-1},\"tempurl\":{\"methods\":[7],"
			  "\"allowed_digests\":[\"sha512\"]}}");

	ck_assert(all.slo && all.tempurl && all.container_key);
	ck_assert_uint_eq(all.manifest_max, 100);
	ck_assert_uint_eq(all.object_max, 5368709122);
	ck_assert_int_eq(all.digest, HASH_SHA256);
	ck_assert(!old.slo && !old.tempurl && !old.container_key);
	ck_assert_int_eq(old.digest, HASH_SHA1);
	ck_assert(odd.slo && !odd.tempurl);
	ck_assert_uint_eq(odd.manifest_max, 1000);
	ck_assert_int_eq(odd.digest, HASH_SHA512);
	end();
}
END_TEST

/* distribution 2.8: TrimLeft(prefix + "/files" + path, "/"). */
START_TEST(names_are_where_distribution_has_them)
{
	struct swift swift = {.settings = unset()};
	const struct object_upload upload = {"key", "0123456789"};

	ck_assert_str_eq(swift_key_prefix("", memory()), "files/");
	ck_assert_str_eq(swift_key_prefix("a/b", memory()), "a/b/files/");
	ck_assert_str_eq(swift_key_prefix("/a", memory()), "a/files/");
	ck_assert_str_eq(swift_key_prefix("a/", memory()), "a//files/");
	ck_assert_str_eq(swift_segment(&swift, &upload, &(struct object_part){.number = 7, .tag = "etag"}, memory()),
			 "segments/012/3456789/0000000000000007");
	swift.settings.prefix = "p";
	ck_assert_str_eq(swift_segment(&swift, &upload, &(struct object_part){.number = 12345, .tag = "etag.5e7d"},
				       memory()),
			 "p/segments/012/3456789/0000000000012345-5e7d");
	ck_assert_str_eq(swift_note(&swift, "p/files/x", "0123", memory()), "p/segments/unfinished/p/files/x/0123");
	end();
}
END_TEST

TEST_FILE(swift, the_way_of_signing_in_is_told_by_the_url, requests_to_keystone_are_as_its_documentation_has_them,
	  tempauth_is_asked_by_headers, a_slash_at_the_end_of_the_url_is_not_doubled,
	  the_storage_is_chosen_from_the_catalogue, tempauths_answer_is_read,
	  a_tokens_life_is_counted_by_keystones_own_clock, what_is_not_keystones_answer_is_refused,
	  temporary_urls_are_signed_as_swifts_own_client_does, an_access_key_is_named_in_the_signature,
	  what_a_cluster_says_of_itself_is_believed, names_are_where_distribution_has_them)
