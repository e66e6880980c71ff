/* SPDX-License-Identifier: MIT */
/*
 * The azure service against a scripted server: what an emulator never does (pending copies, throttling, lost blocks, refused
 * tokens), and what goes over the wire then. A real server is in tests/store.
 */
#include "../../../lib/test.h"
#include "../../http/loopback.h"
#include "berth/store/azure.h"

#define KEY "docker/registry/v2/blobs/sha256/ab/abc/data"
#define NS_PER_MS 1000000

static struct lab {
	struct arena arena;
	struct error error;
	struct loopback server;
	struct object_service *service;
	struct azure_settings settings;
} lab;

struct reply {
	const char *head; /* status and header lines, parted by | */
	const char *body;
};

static void write_reply(char *text, size_t size, const struct reply *reply, bool is_head)
{
	struct span rest = span_of(reply->head), line;
	size_t len = (size_t)snprintf(text, size, "HTTP/1.1 ");

	while (span_split(&rest, '|', &line))
		len += (size_t)snprintf(text + len, size - len, "%.*s\r\n", SPAN_ARG(line));
	if (!is_head)
		len += (size_t)snprintf(text + len, size - len, "Content-Length: %zu\r\n", strlen(reply->body));
	(void)snprintf(text + len, size - len, "\r\n%s", reply->body);
}

static void serve(const struct reply *replies, size_t count)
{
	static char texts[16][2048];
	static struct loopback_answer script[16];

	memset(&lab, 0, sizeof lab);
	ck_assert_uint_le(count, 16);
	for (size_t i = 0; i < count; i++) {
		write_reply(texts[i], sizeof texts[i], &replies[i], strstr(replies[i].head, "Content-Length") != NULL);
		script[i] = (struct loopback_answer){texts[i], AFTER_KEEP};
	}
	arena_init(&lab.arena, 64 << 20);
	error_init(&lab.error, &lab.arena);
	lab.server = loopback_start(script, count);
	lab.settings = (struct azure_settings){
		.credentials = "shared_key",
		.accountname = "acc",
		.accountkey = secret_new(&lab.arena, "a2V5"),
		.realm = "core.windows.net",
		.serviceurl = arena_printf(&lab.arena, "http://127.0.0.1:%d/acc", lab.server.port),
		.container = "reg",
		.max_retries = 3,
		.retry_delay = NS_PER_MS,
		.copy_first_wait = NS_PER_MS,
		.copy_longest_wait = 2 * NS_PER_MS,
		.copy_all_waits = 5 * NS_PER_MS,
	};
}

static void open_service(void)
{
	char reason[200];

	lab.service = azure_open(&lab.settings, reason, sizeof reason);
	ck_assert_msg(lab.service != NULL, "%s", reason);
}

static void close_lab(void)
{
	lab.service->ops->close(lab.service);
	loopback_stop(&lab.server);
	arena_release(&lab.arena);
}

#define OPEN(...)                                                     \
	do {                                                          \
		static const struct reply replies_[] = {__VA_ARGS__}; \
		serve(replies_, sizeof replies_ / sizeof *replies_);  \
		open_service();                                       \
	} while (0)

static void expect_seen(unsigned number, const char *due)
{
	ck_assert_uint_gt(lab.server.record->count, number);
	ck_assert_msg(strstr(lab.server.record->seen[number].text, due) != NULL, "request %u: no \"%s\" in:\n%s", number,
		      due, lab.server.record->seen[number].text);
}

static void expect_count(unsigned due)
{
	ck_assert_uint_eq(lab.server.record->count, due);
}

static void expect_error(enum error_code due)
{
	ck_assert_str_eq(error_is_set(&lab.error) ? error_name(error_code(&lab.error)) : "none", error_name(due));
}

static bool put(void)
{
	const struct http_client_body body = http_body_bytes(SPAN_LIT("hello"));

	return lab.service->ops->put(lab.service, KEY, &body, &lab.arena, &lab.error);
}

