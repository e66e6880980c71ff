/* SPDX-License-Identifier: MIT */
/* One attempt of an exchange: libcurl's options and callbacks. */
#include "client_priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "berth/base/clock.h"

#define HEAD_MAX ((size_t)64 << 10)    /* of an answer; real ones are below 2 KiB */
#define BUFFER_KEEP ((size_t)64 << 10) /* memory that a cleared buffer may keep */
#define WIRE_BUFFER 131072L            /* of libcurl, for each transfer and direction */

bool client_buffer_add(struct client_buffer *buffer, const void *bytes, size_t len, size_t limit)
{
	if (len > limit || buffer->len > limit - len)
		return false;
	if (buffer->len + len + 1 > buffer->capacity) {
		size_t capacity = 2 * buffer->capacity > buffer->len + len + 1 ? 2 * buffer->capacity
									       : buffer->len + len + 512;
		char *bigger = realloc(buffer->ptr, capacity);

		if (!bigger)
			return false;
		buffer->ptr = bigger;
		buffer->capacity = capacity;
	}
	memcpy(buffer->ptr + buffer->len, bytes, len);
	buffer->len += len;
	buffer->ptr[buffer->len] = '\0';
	return true;
}

void client_buffer_free(struct client_buffer *buffer)
{
	free(buffer->ptr);
	*buffer = (struct client_buffer){0};
}

void client_buffer_clear(struct client_buffer *buffer)
{
	buffer->len = 0;
	if (buffer->capacity > BUFFER_KEEP)
		client_buffer_free(buffer);
}

/* ---- callbacks ---- */

static size_t transfer_fail(struct transfer *transfer, const char *cause)
{
	transfer->cause = cause;
	return 0;
}

