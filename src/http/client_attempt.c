/* SPDX-License-Identifier: MIT */
/* One attempt of an outgoing request: from an exchange to libcurl's options, and its callbacks. */
#include "client_priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "berth/base/clock.h"

#define HEAD_MAX ((size_t)64 << 10)    /* of an answer; real ones are below 2 KiB */
#define BUFFER_KEEP ((size_t)64 << 10) /* what a cleared buffer may go on holding */
#define WIRE_BUFFER 131072L            /* libcurl's own, per transfer and direction */
#define SLOW_BYTES 1024L               /* a second; slower for the answer timeout is as good as dead */

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

static size_t fail(struct client_attempt *attempt, const char *cause)
{
	attempt->cause = cause;
	return 0;
}

/* The next bytes of a file body; short only where the file is. */
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
	struct client_attempt *attempt = context;
	const struct http_client_body *body = &attempt->exchange->body;
	size_t len = size * count;

	attempt->active_ms = clock_ms();
	if (len > body->length - attempt->sent)
		len = (size_t)(body->length - attempt->sent);
	if (body->bytes) {
		memcpy(to, (const char *)body->bytes + attempt->sent, len);
	} else if (read_file(body, attempt->sent, to, len) < len) {
		(void)fail(attempt, "the file to be sent is shorter than it was, or cannot be read");
		return CURL_READFUNC_ABORT;
	}
	attempt->sent += len;
	return len;
}

/* libcurl sends again by itself when a kept connection turns out to be dead before anything came back. */
static int seek_body(void *context, curl_off_t offset, int origin)
{
	struct client_attempt *attempt = context;

	if (origin != SEEK_SET || offset < 0 || (uint64_t)offset > attempt->exchange->body.length)
		return CURL_SEEKFUNC_FAIL;
	attempt->sent = (uint64_t)offset;
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
	struct client_attempt *attempt = context;
	struct span line = {bytes, size * count};

	attempt->active_ms = clock_ms();
	if (span_starts(line, "HTTP/")) { /* the answer proper follows a 100 */
		client_buffer_clear(&attempt->head);
		attempt->status = status_of(line);
	}
	if (!client_buffer_add(&attempt->head, line.ptr, line.len, HEAD_MAX))
		return fail(attempt, "the answer's header is too large");
	return line.len;
}

static size_t take_body(char *bytes, size_t size, size_t count, void *context)
{
	struct client_attempt *attempt = context;
	struct http_exchange *exchange = attempt->exchange;
	size_t len = size * count;

	attempt->active_ms = clock_ms();
	if (exchange->sink && attempt->status / 100 == 2) {
		if (exchange->partial && attempt->status != 206)
			return fail(attempt, "the range was not kept to");
		exchange->sunk += len;
		return exchange->sink(exchange->sink_context, bytes, len) ? len : fail(attempt, "the receiver is gone");
	}
	if (!client_buffer_add(&attempt->answer, bytes, len, exchange->keep ? exchange->keep : HTTP_EXCHANGE_KEEP))
		return fail(attempt, "the answer is too large");
	return len;
}

/* ---- options ---- */

static bool is_plain(const char *text, unsigned char least)
{
	for (; *text; text++)
		if ((unsigned char)*text < least || *text == 0x7f)
			return false;
	return true;
}