static bool copy(uint64_t size)
{
	return lab.service->ops->copy(lab.service, "from", KEY, size, &lab.arena, &lab.error);
}

static bool complete(void)
{
	const struct object_upload upload = {KEY, "0d5a7b3e-0000-4000-8000-000000000001"};
	const struct object_part parts[2] = {{.number = 1, .size = 7, .tag = "t1"}, {.number = 2, .size = 3, .tag = "t2"}};

	return lab.service->ops->complete(lab.service, &upload, parts, 2, &lab.arena, &lab.error);
}

static bool head(bool *found, uint64_t *size)
{
	return lab.service->ops->head(lab.service, KEY, found, size, &lab.arena, &lab.error);
}

/* ---- requests ---- */

START_TEST(a_put_is_signed_typed_and_checksummed)
{
	OPEN({"201 Created", ""});
	ck_assert(put());
	expect_seen(0, "PUT /acc/reg/" KEY " HTTP/1.1\r\n");
	expect_seen(0, "\r\nx-ms-blob-type: BlockBlob\r\n");
	expect_seen(0, "\r\nContent-Type: application/octet-stream\r\n");
	expect_seen(0, "\r\nContent-MD5: XUFAKrxLKna5cZ2REBfFkg==\r\n");
	expect_seen(0, "\r\nx-ms-version: 2020-12-06\r\n");
	expect_seen(0, "\r\nx-ms-date: ");
	expect_seen(0, "\r\nAuthorization: SharedKey acc:");
	expect_seen(0, "\r\n\r\nhello");
	close_lab();
}
END_TEST

START_TEST(a_busy_account_is_asked_again_under_a_new_signature)
{
	OPEN({"503 Busy|x-ms-error-code: ServerBusy", ""}, {"429 Slow|Retry-After: 0", ""}, {"201 Created", ""});
	ck_assert(put());
	expect_count(3);
	expect_seen(2, "\r\n\r\nhello");
	close_lab();
}
END_TEST

START_TEST(an_account_that_stays_busy_is_unavailable)
{
	OPEN({"503 Busy|x-ms-error-code: ServerBusy", ""});
	ck_assert(!put());
	expect_count(4);
	expect_error(E_UNAVAILABLE);
	close_lab();
}
END_TEST

START_TEST(a_wrong_set_up_is_not_asked_again)
{
	OPEN({"403 Forbidden|x-ms-error-code: AuthenticationFailed", ""});
	ck_assert(!put());
	expect_count(1);
	expect_error(E_UNKNOWN);
	close_lab();
}
END_TEST

START_TEST(a_missing_container_is_not_a_missing_blob)
{
	bool found;
	uint64_t size;

	OPEN({"404 Not Found|x-ms-error-code: BlobNotFound|Content-Length: 0", ""},
	     {"404 Not Found|x-ms-error-code: ContainerNotFound|Content-Length: 0", ""});
	ck_assert(head(&found, &size));
	ck_assert(!found);
	ck_assert(!head(&found, &size));
	expect_error(E_UNKNOWN);
	close_lab();
}
END_TEST

START_TEST(the_code_is_also_found_in_the_body)
{
	OPEN({"404 Not Found",
	      "<?xml version=\"1.0\"?><Error><Code>ContainerNotFound</Code><Message>no</Message></Error>"});
	ck_assert(!lab.service->ops->remove(lab.service, KEY, &lab.arena, &lab.error));
	expect_error(E_UNKNOWN);
	close_lab();
}
END_TEST

START_TEST(what_an_append_blob_of_distributions_holds_is_taken)
{
	OPEN({"409 Conflict|x-ms-error-code: InvalidBlobType", ""},
	     {"200 OK|x-ms-blob-type: AppendBlob|Content-Length: 5", ""},
	     {"409 Conflict|x-ms-error-code: InvalidBlobType", ""},
	     {"200 OK|x-ms-blob-type: AppendBlob|Content-Length: 6", ""});
	ck_assert(put());
	ck_assert(!put());
	expect_error(E_UNKNOWN);
	close_lab();
}
END_TEST

