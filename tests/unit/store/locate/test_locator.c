/* SPDX-License-Identifier: MIT */
#include "berth/store/locator.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <unistd.h>

#include "../../../lib/table.h"
#include "../../../lib/test.h"
#include "berth/base/base64.h"
#include "berth/http/client.h"

#define MEMORY ((size_t)64 << 20)
#define BLOB_PATH "docker/registry/v2/blobs/sha256/e3/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855/data"
#define SIGNED "https://bucket.s3.example.com/some/" BLOB_PATH "?X-Amz-Signature=abc%2Fdef"

/* A store below: signs always the same URL, or has a file. */
struct below {
	struct store store;
	const char *url;
	int located;
	struct store_client client;
};

static bool below_locate(struct store *store, const struct digest *digest, const struct store_client *client,
			 struct store_location *out, struct arena *arena, struct error *error)
{
	struct below *below = (struct below *)store;

	(void)digest, (void)arena, (void)error;
	below->located++;
	below->client = *client;
	*out = below->url ? (struct store_location){.place = STORE_PLACE_URL, .url = below->url}
			  : (struct store_location){.place = STORE_PLACE_FILE, .path = "/blobs/x", .relative = "x"};
	return true;
}

static const struct store_driver below_driver = {.name = "below", .locate = below_locate};

static struct below below;
static struct locators *locators;
static struct arena arena;
static struct error error;
static char reason[256];

static void open_on(const char *url, const struct locator_settings *list, size_t count)
{
	arena_init(&arena, MEMORY);
	error_init(&error, &arena);
	below = (struct below){.store.driver = &below_driver, .url = url};
	locators = locators_open(list, count, reason, sizeof reason);
	ck_assert_msg(locators != NULL, "%s", reason);
}

static void close_it(void)
{
	locators_close(locators);
	arena_release(&arena);
}

static struct store_location locate(struct store_client client)
{
	struct store_location location;
	struct digest digest;

	digest_of(&digest, DIGEST_SHA256, "", 0);
	ck_assert(locators_find(locators, &below.store, &digest, &client, &location, &arena, &error));
	return location;
}

static const char *url_for(struct store_client client)
{
	struct store_location location = locate(client);

	ck_assert_int_eq(location.place, STORE_PLACE_URL);
	return location.url;
}

static struct locator_settings blank(enum locator_kind kind)
{
	return (struct locator_settings){kind, "", "", "", "", 0, NULL, "", "", ""};
}

static struct locator_settings redirect_to(const char *url)
{
	struct locator_settings settings = blank(LOCATOR_REDIRECT);

	settings.base_url = url;
	return settings;
}

START_TEST(redirect_puts_the_blobs_path_behind_the_base_urls)
{
	static const char *const bases[][2] = {
		{"https://cdn.example.com", "https://cdn.example.com/" BLOB_PATH},
		{"https://cdn.example.com/", "https://cdn.example.com/" BLOB_PATH},
		{"http://cdn:8080/mirror/one", "http://cdn:8080/mirror/one/" BLOB_PATH},
		{"http://cdn:8080/mirror//", "http://cdn:8080/mirror/" BLOB_PATH},
	};

	for (size_t i = 0; i < sizeof bases / sizeof *bases; i++) {
		struct locator_settings settings = redirect_to(bases[i][0]);

		open_on(i % 2 ? SIGNED : NULL, &settings, 1);
		ck_assert_str_eq(url_for((struct store_client){0}), bases[i][1]);
		ck_assert_int_eq(below.located, 0);
		close_it();
	}
}
END_TEST

START_TEST(the_web_server_goes_to_the_store_itself)
{
	struct locator_settings settings = redirect_to("https://cdn.example.com");

	open_on(SIGNED, &settings, 1);
	ck_assert_str_eq(url_for((struct store_client){.web_server = true}), SIGNED);
	ck_assert(below.client.web_server);
	close_it();
}
END_TEST

START_TEST(without_locators_the_store_decides)
{
	open_on(SIGNED, NULL, 0);
	ck_assert_str_eq(url_for((struct store_client){.head = true}), SIGNED);
	ck_assert(below.client.head);
	locators_close(locators);
	locators = NULL;
	ck_assert_str_eq(url_for((struct store_client){0}), SIGNED);
	close_it();
}
END_TEST

