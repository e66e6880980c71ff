/* SPDX-License-Identifier: MIT */
/* The service against scripted answers: what goes out, and what becomes of faults. Whole servers: tests/store. */
#include "berth/store/s3.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "../../../../src/store/s3/s3_copy_priv.h"
#include "../../../lib/table.h"
#include "../../../lib/test.h"
#include "../../http/loopback.h"
#include "berth/base/strbuf.h"

#define ANSWER(status, fields, body)                                                             \
	{                                                                                        \
		"HTTP/1.1 " status " x\r\nConnection: close\r\n" fields "\r\n" body, AFTER_CLOSE \
	}
#define ERROR_TEXT(code) \
	"<Error><Code>" code "</Code><Message>what the service says of it</Message><RequestId>r1</RequestId></Error>"
#define PAGE(more, token, key)                                                                                          \
	"<ListBucketResult><IsTruncated>" more "</IsTruncated><NextContinuationToken>" token "</NextContinuationToken>" \
	"<Contents><Key>" key "</Key><Size>5</Size><LastModified>2013-05-23T23:59:00.000Z</LastModified></Contents>"    \
	"</ListBucketResult>"
#define DONE "<CompleteMultipartUploadResult><ETag>e</ETag></CompleteMultipartUploadResult>"
#define NOW 1369353600 /* 2013-05-24T00:00:00Z */
#define HELLO "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"

static struct arena arena;
static struct error error;
static struct loopback server;
static struct object_service *service;
static char endpoint[64];

static struct s3_settings plain(void)
{
	return (struct s3_settings){
		.accesskey = "AK",
		.secretkey = secret_new(&arena, "the-secret"),
		.region = "r",
		.regionendpoint = endpoint,
		.bucket = "b",
		.keyid = "",
		.forcepathstyle = true,
		.chunksize = 10 << 20,
		.maxparts = 10000,
		.multipartcopychunksize = 5 << 20,
		.multipartcopythresholdsize = 12 << 20,
		.multipartcopymaxconcurrency = 1,
		.storageclass = "NONE",
		.objectacl = "private",
		.useragent = "",
		.loglevel = "off",
	};
}

static void begin_with(const struct loopback_answer *script, size_t count)
{
	arena_init(&arena, (size_t)48 << 20);
	error_init(&error, &arena);
	http_client_set_now(NOW);
	server = loopback_start(script, count);
	(void)snprintf(endpoint, sizeof endpoint, "http://127.0.0.1:%d", server.port);
}

static void open_with(const struct s3_settings *settings)
{
	char reason[256];

	service = store_s3_service_new(settings, reason, sizeof reason);
	ck_assert_msg(service != NULL, "%s", reason);
}

static void open_plain(void)
{
	struct s3_settings settings = plain();

	open_with(&settings);
}

#define BEGIN(...)                                                    \
	static const struct loopback_answer script[] = {__VA_ARGS__}; \
	begin_with(script, sizeof script / sizeof *script)

#define BEGIN_PLAIN(...)    \
	BEGIN(__VA_ARGS__); \
	open_plain()

static void end(void)
{
	service->ops->close(service);
	loopback_stop(&server);
	arena_release(&arena);
}

/* The request of that place in order, which must be there. */
static const char *seen(unsigned at)
{
	ck_assert_uint_gt(server.record->count, at);
	return server.record->seen[at].text;
}

static void expect_in(unsigned at, const char *text)
{
	ck_assert_msg(strstr(seen(at), text) != NULL, "request %u lacks %s:\n%s", at, text, seen(at));
}

static void expect_not_in(unsigned at, const char *text)
{
	ck_assert_msg(strstr(seen(at), text) == NULL, "request %u has %s:\n%s", at, text, seen(at));
}

static void expect_error(bool ok, enum error_code code)
{
	ck_assert(!ok);
	ck_assert_str_eq(error_name(error_code(&error)), error_name(code));
}