/* Reads the next bytes of a file body. Returns less than `len` only if the file ends or cannot be read. */
static size_t read_file(const struct http_client_body *body, uint64_t at, char *to, size_t len)
{
	size_t done = 0;

	while (done < len) {
		ssize_t got = pread(body->fd, to + done, len - done, (off_t)(body->offset + at + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		done += (size_t)got;
	}
	return done;
}

static size_t send_body(char *to, size_t size, size_t count, void *context)
{
	struct transfer *transfer = context;
	const struct http_client_body *body = &transfer->exchange->body;
	size_t len = size * count;

	if (len > body->length - transfer->sent)
		len = (size_t)(body->length - transfer->sent);
	if (body->bytes) {
		memcpy(to, (const char *)body->bytes + transfer->sent, len);
	} else if (read_file(body, transfer->sent, to, len) < len) {
		(void)transfer_fail(transfer, "the file to be sent is shorter than it was, or cannot be read");
		return CURL_READFUNC_ABORT;
	}
	transfer->sent += len;
	transfer_moved(transfer, len);
	return len;
}

/* libcurl sends the body again by itself if a kept connection was dead and nothing had come back. */
static int seek_body(void *context, curl_off_t offset, int origin)
{
	struct transfer *transfer = context;

	if (origin != SEEK_SET || offset < 0 || (uint64_t)offset > transfer->exchange->body.length)
		return CURL_SEEKFUNC_FAIL;
	transfer->sent = (uint64_t)offset;
	return CURL_SEEKFUNC_OK;
}

static int status_of(struct span line)
{
	struct span version, code = line;
	uint64_t status;

	return span_split(&code, ' ', &version) && code.len >= 3 && span_to_u64((struct span){code.ptr, 3}, &status)
		       ? (int)status
		       : 0;
}

static size_t take_head(char *bytes, size_t size, size_t count, void *context)
{
	struct transfer *transfer = context;
	struct span line = {bytes, size * count};

	transfer_moved(transfer, line.len);
	if (span_starts(line, "HTTP/")) { /* a final answer may follow a 100 */
		client_buffer_clear(&transfer->head);
		transfer->status = status_of(line);
	}
	if (!client_buffer_add(&transfer->head, line.ptr, line.len, HEAD_MAX))
		return transfer_fail(transfer, "the answer's header is too large");
	return line.len;
}

/* Passes bytes on. The time that the receiver takes does not count as the peer's. */
static bool sink_bytes(struct transfer *transfer, const void *bytes, size_t len)
{
	const struct http_exchange *exchange = transfer->exchange;
	int64_t before = clock_ms();
	bool ok = exchange->sink(exchange->sink_context, bytes, len);

	transfer->deadline_ms += clock_ms() - before;
	return ok;
}

static size_t take_body(char *bytes, size_t size, size_t count, void *context)
{
	struct transfer *transfer = context;
	struct http_exchange *exchange = transfer->exchange;
	size_t len = size * count;

	transfer_moved(transfer, len);
	if (exchange->sink && transfer->status / 100 == 2) {
		if (exchange->partial && transfer->status != 206)
			return transfer_fail(transfer, "the range was not kept to");
		exchange->sunk += len;
		return sink_bytes(transfer, bytes, len) ? len : transfer_fail(transfer, "the receiver is gone");
	}
	if (!client_buffer_add(&transfer->answer, bytes, len, exchange->keep ? exchange->keep : HTTP_EXCHANGE_KEEP))
		return transfer_fail(transfer, "the answer is too large");
	return len;
}

/* ---- options ---- */

static bool transfer_is_plain(const char *text, unsigned char least)
{
	for (; *text; text++)
		if ((unsigned char)*text < least || *text == 0x7f)
			return false;
	return true;
}

static bool transfer_is_token(const char *name)
{
	return *name && strspn(name, "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
				     "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == strlen(name);
}

static const char *fault_of(const struct http_exchange *exchange)
{
	if (!transfer_is_token(exchange->method) || !exchange->url || !transfer_is_plain(exchange->url, 0x21))
		return "the method or the URL is malformed";
	if (exchange->field_count > HTTP_EXCHANGE_FIELDS)
		return "more header fields than an exchange holds";
	for (size_t i = 0; i < exchange->field_count; i++)
		if (!transfer_is_token(exchange->fields[i].name) || !transfer_is_plain(exchange->fields[i].value, 0x20))
			return "a header field is malformed";
	return NULL;
}

static bool add_line(struct transfer *transfer, const char *name, const char *value)
{
	char *line = NULL;
	struct curl_slist *longer;

	/* libcurl's spelling of a field with an empty value is a semicolon */
	if (asprintf(&line, *value ? "%s: %s" : "%s;", name, value) < 0)
		return false;
	longer = curl_slist_append(transfer->lines, line);
	free(line);
	transfer->lines = longer ? longer : transfer->lines;
	return longer != NULL;
}

static bool add_lines(struct transfer *transfer)
{
	const struct http_exchange *exchange = transfer->exchange;
	struct curl_slist *first =
		curl_slist_append(NULL, "Expect:"); /* the body does not wait for a 100, which costs a round trip */

	transfer->lines = first;
	for (size_t i = 0; first && i < exchange->field_count; i++)
		if (!add_line(transfer, exchange->fields[i].name, exchange->fields[i].value))
			return false;
	return first != NULL;
}

static void set_method(CURL *easy, const struct http_exchange *exchange)
{
	bool sends = exchange->body.length > 0 || strcmp(exchange->method, "PUT") == 0 ||
		     strcmp(exchange->method, "POST") == 0;

	if (sends) {
		curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
		curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)exchange->body.length);
	} else if (strcmp(exchange->method, "HEAD") == 0) {
		curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
		return;
	}
	curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, exchange->method);
}

static void set_callbacks(CURL *easy, struct transfer *transfer)
{
	curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->reason);
	curl_easy_setopt(easy, CURLOPT_READFUNCTION, send_body);
	curl_easy_setopt(easy, CURLOPT_READDATA, transfer);
	curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, seek_body);
	curl_easy_setopt(easy, CURLOPT_SEEKDATA, transfer);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_head);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
}