static bool count_bytes(void *context, const void *bytes, size_t len)
{
	(void)bytes;
	*(size_t *)context += len;
	return true;
}

static bool refuse_bytes(void *context, const void *bytes, size_t len)
{
	(void)context, (void)bytes, (void)len;
	return false;
}

static bool get(uint64_t offset, uint64_t length, store_sink_fn *sink, size_t *got)
{
	*got = 0;
	return lab.service->ops->get(lab.service, KEY, offset, length, sink, got, &lab.arena, &lab.error);
}

START_TEST(a_read_asks_for_its_range_and_takes_no_other_length)
{
	size_t got;

	OPEN({"206 Partial", "world"}, {"206 Partial", "worl"}, {"206 Partial", "worlds"}, {"206 Partial", "world"},
	     {"200 OK", "hello"});
	ck_assert(get(6, 5, count_bytes, &got));
	ck_assert_uint_eq(got, 5);
	expect_seen(0, "\r\nx-ms-range: bytes=6-10\r\n");
	ck_assert(!get(6, 5, count_bytes, &got));
	ck_assert(!get(6, 5, count_bytes, &got));
	ck_assert_uint_le(got, 5);
	expect_error(E_UNAVAILABLE);
	error_init(&lab.error, &lab.arena);
	ck_assert(!get(6, 5, refuse_bytes, &got));
	expect_error(E_UNAVAILABLE); /* without a log line: no service is to blame when the client is gone */
	error_init(&lab.error, &lab.arena);
	ck_assert(get(6, 0, count_bytes, &got));
	ck_assert(!get(6, 5, count_bytes, &got)); /* the range was ignored */
	ck_assert_uint_eq(got, 0);
	expect_count(5);
	close_lab();
}
END_TEST

/* ---- uploads ---- */

START_TEST(blocks_carry_the_uploads_id_their_number_and_their_sending)
{
	const struct object_upload upload = {KEY, "0d5a7b3e-0000-4000-8000-000000000001"};
	struct object_part parts[1] = {{.number = 12, .body = http_body_bytes(SPAN_LIT("abc"))}};
	char first[OBJECT_TAG_MAX];

	OPEN({"201 Created", ""}, {"201 Created", ""});
	ck_assert(lab.service->ops->put_parts(lab.service, &upload, parts, 1, &lab.arena, &lab.error));
	/* base64 of 0d5a7b3e-0000-4000-8000-000000000001-00012-, then the sending */
	expect_seen(0, "?comp=block&blockid=MGQ1YTdiM2UtMDAwMC00MDAwLTgwMDAtMDAwMDAwMDAwMDAxLTAwMDEy");
	expect_seen(0, "\r\nContent-MD5: kAFQmDzST7DWlj99KOF/cg==\r\n");
	ck_assert_uint_eq(parts[0].size, 3);
	ck_assert_uint_eq(strlen(parts[0].tag), 16);
	(void)snprintf(first, sizeof first, "%s", parts[0].tag);
	ck_assert(lab.service->ops->put_parts(lab.service, &upload, parts, 1, &lab.arena, &lab.error));
	ck_assert_str_ne(parts[0].tag, first);
	close_lab();
}
END_TEST

#define OURS "<Block><Name>MGQ1YTdiM2UtMDAwMC00MDAwLTgwMDAtMDAwMDAwMDAwMDAxLTAwMDAx</Name><Size>3</Size></Block>"
#define ANOTHERS "<Block><Name>MWQ1YTdiM2UtMDAwMC00MDAwLTgwMDAtMDAwMDAwMDAwMDAxLTAwMDAx</Name><Size>3</Size></Block>"
#define STAGED(blocks) "<BlockList><UncommittedBlocks>" blocks "</UncommittedBlocks></BlockList>"
#define LISTED(committed, blocks)                                                               \
	"<BlockList><CommittedBlocks>" committed "</CommittedBlocks><UncommittedBlocks>" blocks \
	"</UncommittedBlocks></BlockList>"