static bool put_hello(void)
{
	struct http_client_body body = http_body_bytes(SPAN_LIT("hello"));

	return service->ops->put(service, "some/key", &body, &arena, &error);
}

static const struct object_upload upload = {"up", "id/+="};

static bool complete_two(void)
{
	const struct object_part parts[] = {{.number = 1, .tag = "t1", .size = 7}, {.number = 2, .tag = "t2", .size = 3}};

	return service->ops->complete(service, &upload, parts, 2, &arena, &error);
}

/* What is said on stderr while something runs. */
static int keep_stderr(const char *path)
{
	int kept = dup(2), fd = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600);

	ck_assert_int_ge(fd, 0);
	dup2(fd, 2);
	close(fd);
	return kept;
}

static const char *give_back_stderr(const char *path, int kept)
{
	static char text[65536];
	int fd = open(path, O_RDONLY);
	ssize_t got = read(fd, text, sizeof text - 1);

	dup2(kept, 2);
	close(kept);
	close(fd);
	unlink(path);
	text[got > 0 ? got : 0] = '\0';
	return text;
}

/* ---- what goes out ---- */

START_TEST(a_put_is_signed_with_the_hash_of_its_body)
{
	BEGIN_PLAIN(ANSWER("200", "ETag: \"e\"\r\n", ""));
	ck_assert(put_hello());
	ck_assert(span_starts(span_of(seen(0)), "PUT /b/some/key HTTP/1.1\r\n"));
	expect_in(0, "\r\nX-Amz-Content-Sha256: " HELLO "\r\n");
	expect_in(0, "\r\nX-Amz-Date: 20130524T000000Z\r\n");
	expect_in(0, "\r\nContent-Type: application/octet-stream\r\n");
	expect_in(0, "\r\nAuthorization: AWS4-HMAC-SHA256 Credential=AK/20130524/r/s3/aws4_request, SignedHeaders=");
	expect_in(0, "\r\n\r\nhello");
	expect_not_in(0, "the-secret");
	expect_not_in(0, "X-Amz-Server-Side-Encryption");
	expect_not_in(0, "X-Amz-Security-Token");
	end();
}
END_TEST

START_TEST(new_objects_have_the_class_encryption_and_acl_of_the_settings)
{
	struct s3_settings settings;

	BEGIN(ANSWER("200", "", ""));
	settings = plain();
	settings.encrypt = true;
	settings.keyid = "k1";
	settings.storageclass = "STANDARD_IA";
	settings.objectacl = "bucket-owner-read";
	settings.sessiontoken = secret_new(&arena, "tok");
	open_with(&settings);
	ck_assert(put_hello());
	expect_in(0, "\r\nX-Amz-Server-Side-Encryption: aws:kms\r\n");
	expect_in(0, "\r\nX-Amz-Server-Side-Encryption-Aws-Kms-Key-Id: k1\r\n");
	expect_in(0, "\r\nX-Amz-Storage-Class: STANDARD_IA\r\n");
	expect_in(0, "\r\nX-Amz-Acl: bucket-owner-read\r\n");
	expect_in(0, "\r\nX-Amz-Security-Token: tok\r\n");
	expect_in(0, "SignedHeaders=content-type;host;x-amz-acl;x-amz-content-sha256;x-amz-date;x-amz-security-token;"
		     "x-amz-server-side-encryption;x-amz-server-side-encryption-aws-kms-key-id;x-amz-storage-class, ");
	end();
}
END_TEST

START_TEST(a_body_in_the_clear_is_hashed_whatever_the_settings)
{
	struct s3_settings settings;

	BEGIN(ANSWER("200", "", ""));
	settings = plain();
	settings.checksum_disabled = true;
	open_with(&settings);
	ck_assert(put_hello());
	expect_in(0, "\r\nX-Amz-Content-Sha256: " HELLO "\r\n");
	end();
}
END_TEST

/* ---- refusals ---- */

