/* SPDX-License-Identifier: MIT */
#include "berth/http/route.h"

#include "../../lib/test.h"
#include "fake_io.h"

enum { ROOT, BASE, CATALOG, TAGS, MANIFEST_GET, MANIFEST_PUT, UPLOADS, UPLOAD, BLOB, STATUS, NOWHERE };

/* The registry's shapes, and at the end one that a partly matched row above comes before. */
static const struct route table[] = {
	[ROOT] = {HTTP_GET | HTTP_HEAD, "/"},
	[BASE] = {HTTP_GET | HTTP_HEAD, "/v2/"},
	[CATALOG] = {HTTP_GET | HTTP_HEAD, "/v2/_catalog"},
	[TAGS] = {HTTP_GET, "/v2/{name}/tags/list"},
	[MANIFEST_GET] = {HTTP_GET | HTTP_HEAD, "/v2/{name}/manifests/{reference}"},
	[MANIFEST_PUT] = {HTTP_PUT, "/v2/{name}/manifests/{reference}"},
	[UPLOADS] = {HTTP_POST, "/v2/{name}/blobs/uploads/"},
	[UPLOAD] = {HTTP_PATCH, "/v2/{name}/blobs/uploads/{uuid}"},
	[BLOB] = {HTTP_GET | HTTP_DELETE, "/v2/{name}/blobs/{digest}"},
	[STATUS] = {HTTP_GET, "/v2/status/now/all"},
};

#define COUNT (sizeof table / sizeof *table)

static struct fake fake;

static struct route_match find(const char *uri, const char *prefix, enum http_method method)
{
	struct target target;

	ck_assert_msg(target_parse(&target, &fake.arena, span_of(uri), &fake.error), "%s", uri);
	return route_find(table, COUNT, prefix, &fake.arena, &target, method);
}

START_TEST(paths_find_their_routes)
{
	static const struct {
		const char *uri;
		enum http_method method;
		int route;
		const char *name, *parameter;
	} cases[] = {
		{"/", HTTP_GET, ROOT, "", ""},
		{"/v2/", HTTP_GET, BASE, "", ""},
		{"/v2", HTTP_GET, BASE, "", ""},
		{"/v2/_catalog", HTTP_GET, CATALOG, "", ""},
		{"/v2/_catalog/", HTTP_GET, NOWHERE, "", ""},
		{"/v2/a/tags/list", HTTP_GET, TAGS, "a", ""},
		{"/v2/a/tags/list/", HTTP_GET, NOWHERE, "", ""},
		{"/v2/a/b/c/tags/list", HTTP_GET, TAGS, "a/b/c", ""},
		{"/v2/tags/list/tags/list", HTTP_GET, TAGS, "tags/list", ""},
		{"/v2/tags/list", HTTP_GET, NOWHERE, "", ""},
		{"/v2/a/manifests/latest", HTTP_GET, MANIFEST_GET, "a", "latest"},
		{"/v2/a/manifests/latest", HTTP_HEAD, MANIFEST_GET, "a", "latest"},
		{"/v2/a/manifests/latest", HTTP_PUT, MANIFEST_PUT, "a", "latest"},
		{"/v2/a/manifests/manifests/manifests", HTTP_PUT, MANIFEST_PUT, "a/manifests", "manifests"},
		{"/v2/a/blobs/uploads/", HTTP_POST, UPLOADS, "a", ""},
		{"/v2/a/blobs/uploads", HTTP_POST, UPLOADS, "a", ""},
		{"/v2/a/blobs/uploads/u", HTTP_PATCH, UPLOAD, "a", "u"},
		{"/v2/a/b/blobs/uploads/u", HTTP_PATCH, UPLOAD, "a/b", "u"},
		{"/v2/a/blobs/uploads/u/", HTTP_PATCH, NOWHERE, "", ""},
		{"/v2/a/blobs/sha256:1", HTTP_GET, BLOB, "a", "sha256:1"},
		{"/v2/status/now/all", HTTP_GET, STATUS, "", ""},
		{"/v1/", HTTP_GET, NOWHERE, "", ""},
		{"/v2/a", HTTP_GET, NOWHERE, "", ""},
		{"/V2/", HTTP_GET, NOWHERE, "", ""},
		{"/v2/a/TAGS/list", HTTP_GET, NOWHERE, "", ""},
	};

	FAKE(&fake, "X=");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct route_match match = find(cases[i].uri, "", cases[i].method);
		int route = match.route ? (int)(match.route - table) : NOWHERE;

		ck_assert_msg(route == cases[i].route, "%s: route %d", cases[i].uri, route);
		if (route == NOWHERE) {
			ck_assert_msg(match.allowed == 0, "%s", cases[i].uri);
			continue;
		}
		ck_assert_msg(span_is(match.name, cases[i].name), "%s: name %.*s", cases[i].uri, SPAN_ARG(match.name));
		ck_assert_msg(span_is(match.parameter, cases[i].parameter), "%s: parameter %.*s", cases[i].uri,
			      SPAN_ARG(match.parameter));
	}
	fake_release(&fake);
}
END_TEST