START_TEST(a_commit_lists_the_blocks_in_order)
{
	OPEN({"201 Created", ""});
	ck_assert(complete());
	expect_seen(0, "?comp=blocklist HTTP/1.1\r\n");
	expect_seen(0, "\r\nx-ms-blob-content-type: application/octet-stream\r\n");
	expect_seen(0, "<BlockList><Latest>MGQ1YTdiM2UtMDAwMC00MDAwLTgwMDAtMDAwMDAwMDAwMDAxLTAwMDAxLXQx</Latest>"
		       "<Latest>MGQ1YTdiM2UtMDAwMC00MDAwLTgwMDAtMDAwMDAwMDAwMDAxLTAwMDAyLXQy</Latest></BlockList>");
	close_lab();
}
END_TEST

START_TEST(a_commit_whose_blocks_are_gone_is_done_when_the_blob_is_there)
{
	OPEN({"400 Bad|x-ms-error-code: InvalidBlockList", ""}, {"200 OK|Content-Length: 10", ""},
	     {"200 OK|ETag: \"0x1\"|x-ms-blob-content-length: 3", LISTED(ANOTHERS, OURS)}, {"201 Created", ""});
	ck_assert(complete());
	expect_seen(3, "\r\nIf-Match: \"0x1\"\r\n"); /* what we had staged goes, the blob stays as it is */
	expect_seen(
		3,
		"<BlockList><Committed>MWQ1YTdiM2UtMDAwMC00MDAwLTgwMDAtMDAwMDAwMDAwMDAxLTAwMDAx</Committed></BlockList>");
	expect_count(4);
	close_lab();
	OPEN({"400 Bad|x-ms-error-code: InvalidBlockList", ""}, {"200 OK|Content-Length: 10", ""},
	     {"200 OK|ETag: \"0x1\"|x-ms-blob-content-length: 3", LISTED(ANOTHERS, "")});
	ck_assert(complete());
	expect_count(3);
	close_lab();
	/* a list that is not all of the blob is never committed */
	OPEN({"400 Bad|x-ms-error-code: InvalidBlockList", ""}, {"200 OK|Content-Length: 10", ""},
	     {"200 OK|ETag: \"0x1\"|x-ms-blob-content-length: 6", LISTED(ANOTHERS, OURS)});
	ck_assert(complete());
	expect_count(3);
	close_lab();
	OPEN({"400 Bad|x-ms-error-code: InvalidBlockList", ""}, {"200 OK|Content-Length: 9", ""});
	ck_assert(!complete());
	expect_error(E_UNAVAILABLE);
	close_lab();
	OPEN({"400 Bad|x-ms-error-code: InvalidBlockList", ""},
	     {"404 Not Found|x-ms-error-code: BlobNotFound|Content-Length: 0", ""});
	ck_assert(!complete());
	close_lab();
}
END_TEST

static bool abandon(void)
{
	const struct object_upload upload = {KEY, "0d5a7b3e-0000-4000-8000-000000000001"};

	return lab.service->ops->abandon(lab.service, &upload, NULL, 0, &lab.arena, &lab.error);
}

START_TEST(abandoned_blocks_are_dropped_by_an_empty_commit)
{
	OPEN({"200 OK|x-ms-blob-content-length: 0", STAGED(OURS)}, {"201 Created|ETag: \"0x1\"", ""}, {"202 Accepted", ""});
	ck_assert(abandon());
	expect_seen(0, "GET /acc/reg/" KEY "?comp=blocklist&blocklisttype=uncommitted ");
	expect_seen(1, "PUT /acc/reg/" KEY "?comp=blocklist ");
	expect_seen(1, "\r\nIf-None-Match: *\r\n");
	expect_seen(1, "<BlockList></BlockList>");
	expect_seen(2, "DELETE /acc/reg/" KEY " ");
	expect_seen(2, "\r\nIf-Match: \"0x1\"\r\n");
	close_lab();
}
END_TEST

