/* SPDX-License-Identifier: MIT */
/* What the files of the outgoing client share: exchanges in progress, and the client that moves their bytes. */
#ifndef BERTH_HTTP_CLIENT_PRIV_H
#define BERTH_HTTP_CLIENT_PRIV_H

#include <curl/curl.h>

#include "berth/http/client.h"

/* Bytes that grow outside of any arena, because a jump must not leave libcurl's callbacks. */
struct client_buffer {
	char *ptr; /* NUL-terminated once something was added */
	size_t len;
	size_t capacity;
};

/* Appends bytes. Returns false if the buffer would exceed `limit`, or memory is out. */
bool client_buffer_add(struct client_buffer *buffer, const void *bytes, size_t len, size_t limit);

/* Empties the buffer; a large one goes back to malloc. */
void client_buffer_clear(struct client_buffer *buffer);

/* Gives the buffer's memory back. */
void client_buffer_free(struct client_buffer *buffer);

enum transfer_state { TRANSFER_FREE, TRANSFER_DUE, TRANSFER_RUNNING };

/* The place of one exchange in progress, for all of its attempts and then for the next exchange. Zero-initialised. */
struct transfer {
	enum transfer_state state;
	struct http_exchange *exchange;
	/* what the caller had set, from which each attempt begins */
	struct http_field fields[HTTP_EXCHANGE_FIELDS];
	size_t field_count;
	const char *url;
	int64_t begun_ms; /* the first attempt */
	int64_t due_ms;   /* the next attempt */
	/* the attempt that is on the wire, or was */
	struct transfer *next; /* in the client's list of those on the wire */
	CURL *easy;            /* NULL: not on the wire */
	struct curl_slist *lines;
	struct client_buffer head; /* the buffers live on from attempt to attempt */
	struct client_buffer answer;
	uint64_t sent;
	int status;
	int64_t deadline_ms; /* see transfer_moved */
	int64_t patience_ms;
	bool over; /* libcurl is done with it, or the deadline has passed */
	bool timed_out;
	CURLcode code;
	const char *cause; /* our own reason for ending it */
	char reason[CURL_ERROR_SIZE];
};

struct http_client {
	CURLM *multi;
	struct http_client_settings settings; /* with the defaults filled in */
	char *ca_folder;                      /* of certificates that are trusted too; NULL: none */
	struct transfer *running;
	int64_t next_start_us; /* requests_per_second */
};

/* Puts the exchange on the wire as it is now. Returns false, with transfer->cause, if that is not possible. */
bool transfer_start(struct http_client *client, struct transfer *transfer);

/* Takes the exchange off the wire, whatever has become of it. The buffers stay. */
void transfer_end(struct http_client *client, struct transfer *transfer);

/*
 * The one time-out of a transfer: answer_timeout_ms without a byte in either direction. Each byte moves the deadline by a
 * millisecond, to answer_timeout_ms from now at most: a peer that keeps below 1 kB/s runs out of time, too.
 */
void transfer_moved(struct transfer *transfer, size_t bytes);

/* Returns whether another try is worth it: the service was busy, or the connection failed in a way that passes. */
bool transfer_may_pass(const struct transfer *transfer);

#endif