/* URL below, scheme, host, trimpathprefix ("-" for none), due */
START_TEST(rewrite_changes_urls_as_the_table_says)
{
	TABLE_EACH("rewrites", 4, cells)
	{
		struct locator_settings settings = blank(LOCATOR_REWRITE);
		struct span how = cells[1], scheme, host;
		char *url = strndup(cells[0].ptr, cells[0].len);

		ck_assert(span_split(&how, ' ', &scheme) && span_split(&how, ' ', &host));
		open_on(url, NULL, 0);
		settings.scheme = span_is(scheme, "-") ? "" : arena_span(&arena, scheme);
		settings.host = span_is(host, "-") ? "" : arena_span(&arena, host);
		settings.trim_path_prefix = span_is(cells[2], "-") ? "" : arena_span(&arena, cells[2]);
		locators_close(locators);
		locators = locators_open(&settings, 1, reason, sizeof reason);
		table_expect(&table, url_for((struct store_client){.head = true}), cells[3]);
		ck_assert(below.client.head);
		close_it();
		free(url);
	}
}
END_TEST

START_TEST(rewrite_leaves_alone_what_has_no_url)
{
	struct locator_settings settings = blank(LOCATOR_REWRITE);

	settings.host = "elsewhere";
	open_on(NULL, &settings, 1);
	ck_assert_int_eq(locate((struct store_client){0}).place, STORE_PLACE_FILE);
	close_it();
}
END_TEST

START_TEST(the_last_of_the_list_is_asked_first)
{
	struct locator_settings list[2] = {redirect_to("https://cdn.example.com"), blank(LOCATOR_REWRITE)};

	list[1].host = "edge.example.net";
	open_on(SIGNED, list, 2);
	ck_assert_str_eq(url_for((struct store_client){0}), "https://edge.example.net/" BLOB_PATH);
	close_it();
}
END_TEST

/* ---- cloudfront ---- */

static char key_path[64];

static EVP_PKEY *make_key(bool pkcs1)
{
	EVP_PKEY *key = EVP_RSA_gen(2048);
	BIO *file;

	ck_assert_ptr_nonnull(key);
	(void)snprintf(key_path, sizeof key_path, "/tmp/berth-key.XXXXXX");
	file = BIO_new_fd(mkstemp(key_path), BIO_CLOSE);
	ck_assert_ptr_nonnull(file);
	if (pkcs1)
		ck_assert_int_eq(PEM_write_bio_PrivateKey_traditional(file, key, NULL, NULL, 0, NULL, NULL), 1);
	else
		ck_assert_int_eq(PEM_write_bio_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL), 1);
	ck_assert_int_eq(BIO_free(file), 1);
	return key;
}

static struct locator_settings cloudfront(const char *base, const char *prefix)
{
	struct locator_settings settings = blank(LOCATOR_CLOUDFRONT);

	settings.base_url = base;
	settings.key_prefix = prefix;
	settings.private_key = key_path;
	settings.key_pair_id = "K2JCJMDEHXQW5F";
	settings.seconds = 1200;
	return settings;
}

/* What CloudFront does: the policy from the URL alone, the signature by the public key. */
static void verify(EVP_PKEY *key, const char *url, const char *resource, int64_t until)
{
	char expected[1024], policy[1024];
	const char *query = strchr(url, '?'), *signature;
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	struct span text, bytes;
	char *standard;

	ck_assert_ptr_nonnull(query);
	ck_assert_int_eq((int)strlen(resource), (int)(query - url));
	ck_assert_int_eq(strncmp(url, resource, strlen(resource)), 0);
	(void)snprintf(expected, sizeof expected, "?Expires=%lld&Signature=", (long long)until);
	ck_assert_int_eq(strncmp(query, expected, strlen(expected)), 0);
	signature = query + strlen(expected);
	text = (struct span){signature, strcspn(signature, "&")};
	ck_assert_str_eq(text.ptr + text.len, "&Key-Pair-Id=K2JCJMDEHXQW5F");
	standard = arena_span(&arena, text);
	for (char *at = standard; *at; at++) {
		ck_assert(!strchr("+/=", *at));
		*at = *at == '-' ? '+' : *at == '_' ? '=' : *at == '~' ? '/' : *at;
	}
	ck_assert(base64_decode(&bytes, &arena, span_of(standard)));
	(void)snprintf(policy, sizeof policy,
		       "{\"Statement\":[{\"Resource\":\"%s\",\"Condition\":{\"DateLessThan\":{\"AWS:EpochTime\":%lld}}}]}",
		       resource, (long long)until);
	ck_assert_int_eq(EVP_DigestVerifyInit(context, NULL, EVP_sha1(), NULL, key), 1);
	ck_assert_int_eq(EVP_DigestVerify(context, (const unsigned char *)bytes.ptr, bytes.len,
					  (const unsigned char *)policy, strlen(policy)),
			 1);
	EVP_MD_CTX_free(context);
}