START_TEST(abandoning_spares_what_is_not_the_uploads_own)
{
	/* nothing there; another upload's blocks too; a blob; a blob that came in between */
	OPEN({"404 Not Found|x-ms-error-code: BlobNotFound", ""},
	     {"200 OK|x-ms-blob-content-length: 0", STAGED(OURS ANOTHERS)},
	     {"200 OK|x-ms-blob-content-length: 9", STAGED(OURS)},
	     {"200 OK|ETag: \"0x2\"|x-ms-blob-content-length: 3", LISTED(ANOTHERS, OURS)}, {"201 Created", ""},
	     {"200 OK", STAGED("")}, {"200 OK|x-ms-blob-content-length: 0", STAGED(OURS)},
	     {"409 Conflict|x-ms-error-code: BlobAlreadyExists", ""});
	for (int i = 0; i < 5; i++)
		ck_assert(abandon());
	expect_seen(4, "<Committed>MWQ1YTdiM2UtMDAwMC00MDAwLTgwMDAtMDAwMDAwMDAwMDAxLTAwMDAx</Committed>");
	expect_count(8);
	close_lab();
}
END_TEST

/* ---- copies ---- */

#define STATUS(status) "x-ms-copy-id: id-1|x-ms-copy-status: " status

START_TEST(a_copy_that_is_over_at_once_is_checked_by_its_size)
{
	OPEN({"202 Accepted|" STATUS("success"), ""}, {"200 OK|" STATUS("success") "|Content-Length: 5", ""});
	ck_assert(copy(5));
	expect_seen(0, "PUT /acc/reg/" KEY " HTTP/1.1\r\n");
	expect_seen(0, "/acc/reg/from\r\n");
	expect_seen(0, "\r\nIf-None-Match: *\r\n");
	expect_count(2);
	close_lab();
}
END_TEST

START_TEST(a_pending_copy_is_waited_for)
{
	OPEN({"202 Accepted|" STATUS("pending"), ""}, {"200 OK|" STATUS("pending") "|Content-Length: 0", ""},
	     {"200 OK|" STATUS("success") "|Content-Length: 5", ""},
	     {"200 OK|" STATUS("success") "|Content-Length: 5", ""});
	ck_assert(copy(5));
	expect_seen(1, "HEAD /acc/reg/" KEY " ");
	expect_count(4);
	close_lab();
}
END_TEST

START_TEST(a_copy_that_fails_is_no_blob)
{
	OPEN({"202 Accepted|" STATUS("pending"), ""}, {"200 OK|" STATUS("failed") "|Content-Length: 0", ""},
	     {"200 OK|" STATUS("failed") "|Content-Length: 0", ""}, {"202 Accepted", ""});
	ck_assert(!copy(5));
	expect_error(E_UNAVAILABLE);
	expect_seen(3, "DELETE /acc/reg/" KEY " ");
	close_lab();
}
END_TEST

START_TEST(a_copy_that_takes_too_long_is_called_off_and_made_in_blocks)
{
	static const char range[] = "\r\nx-ms-source-range: bytes=0-4\r\n";

	OPEN({"202 Accepted|" STATUS("pending"), ""}, {"200 OK|" STATUS("pending") "|Content-Length: 0", ""},
	     {"200 OK|" STATUS("pending") "|Content-Length: 0", ""}, {"200 OK|" STATUS("pending") "|Content-Length: 0", ""},
	     {"204 No Content|Content-Length: 0", ""}, {"201 Created", ""}, {"201 Created", ""},
	     {"200 OK|Content-Length: 5", ""});
	ck_assert(copy(5));
	expect_seen(4, "?comp=copy&copyid=id-1 ");
	expect_seen(4, "\r\nx-ms-copy-action: abort\r\n");
	expect_seen(5, "?comp=block&blockid=");
	expect_seen(5, range);
	expect_seen(5, "/acc/reg/from?sv=2020-12-06&spr=https%2Chttp&se=");
	expect_seen(6, "?comp=blocklist ");
	expect_count(8);
	close_lab();
}
END_TEST