START_TEST(a_literal_before_a_parameter_owns_its_path)
{
	struct route_match match;

	FAKE(&fake, "X=");
	match = find("/v2/a/blobs/uploads", "", HTTP_DELETE); /* not the blob "uploads" */
	ck_assert_ptr_null(match.route);
	ck_assert_int_eq(match.allowed, HTTP_POST | HTTP_OPTIONS);
	fake_release(&fake);
}
END_TEST

START_TEST(another_method_is_told_what_is_allowed)
{
	struct route_match match;

	FAKE(&fake, "X=");
	match = find("/v2/a/manifests/latest", "", HTTP_DELETE);
	ck_assert_ptr_null(match.route);
	ck_assert_str_eq(route_allow(match.allowed, &fake.arena), "GET, HEAD, OPTIONS, PUT");
	match = find("/v2/a/manifests/latest", "", HTTP_OPTIONS);
	ck_assert_ptr_null(match.route);
	ck_assert(match.allowed & HTTP_OPTIONS);
	match = find("/v2/a/manifests/latest", "", 0);
	ck_assert_ptr_null(match.route);
	ck_assert_int_ne(match.allowed, 0);
	match = find("/v2/a/blobs/sha256:1", "", HTTP_GET);
	ck_assert_str_eq(route_allow(match.allowed, &fake.arena), "DELETE, GET, OPTIONS");
	ck_assert_str_eq(route_allow(127, &fake.arena), "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT");
	ck_assert_str_eq(route_allow(0, &fake.arena), "");
	fake_release(&fake);
}
END_TEST

START_TEST(a_prefix_comes_before_every_route)
{
	FAKE(&fake, "X=");
	ck_assert_ptr_eq(find("/a/b/v2/", "/a/b/", HTTP_GET).route, &table[BASE]);
	ck_assert_ptr_eq(find("/a/b/", "/a/b/", HTTP_GET).route, &table[ROOT]);
	ck_assert_ptr_eq(find("/v2/", "/", HTTP_GET).route, &table[BASE]);
	ck_assert(span_is(find("/a/b/v2/x/y/tags/list", "/a/b/", HTTP_GET).name, "x/y"));
	ck_assert_int_eq(find("/v2/", "/a/b/", HTTP_GET).allowed, 0);
	ck_assert_int_eq(find("/a/bc/v2/", "/a/b/", HTTP_GET).allowed, 0);
	ck_assert_int_eq(find("/a/v2/", "/a/b/", HTTP_GET).allowed, 0);
	ck_assert_int_eq(find("/a", "/a/b/", HTTP_GET).allowed, 0);
	fake_release(&fake);
}
END_TEST

START_TEST(an_encoded_segment_is_matched_decoded)
{
	FAKE(&fake, "X=");
	ck_assert(span_is(find("/v2/a/manifests/%6catest", "", HTTP_GET).parameter, "latest"));
	ck_assert_ptr_eq(find("/%762/", "", HTTP_GET).route, &table[BASE]);
	fake_release(&fake);
}
END_TEST

TEST_FILE(route, paths_find_their_routes, a_literal_before_a_parameter_owns_its_path,
	  another_method_is_told_what_is_allowed, a_prefix_comes_before_every_route, an_encoded_segment_is_matched_decoded)