START_TEST(a_refusal_is_an_error_and_a_line_that_says_what_to_do)
{
	struct table rows = table_open("s3/refusals");

	for (struct span cells[TABLE_CELLS]; table_next(&rows, cells, 4);) {
		char path[] = "/tmp/bu.XXXXXX", text[512];
		struct loopback_answer answer = {text, AFTER_CLOSE};
		const char *log;
		int kept;

		ck_assert_int_ge(close(mkstemp(path)), 0);
		(void)snprintf(text, sizeof text, "HTTP/1.1 %.*s x\r\nConnection: close\r\n\r\n", SPAN_ARG(cells[0]));
		if (cells[1].len > 0)
			(void)snprintf(text + strlen(text), sizeof text - strlen(text),
				       "<Error><Code>%.*s</Code><Message>what the service says of it</Message>"
				       "<RequestId>r1</RequestId></Error>",
				       SPAN_ARG(cells[1]));
		begin_with(&answer, 1);
		open_plain();
		kept = keep_stderr(path);
		ck_assert(!put_hello());
		log = give_back_stderr(path, kept);
		table_expect(&rows, error_name(error_code(&error)), cells[2]);
		ck_assert_msg(strstr(log, arena_span(&arena, cells[3])), "%.*s: %s", SPAN_ARG(cells[1]), log);
		ck_assert_msg(strstr(log, arena_span(&arena, cells[1])), "the code is missing: %s", log);
		ck_assert(!strstr(log, "the-secret") && !strstr(log, "Signature=") && !strstr(log, "Credential="));
		end();
	}
}
END_TEST

START_TEST(the_right_region_is_named)
{
	char path[] = "/tmp/bu.XXXXXX";
	int kept;

	BEGIN_PLAIN(ANSWER("301", "x-amz-bucket-region: eu-west-3\r\n", ""));
	ck_assert_int_ge(close(mkstemp(path)), 0);
	kept = keep_stderr(path);
	ck_assert(!put_hello());
	ck_assert_ptr_nonnull(strstr(give_back_stderr(path, kept), "the bucket's region is eu-west-3"));
	end();
}
END_TEST

START_TEST(keys_that_expired_are_renewed_and_the_request_made_again)
{
	struct s3_settings settings;

	BEGIN(ANSWER("200", "", "{\"AccessKeyId\":\"A1\",\"SecretAccessKey\":\"S\"}"),
	      ANSWER("400", "", ERROR_TEXT("ExpiredToken")),
	      ANSWER("200", "", "{\"AccessKeyId\":\"A2\",\"SecretAccessKey\":\"S\"}"), ANSWER("200", "", ""));
	unsetenv("AWS_ACCESS_KEY_ID");
	unsetenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
	setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent", 1);
	setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", endpoint, 1);
	settings = plain();
	settings.accesskey = "";
	open_with(&settings);
	ck_assert(put_hello());
	expect_in(1, "Credential=A1/");
	expect_in(3, "Credential=A2/");
	ck_assert_uint_eq(server.record->count, 4);
	end();
}
END_TEST

START_TEST(a_missing_object_is_found_missing_and_a_refused_look_is_no_answer)
{
	bool found = true;
	uint64_t size = 0;

	BEGIN_PLAIN(ANSWER("404", "", ""), ANSWER("200", "Content-Length: 7\r\n", ""), ANSWER("403", "", ""));
	ck_assert(service->ops->head(service, "k", &found, &size, &arena, &error) && !found);
	ck_assert(service->ops->head(service, "k", &found, &size, &arena, &error) && found);
	ck_assert_uint_eq(size, 7);
	expect_error(service->ops->head(service, "k", &found, &size, &arena, &error), E_UNKNOWN);
	end();
}
END_TEST