START_TEST(a_copy_to_where_the_same_is_already_is_done)
{
	OPEN({"409 Conflict|x-ms-error-code: BlobAlreadyExists", ""}, {"200 OK|Content-Length: 5", ""},
	     {"200 OK|Content-Length: 5", ""}, {"200 OK|Content-Length: 5", ""});
	ck_assert(copy(5));
	close_lab();
}
END_TEST

START_TEST(what_a_failed_copy_left_is_copied_over)
{
	OPEN({"409 Conflict|x-ms-error-code: BlobAlreadyExists", ""},
	     {"200 OK|" STATUS("aborted") "|Content-Length: 0", ""}, {"200 OK|" STATUS("aborted") "|Content-Length: 0", ""},
	     {"202 Accepted|" STATUS("success"), ""}, {"200 OK|" STATUS("success") "|Content-Length: 5", ""});
	ck_assert(copy(5));
	expect_count(5);
	ck_assert_ptr_null(strstr(lab.server.record->seen[3].text, "If-None-Match"));
	close_lab();
}
END_TEST

/* ---- lists ---- */

static bool note_key(void *context, const char *key, uint64_t size, int64_t age)
{
	char *keys = context;
	size_t len = strlen(keys);

	(void)snprintf(keys + len, 200 - len, "%s:%llu:%lld ", key, (unsigned long long)size, (long long)age);
	return strcmp(key, "a/stop") != 0;
}

static bool list(char *keys)
{
	keys[0] = '\0';
	return lab.service->ops->list(lab.service, "a/", note_key, keys, &lab.arena, &lab.error);
}

#define BLOB(name, size)                                                                                       \
	"<Blob><Name>" name                                                                                    \
	"</Name><Properties><Last-Modified>Tue, 14 Nov 2023 22:13:20 GMT</Last-Modified><Content-Length>" size \
	"</Content-Length></Properties></Blob>"
#define PAGE(blobs, next)                                                                      \
	"<?xml version=\"1.0\"?><EnumerationResults><Blobs>" blobs "</Blobs><NextMarker>" next \
	"</NextMarker></EnumerationResults>"

START_TEST(a_list_goes_on_until_no_marker_is_left)
{
	char keys[200];

	OPEN({"200 OK", PAGE(BLOB("a/1", "5"), "m 1/=")}, {"200 OK", PAGE("", "m2")},
	     {"200 OK", PAGE(BLOB("a/2", "0"), "")});
	http_client_set_now(1700000060);
	ck_assert(list(keys));
	ck_assert_str_eq(keys, "a/1:5:60 a/2:0:60 ");
	expect_seen(0, "GET /acc/reg?restype=container&comp=list&maxresults=1000&prefix=a%2F HTTP/1.1\r\n");
	expect_seen(1, "&prefix=a%2F&marker=m%201%2F%3D HTTP/1.1\r\n");
	expect_seen(2, "&marker=m2 ");
	http_client_set_now(0);
	close_lab();
}
END_TEST

START_TEST(a_visitor_ends_a_list)
{
	char keys[200];

	OPEN({"200 OK", PAGE(BLOB("a/stop", "5") BLOB("a/2", "5"), "more")});
	ck_assert(list(keys));
	expect_count(1);
	close_lab();
}
END_TEST

START_TEST(a_list_that_is_none_is_an_error)
{
	char keys[200];

	OPEN({"200 OK", "<html>"}, {"200 OK", "<?xml version=\"1.0\"?><Other/>"},
	     {"200 OK", PAGE("<Blob><Name>a/1</Name></Blob>", "")});
	for (int i = 0; i < 3; i++) {
		ck_assert(!list(keys));
		expect_error(E_UNAVAILABLE);
	}
	close_lab();
}
END_TEST