static bool is_name(const char *name)
{
	return *name && strspn(name, "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
				     "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == strlen(name);
}

static const char *fault_of(const struct http_exchange *exchange)
{
	if (!is_name(exchange->method) || !exchange->url || !is_plain(exchange->url, 0x21))
		return "the method or the URL is malformed";
	if (exchange->field_count > HTTP_EXCHANGE_FIELDS)
		return "more header fields than an exchange holds";
	for (size_t i = 0; i < exchange->field_count; i++)
		if (!is_name(exchange->fields[i].name) || !is_plain(exchange->fields[i].value, 0x20))
			return "a header field is malformed";
	return NULL;
}

static bool add_line(struct client_attempt *attempt, const char *name, const char *value)
{
	char *line = NULL;
	struct curl_slist *longer;

	/* libcurl's spelling of a field with an empty value is a semicolon */
	if (asprintf(&line, *value ? "%s: %s" : "%s;", name, value) < 0)
		return false;
	longer = curl_slist_append(attempt->lines, line);
	free(line);
	attempt->lines = longer ? longer : attempt->lines;
	return longer != NULL;
}

static bool add_lines(struct client_attempt *attempt)
{
	const struct http_exchange *exchange = attempt->exchange;
	struct curl_slist *first = curl_slist_append(NULL, "Expect:"); /* no round trip of its own for a body */

	attempt->lines = first;
	for (size_t i = 0; first && i < exchange->field_count; i++)
		if (!add_line(attempt, exchange->fields[i].name, exchange->fields[i].value))
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

static void set_callbacks(CURL *easy, struct client_attempt *attempt)
{
	curl_easy_setopt(easy, CURLOPT_PRIVATE, attempt);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, attempt->reason);
	curl_easy_setopt(easy, CURLOPT_READFUNCTION, send_body);
	curl_easy_setopt(easy, CURLOPT_READDATA, attempt);
	curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, seek_body);
	curl_easy_setopt(easy, CURLOPT_SEEKDATA, attempt);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_head);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, attempt);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, attempt);
}

/* What keeps a request from going anywhere but to its URL, and from lasting for ever. */
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
	ok &= curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, SLOW_BYTES) == CURLE_OK;
	ok &= curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long)(settings->answer_timeout_ms + 999) / 1000) == CURLE_OK;
	return ok;
}

static bool set_all(struct client_attempt *attempt, const struct http_client *client)
{
	CURL *easy = attempt->easy;

	if (!set_bounds(easy, client) || !add_lines(attempt) ||
	    curl_easy_setopt(easy, CURLOPT_URL, attempt->exchange->url) != CURLE_OK)
		return false;
	set_callbacks(easy, attempt);
	set_method(easy, attempt->exchange);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, attempt->lines);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, client->settings.user_agent);
	curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L); /* a signature covers the path as it is */
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1); /* parts on connections of their own */
	curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, WIRE_BUFFER);
	curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, WIRE_BUFFER);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	return true;
}

bool client_attempt_start(struct http_client *client, struct client_attempt *attempt, struct http_exchange *exchange)
{
	attempt->exchange = exchange;
	attempt->sent = 0;
	attempt->status = 0;
	attempt->over = attempt->timed_out = false;
	attempt->code = CURLE_OK;
	attempt->reason[0] = '\0';
	attempt->active_ms = clock_ms();
	client_buffer_clear(&attempt->head);
	client_buffer_clear(&attempt->answer);
	attempt->cause = fault_of(exchange);
	if (attempt->cause)
		return false;
	attempt->easy = curl_easy_init();
	if (!attempt->easy || !set_all(attempt, client) ||
	    curl_multi_add_handle(client->multi, attempt->easy) != CURLM_OK) {
		attempt->cause = "libcurl cannot make the request";
		curl_easy_cleanup(attempt->easy);
		attempt->easy = NULL;
		curl_slist_free_all(attempt->lines);
		attempt->lines = NULL;
		return false;
	}
	attempt->next = client->running;
	client->running = attempt;
	return true;
}

void client_attempt_end(struct http_client *client, struct client_attempt *attempt)
{
	struct client_attempt **at = &client->running;

	if (!attempt->easy)
		return;
	while (*at && *at != attempt)
		at = &(*at)->next;
	if (*at)
		*at = attempt->next;
	curl_multi_remove_handle(client->multi, attempt->easy);
	curl_easy_cleanup(attempt->easy);
	attempt->easy = NULL;
	curl_slist_free_all(attempt->lines);
	attempt->lines = NULL;
}

bool client_attempt_may_pass(const struct client_attempt *attempt)
{
	if (attempt->timed_out)
		return true;
	if (attempt->cause)
		return false;
	switch (attempt->code) {
	case CURLE_OK:
		return attempt->status == 429 || attempt->status == 500 || attempt->status == 502 ||
		       attempt->status == 503 || attempt->status == 504;
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