START_TEST(removing_what_is_not_there_is_success)
{
	BEGIN_PLAIN(ANSWER("204", "", ""), ANSWER("404", "", ERROR_TEXT("NoSuchKey")),
		    ANSWER("404", "", ERROR_TEXT("NoSuchUpload")), ANSWER("404", "", ERROR_TEXT("NoSuchBucket")));
	ck_assert(service->ops->remove(service, "k", &arena, &error));
	ck_assert(service->ops->remove(service, "k", &arena, &error));
	ck_assert(service->ops->abandon(service, &upload, NULL, 0, &arena, &error));
	expect_in(2, "DELETE /b/up?uploadId=id%2F%2B%3D HTTP/1.1\r\n");
	expect_error(service->ops->remove(service, "k", &arena, &error), E_UNKNOWN);
	end();
}
END_TEST

/* ---- multipart ---- */

START_TEST(an_error_inside_a_200_is_no_completion)
{
	BEGIN_PLAIN(ANSWER("200", "", "\n\n" ERROR_TEXT("InternalError")));
	expect_error(complete_two(), E_UNAVAILABLE);
	ck_assert_uint_eq(server.record->count, 3);
	end();
}
END_TEST

START_TEST(a_completion_that_failed_in_a_200_is_tried_again)
{
	BEGIN_PLAIN(ANSWER("200", "", ERROR_TEXT("InternalError")), ANSWER("200", "", "  " DONE));
	ck_assert(complete_two());
	expect_in(1, "POST /b/up?uploadId=id%2F%2B%3D HTTP/1.1\r\n");
	expect_in(1, "<Part><PartNumber>1</PartNumber><ETag>&quot;t1&quot;</ETag></Part><Part><PartNumber>2</PartNumber>");
	end();
}
END_TEST

START_TEST(an_answer_that_is_cut_short_is_no_completion)
{
	BEGIN_PLAIN(ANSWER("200", "", "<CompleteMultipartUploadResult><ETag>"));
	expect_error(complete_two(), E_UNAVAILABLE);
	end();
}
END_TEST

START_TEST(a_completion_whose_answer_was_lost_is_seen_by_the_objects_size)
{
	BEGIN_PLAIN(ANSWER("404", "", ERROR_TEXT("NoSuchUpload")), ANSWER("200", "Content-Length: 10\r\n", ""));
	ck_assert(complete_two());
	expect_in(1, "HEAD /b/up HTTP/1.1\r\n");
	end();
}
END_TEST

START_TEST(an_upload_that_is_gone_without_its_object_is_not_complete)
{
	BEGIN_PLAIN(ANSWER("404", "", ERROR_TEXT("NoSuchUpload")), ANSWER("200", "Content-Length: 9\r\n", ""));
	expect_error(complete_two(), E_BLOB_UPLOAD_INVALID);
	end();
}
END_TEST

START_TEST(a_part_without_a_tag_is_not_there)
{
	struct object_part part = {.number = 3, .body = http_body_bytes(SPAN_LIT("hello")), .size = 5};

	BEGIN_PLAIN(ANSWER("200", "ETag: \"abc\"\r\n", ""), ANSWER("200", "", ""));
	ck_assert(service->ops->put_parts(service, &upload, &part, 1, &arena, &error));
	ck_assert_str_eq(part.tag, "abc");
	expect_in(0, "PUT /b/up?partNumber=3&uploadId=id%2F%2B%3D HTTP/1.1\r\n");
	expect_error(service->ops->put_parts(service, &upload, &part, 1, &arena, &error), E_UNAVAILABLE);
	end();
}
END_TEST

/* ---- copies ---- */

START_TEST(a_copy_with_an_error_inside_is_none)
{
	BEGIN_PLAIN(ANSWER("200", "", ERROR_TEXT("SlowDown")), ANSWER("200", "", "<CopyObjectResult/>"));
	expect_error(service->ops->copy(service, "from key", "to", 5, &arena, &error), E_UNAVAILABLE);
	ck_assert(service->ops->copy(service, "from key", "to", 5, &arena, &error));
	expect_in(1, "PUT /b/to HTTP/1.1\r\n");
	expect_in(1, "\r\nX-Amz-Copy-Source: /b/from%20key\r\n");
	end();
}
END_TEST

#define MULTIPART \
	ANSWER("200", "", "<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>")