START_TEST(legacy_names_begin_with_a_slash_and_keys_do_not)
{
	char keys[200];

	OPEN({"200 OK", PAGE(BLOB("/a/1", "5"), "")});
	lab.service->ops->close(lab.service);
	lab.settings.legacyrootprefix = true;
	open_service();
	ck_assert(list(keys));
	ck_assert_ptr_eq(strstr(keys, "a/1:5:"), keys);
	expect_seen(0, "&prefix=%2Fa%2F ");
	ck_assert(!lab.service->ops->put(lab.service, "a/1", &(struct http_client_body){0}, &lab.arena, &lab.error));
	expect_seen(1, "PUT /acc/reg//a/1 ");
	close_lab();
}
END_TEST

/* ---- credentials ---- */

START_TEST(a_sas_stands_in_the_url_and_signs_nothing)
{
	const char *url = "";

	OPEN({"201 Created", ""});
	lab.service->ops->close(lab.service);
	lab.settings.connectionstring =
		secret_new(&lab.arena, arena_printf(&lab.arena, "BlobEndpoint=%s;SharedAccessSignature=sv=1&sig=a%%3D",
						    lab.settings.serviceurl));
	open_service();
	ck_assert(put());
	expect_seen(0, "PUT /acc/reg/" KEY "?sv=1&sig=a%3D HTTP/1.1\r\n");
	ck_assert_ptr_null(strstr(lab.server.record->seen[0].text, "Authorization"));
	ck_assert(lab.service->ops->sign(lab.service, KEY, OBJECT_GET, 60, &url, &lab.arena, &lab.error));
	ck_assert_ptr_null(url); /* it is not ours to hand on */
	close_lab();
}
END_TEST

#define TOKEN(token) "{\"access_token\":\"" token "\",\"expires_in\":3600}"
#define LENT                                                                                                                     \
	"<UserDelegationKey><SignedOid>oid</SignedOid><SignedTid>tid</SignedTid><SignedStart>2023-11-14T22:00:00Z</SignedStart>" \
	"<SignedExpiry>2023-11-15T22:33:20Z</SignedExpiry><SignedService>b</SignedService>"                                      \
	"<SignedVersion>2020-12-06</SignedVersion><Value>bGVudA==</Value></UserDelegationKey>"

static void use_identity(void)
{
	lab.service->ops->close(lab.service);
	setenv("AZURE_AUTHORITY_HOST", arena_printf(&lab.arena, "http://127.0.0.1:%d", lab.server.port), 1);
	lab.settings.credentials = "client_secret";
	lab.settings.tenantid = "t";
	lab.settings.clientid = "c";
	lab.settings.secret = secret_new(&lab.arena, "s");
	open_service();
	unsetenv("AZURE_AUTHORITY_HOST");
}

START_TEST(an_identity_sends_its_token_and_a_new_one_when_it_is_refused)
{
	OPEN({"200 OK", TOKEN("t1")}, {"201 Created", ""}, {"401 No|x-ms-error-code: InvalidAuthenticationInfo", ""},
	     {"200 OK", TOKEN("t2")}, {"201 Created", ""});
	use_identity();
	ck_assert(put());
	expect_seen(0, "POST /t/oauth2/v2.0/token ");
	expect_seen(1, "\r\nAuthorization: Bearer t1\r\n");
	ck_assert(put());
	expect_seen(2, "\r\nAuthorization: Bearer t1\r\n");
	expect_seen(4, "\r\nAuthorization: Bearer t2\r\n");
	expect_count(5);
	close_lab();
}
END_TEST

START_TEST(an_identity_without_a_token_cannot_go_on)
{
	OPEN({"401 No", "{\"error\":\"invalid_client\"}"});
	use_identity();
	ck_assert(!put());
	expect_error(E_UNKNOWN);
	expect_count(1);
	close_lab();
}
END_TEST