/* Sets the options that keep a request to its URL and bound the time of a connect. */
static bool set_bounds(CURL *easy, const struct http_client *client)
{
	const struct http_client_settings *settings = &client->settings;
	bool ok = true;

	ok &= curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK;
	ok &= curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "https") == CURLE_OK;
	ok &= curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK;
	ok &= curl_easy_setopt(easy, CURLOPT_MAXREDIRS, 0L) == CURLE_OK;
	ok &= curl_easy_setopt(easy, CURLOPT_UNRESTRICTED_AUTH, 0L) == CURLE_OK;
	ok &= curl_easy_setopt(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L) == CURLE_OK;
	ok &= curl_easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_OK;
	ok &= curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED) == CURLE_OK;
	ok &= curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, settings->skip_verify ? 0L : 1L) == CURLE_OK;
	ok &= curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, settings->skip_verify ? 0L : 2L) == CURLE_OK;
	ok &= curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK;
	if (settings->ca_file)
		ok &= curl_easy_setopt(easy, CURLOPT_CAINFO, settings->ca_file) == CURLE_OK;
	if (client->ca_folder)
		ok &= curl_easy_setopt(easy, CURLOPT_CAPATH, client->ca_folder) == CURLE_OK;
	ok &= curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK;
	ok &= curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)settings->connect_timeout_ms) == CURLE_OK;
	return ok;
}

static bool set_all(struct transfer *transfer, const struct http_client *client)
{
	CURL *easy = transfer->easy;

	if (!set_bounds(easy, client) || !add_lines(transfer) ||
	    curl_easy_setopt(easy, CURLOPT_URL, transfer->exchange->url) != CURLE_OK)
		return false;
	set_callbacks(easy, transfer);
	set_method(easy, transfer->exchange);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->lines);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, client->settings.user_agent);
	curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L); /* a signature covers the path as it is */
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
			 (long)CURL_HTTP_VERSION_1_1); /* each part of an upload on a connection of its own */
	curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, WIRE_BUFFER);
	curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, WIRE_BUFFER);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	return true;
}

void transfer_moved(struct transfer *transfer, size_t bytes)
{
	int64_t latest = clock_ms() + transfer->patience_ms, moved = transfer->deadline_ms + (int64_t)bytes;

	transfer->deadline_ms = moved < latest ? moved : latest;
}

bool transfer_start(struct http_client *client, struct transfer *transfer)
{
	transfer->sent = 0;
	transfer->status = 0;
	transfer->over = transfer->timed_out = false;
	transfer->code = CURLE_OK;
	transfer->reason[0] = '\0';
	transfer->patience_ms = client->settings.answer_timeout_ms;
	transfer->deadline_ms = clock_ms() + transfer->patience_ms;
	client_buffer_clear(&transfer->head);
	client_buffer_clear(&transfer->answer);
	transfer->cause = fault_of(transfer->exchange);
	if (transfer->cause)
		return false;
	transfer->easy = curl_easy_init();
	if (!transfer->easy || !set_all(transfer, client) ||
	    curl_multi_add_handle(client->multi, transfer->easy) != CURLM_OK) {
		transfer->cause = "libcurl cannot make the request";
		curl_easy_cleanup(transfer->easy);
		transfer->easy = NULL;
		curl_slist_free_all(transfer->lines);
		transfer->lines = NULL;
		return false;
	}
	transfer->next = client->running;
	client->running = transfer;
	return true;
}

void transfer_end(struct http_client *client, struct transfer *transfer)
{
	struct transfer **at = &client->running;

	if (!transfer->easy)
		return;
	while (*at && *at != transfer)
		at = &(*at)->next;
	if (*at)
		*at = transfer->next;
	curl_multi_remove_handle(client->multi, transfer->easy);
	curl_easy_cleanup(transfer->easy);
	transfer->easy = NULL;
	curl_slist_free_all(transfer->lines);
	transfer->lines = NULL;
}

bool transfer_may_pass(const struct transfer *transfer)
{
	if (transfer->timed_out)
		return true;
	if (transfer->cause)
		return false;
	switch (transfer->code) {
	case CURLE_OK:
		return transfer->status == 429 || transfer->status == 500 || transfer->status == 502 ||
		       transfer->status == 503 || transfer->status == 504;
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_CONNECT:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_OPERATION_TIMEDOUT:
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
	case CURLE_GOT_NOTHING:
	case CURLE_PARTIAL_FILE: return true;
	default: return false;
	}
}