#define PART_COPY ANSWER("200", "", "<CopyPartResult><ETag>\"t\"</ETag></CopyPartResult>")

START_TEST(a_large_copy_goes_in_parts_to_the_last_byte)
{
	BEGIN_PLAIN(MULTIPART, PART_COPY, PART_COPY, PART_COPY, ANSWER("200", "", DONE));
	ck_assert(service->ops->copy(service, "from", "to", (12 << 20) + 1, &arena, &error));
	expect_in(0, "POST /b/to?uploads= HTTP/1.1\r\n");
	expect_in(1, "\r\nX-Amz-Copy-Source-Range: bytes=0-5242879\r\n");
	expect_in(3, "PUT /b/to?partNumber=3&uploadId=u1 HTTP/1.1\r\n");
	expect_in(3, "\r\nX-Amz-Copy-Source-Range: bytes=10485760-12582912\r\n");
	expect_in(4, "POST /b/to?uploadId=u1 HTTP/1.1\r\n");
	end();
}
END_TEST

START_TEST(a_large_copy_that_fails_leaves_no_parts)
{
	BEGIN_PLAIN(MULTIPART, PART_COPY, ANSWER("403", "", ERROR_TEXT("AccessDenied")), PART_COPY, ANSWER("204", "", ""));
	expect_error(service->ops->copy(service, "from", "to", (12 << 20) + 1, &arena, &error), E_UNKNOWN);
	expect_in(server.record->count - 1, "DELETE /b/to?uploadId=u1 HTTP/1.1\r\n");
	end();
}
END_TEST

START_TEST(a_copy_of_any_size_fits_into_the_parts_there_are)
{
	static const uint64_t gib = (uint64_t)1 << 30;
	struct s3_settings settings;

	BEGIN_PLAIN(ANSWER("200", "", ""));
	ck_assert_uint_eq(s3_copy_part(s3_of(service), 10 * gib), 5 << 20);   /* 2,048 parts of the settings' size */
	ck_assert_uint_eq(s3_copy_part(s3_of(service), 100 * gib), 10737419); /* 10,000 parts, the last one shorter */
	ck_assert_uint_lt(s3_copy_part(s3_of(service), 5 * 1024 * gib), 5 * gib);
	service->ops->close(service);
	settings = plain();
	settings.maxparts = 1000; /* as Swift has it */
	open_with(&settings);
	ck_assert_uint_eq(service->limits.parts_max, 1000);
	ck_assert_uint_eq(s3_copy_part(s3_of(service), 100 * gib), 107374183);
	end();
}
END_TEST

/* ---- reading ---- */

struct taken {
	char text[64];
	size_t len;
};

static bool take(void *context, const void *bytes, size_t len)
{
	struct taken *taken = context;

	ck_assert_uint_le(taken->len + len, sizeof taken->text);
	memcpy(taken->text + taken->len, bytes, len);
	taken->len += len;
	return true;
}

START_TEST(a_body_that_breaks_off_is_read_on_from_there)
{
	struct taken taken = {.len = 0};

	BEGIN_PLAIN(ANSWER("206", "Content-Length: 10\r\n", "01234"), ANSWER("206", "Content-Length: 5\r\n", "56789"));
	ck_assert(service->ops->get(service, "k", 100, 10, take, &taken, &arena, &error));
	ck_assert_int_eq(memcmp(taken.text, "0123456789", 10), 0);
	expect_in(0, "\r\nRange: bytes=100-109\r\n");
	expect_in(1, "\r\nRange: bytes=105-109\r\n");
	end();
}
END_TEST

START_TEST(more_or_less_than_was_asked_for_is_a_failure)
{
	struct taken taken = {.len = 0};

	BEGIN_PLAIN(ANSWER("206", "Content-Length: 3\r\n", "012"),
		    ANSWER("200", "Content-Length: 20\r\n", "01234567890123456789"));
	expect_error(service->ops->get(service, "k", 0, 10, take, &taken, &arena, &error), E_UNAVAILABLE);
	error_init(&error, &arena);
	expect_error(service->ops->get(service, "k", 0, 10, take, &taken, &arena, &error), E_UNAVAILABLE);
	ck_assert_uint_le(taken.len, 13);
	end();
}
END_TEST