START_TEST(an_identity_signs_with_a_lent_key_that_is_kept)
{
	const char *url, *again;

	OPEN({"200 OK", TOKEN("t1")}, {"200 OK", LENT}, {"200 OK", TOKEN("t2")}, {"200 OK", LENT});
	use_identity();
	http_client_set_now(1700000000); /* 2023-11-14T22:13:20Z */
	ck_assert(lab.service->ops->sign(lab.service, KEY, OBJECT_GET, 1200, &url, &lab.arena, &lab.error));
	ck_assert_ptr_nonnull(strstr(url,
				     "/acc/reg/" KEY "?sv=2020-12-06&spr=https%2Chttp&se=2023-11-14T22%3A33%3A20Z&sr=b&sp=r"
				     "&skoid=oid&sktid=tid&skt=2023-11-14T22%3A00%3A00Z&ske=2023-11-15T22%3A33%3A20Z"
				     "&sks=b&skv=2020-12-06&sig="));
	expect_seen(1, "POST /acc/?restype=service&comp=userdelegationkey ");
	expect_seen(1, "\r\nAuthorization: Bearer t1\r\n");
	expect_seen(1, "<KeyInfo><Start>2023-11-14T21:58:20Z</Start><Expiry>2023-11-15T22:33:20Z</Expiry></KeyInfo>");
	ck_assert(lab.service->ops->sign(lab.service, KEY, OBJECT_HEAD, 1200, &again, &lab.arena, &lab.error));
	ck_assert_str_eq(url, again);
	expect_count(2);
	http_client_set_now(1700000000 + 86401); /* a URL of now would outlive the key */
	ck_assert(lab.service->ops->sign(lab.service, KEY, OBJECT_GET, 1200, &url, &lab.arena, &lab.error));
	expect_count(4);
	http_client_set_now(0);
	close_lab();
}
END_TEST

START_TEST(a_token_is_not_sent_in_the_clear)
{
	char reason[200];

	OPEN({"200 OK", TOKEN("t1")});
	lab.settings.credentials = "client_secret";
	lab.settings.serviceurl = "http://acc.blob.example.com";
	ck_assert_ptr_null(azure_open(&lab.settings, reason, sizeof reason));
	ck_assert_str_eq(reason, "an identity's token is sent over https only: see serviceurl");
	close_lab();
}
END_TEST

TEST_FILE(azure, a_put_is_signed_typed_and_checksummed, a_busy_account_is_asked_again_under_a_new_signature,
	  an_account_that_stays_busy_is_unavailable, a_wrong_set_up_is_not_asked_again,
	  a_missing_container_is_not_a_missing_blob, the_code_is_also_found_in_the_body,
	  what_an_append_blob_of_distributions_holds_is_taken, a_read_asks_for_its_range_and_takes_no_other_length,
	  blocks_carry_the_uploads_id_their_number_and_their_sending, a_commit_lists_the_blocks_in_order,
	  a_commit_whose_blocks_are_gone_is_done_when_the_blob_is_there, abandoned_blocks_are_dropped_by_an_empty_commit,
	  abandoning_spares_what_is_not_the_uploads_own, a_copy_that_is_over_at_once_is_checked_by_its_size,
	  a_pending_copy_is_waited_for, a_copy_that_fails_is_no_blob,
	  a_copy_that_takes_too_long_is_called_off_and_made_in_blocks, a_copy_to_where_the_same_is_already_is_done,
	  what_a_failed_copy_left_is_copied_over, a_list_goes_on_until_no_marker_is_left, a_visitor_ends_a_list,
	  a_list_that_is_none_is_an_error, legacy_names_begin_with_a_slash_and_keys_do_not,
	  a_sas_stands_in_the_url_and_signs_nothing, an_identity_sends_its_token_and_a_new_one_when_it_is_refused,
	  an_identity_without_a_token_cannot_go_on, an_identity_signs_with_a_lent_key_that_is_kept,
	  a_token_is_not_sent_in_the_clear)