static void signs(bool pkcs1, const char *base, const char *prefix, const char *resource)
{
	EVP_PKEY *key = make_key(pkcs1);
	struct locator_settings settings = cloudfront(base, prefix);

	http_client_set_now(1800000000);
	open_on(SIGNED, &settings, 1);
	verify(key, url_for((struct store_client){.address = "3.5.140.1"}), resource, 1800001200);
	ck_assert_int_eq(below.located, 0);
	close_it();
	http_client_set_now(0);
	EVP_PKEY_free(key);
	(void)unlink(key_path);
}

START_TEST(cloudfront_signs_the_urls_policy)
{
	signs(true, "https://d111.cloudfront.net", "", "https://d111.cloudfront.net/" BLOB_PATH);
	signs(false, "https://d111.cloudfront.net/cdn/", "some/", "https://d111.cloudfront.net/cdn/some/" BLOB_PATH);
	signs(true, "https://d111.cloudfront.net", "a b+\"/", "https://d111.cloudfront.net/a%20b%2B%22/" BLOB_PATH);
}
END_TEST

START_TEST(clients_inside_amazon_go_to_the_bucket)
{
	static struct aws_ranges ranges;
	static const char file[] = "{\"prefixes\": [{\"ip_prefix\": \"3.5.140.0/22\", \"region\": \"ap-northeast-2\"}]}";
	EVP_PKEY *key = make_key(true);
	struct locator_settings settings = cloudfront("https://d111.cloudfront.net", "");
	const char *why;

	settings.ranges = &ranges;
	open_on(SIGNED, &settings, 1);
	ck_assert_ptr_nonnull(strstr(url_for((struct store_client){.address = "3.5.140.1"}), "cloudfront.net"));
	ck_assert(aws_ranges_load(&ranges, span_of(file), "", &arena, &why));
	ck_assert_str_eq(url_for((struct store_client){.address = "3.5.140.1", .head = true}), SIGNED);
	ck_assert(below.client.head);
	ck_assert_ptr_nonnull(strstr(url_for((struct store_client){.address = "3.5.139.1"}), "cloudfront.net"));
	ck_assert_ptr_nonnull(strstr(url_for((struct store_client){.address = NULL}), "cloudfront.net"));
	close_it();
	EVP_PKEY_free(key);
	(void)unlink(key_path);
}
END_TEST

START_TEST(a_key_that_cannot_be_read_is_told)
{
	static const char *const contents[] = {"", "no key\n",
					       "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n"};
	struct locator_settings settings;

	for (size_t i = 0; i < 4; i++) {
		FILE *file;

		(void)snprintf(key_path, sizeof key_path, "/tmp/berth-key.XXXXXX");
		file = fdopen(mkstemp(key_path), "w");
		ck_assert(fputs(i < 3 ? contents[i] : "", file) >= 0 && fclose(file) == 0);
		if (i == 3)
			(void)unlink(key_path);
		settings = cloudfront("https://d111.cloudfront.net", "");
		reason[0] = '\0';
		ck_assert_ptr_null(locators_open(&settings, 1, reason, sizeof reason));
		ck_assert_msg(strstr(reason, key_path) != NULL, "%s", reason);
		(void)unlink(key_path);
	}
}
END_TEST

TEST_FILE(locator, redirect_puts_the_blobs_path_behind_the_base_urls, the_web_server_goes_to_the_store_itself,
	  without_locators_the_store_decides, rewrite_changes_urls_as_the_table_says, rewrite_leaves_alone_what_has_no_url,
	  the_last_of_the_list_is_asked_first, cloudfront_signs_the_urls_policy, clients_inside_amazon_go_to_the_bucket,
	  a_key_that_cannot_be_read_is_told)