/* Its first bytes would be taken for those that were asked for: at once, or when a body that broke off is read on. */
START_TEST(a_service_that_ignores_the_range_is_not_read)
{
	struct taken taken = {.len = 0};

	BEGIN_PLAIN(ANSWER("200", "Content-Length: 10\r\n", "0123456789"), ANSWER("206", "Content-Length: 10\r\n", "01234"),
		    ANSWER("200", "Content-Length: 5\r\n", "01234"));
	expect_error(service->ops->get(service, "k", 100, 10, take, &taken, &arena, &error), E_UNAVAILABLE);
	ck_assert_uint_eq(taken.len, 0);
	error_init(&error, &arena);
	expect_error(service->ops->get(service, "k", 0, 10, take, &taken, &arena, &error), E_UNAVAILABLE);
	ck_assert_uint_eq(taken.len, 5);
	end();
}
END_TEST

/* ---- lists ---- */

static bool note_key(void *context, const char *key, uint64_t size, int64_t age)
{
	struct strbuf *text = context;

	strbuf_addf(text, "%s %llu %lld\n", key, (unsigned long long)size, (long long)age);
	return true;
}

static bool stop_at_first(void *context, const char *key, uint64_t size, int64_t age)
{
	return note_key(context, key, size, age) && false;
}

START_TEST(lists_go_on_page_by_page_until_the_visitor_has_enough)
{
	struct strbuf text;

	BEGIN_PLAIN(ANSWER("200", "", PAGE("true", "a+/=b", "k1")), ANSWER("200", "", PAGE("false", "", "k2")),
		    ANSWER("200", "", PAGE("true", "t", "k1")));
	strbuf_init(&text, &arena, 4096);
	ck_assert(service->ops->list(service, "p q/", note_key, &text, &arena, &error));
	ck_assert_str_eq(text.ptr, "k1 5 60\nk2 5 60\n");
	expect_in(0, "GET /b/?list-type=2&max-keys=1000&prefix=p%20q%2F HTTP/1.1\r\n");
	expect_in(1, "GET /b/?continuation-token=a%2B%2F%3Db&list-type=2&max-keys=1000&prefix=p%20q%2F HTTP/1.1\r\n");
	ck_assert(service->ops->list(service, "p q/", stop_at_first, &text, &arena, &error));
	ck_assert_uint_eq(server.record->count, 3);
	end();
}
END_TEST

TEST_FILE(s3_service, a_put_is_signed_with_the_hash_of_its_body,
	  new_objects_have_the_class_encryption_and_acl_of_the_settings,
	  a_body_in_the_clear_is_hashed_whatever_the_settings, a_refusal_is_an_error_and_a_line_that_says_what_to_do,
	  the_right_region_is_named, keys_that_expired_are_renewed_and_the_request_made_again,
	  a_missing_object_is_found_missing_and_a_refused_look_is_no_answer, removing_what_is_not_there_is_success,
	  an_error_inside_a_200_is_no_completion, a_completion_that_failed_in_a_200_is_tried_again,
	  an_answer_that_is_cut_short_is_no_completion, a_completion_whose_answer_was_lost_is_seen_by_the_objects_size,
	  an_upload_that_is_gone_without_its_object_is_not_complete, a_part_without_a_tag_is_not_there,
	  a_copy_with_an_error_inside_is_none, a_large_copy_goes_in_parts_to_the_last_byte,
	  a_large_copy_that_fails_leaves_no_parts, a_copy_of_any_size_fits_into_the_parts_there_are,
	  a_body_that_breaks_off_is_read_on_from_there, more_or_less_than_was_asked_for_is_a_failure,
	  a_service_that_ignores_the_range_is_not_read, lists_go_on_page_by_page_until_the_visitor_has_enough)
