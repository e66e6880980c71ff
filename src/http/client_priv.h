/* SPDX-License-Identifier: MIT */
/* What the files of the outgoing client share: one attempt on the wire, and the client that drives attempts. */
#ifndef BERTH_HTTP_CLIENT_PRIV_H
#define BERTH_HTTP_CLIENT_PRIV_H

#include <curl/curl.h>

#include "berth/http/client.h"

/* Bytes that grow outside of any arena: libcurl's callbacks must not be left by a jump. */
struct client_buffer {
	char *ptr; /* NUL-terminated once something was added */
	size_t len;
	size_t capacity;
};

/* False when `limit` or memory is exceeded. */
bool client_buffer_add(struct client_buffer *buffer, const void *bytes, size_t len, size_t limit);

/* Empties it; what is large goes back to malloc. */
void client_buffer_clear(struct client_buffer *buffer);
void client_buffer_free(struct client_buffer *buffer);

/* One attempt of an exchange. Zero-initialised; its buffers live on from attempt to attempt. */
struct client_attempt {
	struct client_attempt *next; /* in the client's list of those on the wire */
	struct http_exchange *exchange;
	CURL *easy; /* NULL: not on the wire */
	struct curl_slist *lines;
	struct client_buffer head;
	struct client_buffer answer;
	uint64_t sent;
	int status;
	int64_t active_ms; /* when a byte last moved */
	bool over;         /* libcurl is done with it */
	CURLcode code;
	const char *cause; /* our own reason for ending it */
	bool timed_out;
	char reason[CURL_ERROR_SIZE];
};

struct http_client {
	CURLM *multi;
	struct http_client_settings settings; /* with the defaults filled in */
	char *ca_folder;                      /* of certificates that are trusted too; NULL: none */
	struct client_attempt *running;
	int64_t next_start_us; /* requests_per_second */
};

/* Puts the exchange on the wire as it is now. False when it cannot be: attempt->cause says why. */
bool client_attempt_start(struct http_client *client, struct client_attempt *attempt, struct http_exchange *exchange);

/* Takes it off the wire, at whatever point; the buffers stay. */
void client_attempt_end(struct http_client *client, struct client_attempt *attempt);

/* Moves bytes for up to `wait_ms`, or until an attempt is over. False when libcurl fails. */
bool client_drive(struct http_client *client, int64_t wait_ms);

/* Worth another try: the service was busy, or the connection failed in a way that passes. */
bool client_attempt_may_pass(const struct client_attempt *attempt);

#endif
