/* SPDX-License-Identifier: MIT */
/*
 * Outgoing requests: one client per process (made after fork), over libcurl, connections kept and reused.
 *
 *     struct http_exchange x = {.method = "PUT", .url = url, .body = http_body_bytes(text), .repeatable = true,
 *                               .prepare = sign, .context = credentials};
 *     if (!http_client_run(client, &x, 1, arena))  ... nobody answered: x.failure says why ...
 *     if (x.status == 200) ... http_exchange_header(&x, "ETag") ... x.answer ...
 *
 * TLS is verified, no redirect is followed, no proxy and no netrc is used, time and the size of an answer are bounded. An
 * exchange marked `repeatable` is tried again after 429, 5xx, a reset or a time-out, with exponential back-off and
 * jitter, Retry-After respected up to a bound; each attempt is prepared anew, so that it has a fresh date and signature.
 */
#ifndef BERTH_HTTP_CLIENT_H
#define BERTH_HTTP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "berth/base/arena.h"
#include "berth/base/span.h"

struct http_client;

/* Zero means the default of each. */
struct http_client_settings {
	const char *user_agent;
	bool skip_verify;             /* no certificate check; the caller has warned of it */
	const char *ca_file;          /* instead of the system's and of SSL_CERT_FILE, SSL_CERT_DIR of the environment */
	unsigned connect_timeout_ms;  /* 10 s */
	unsigned answer_timeout_ms;   /* without a byte in either direction, or with less than 1 kB/s in the end; 30 s */
	unsigned retries;             /* attempts after the first; 5. HTTP_CLIENT_NO_RETRIES: none */
	unsigned retry_delay_ms;      /* before the second attempt, doubled from there on; 100 ms */
	unsigned requests_per_second; /* of this process; 0: no bound */
};

#define HTTP_CLIENT_NO_RETRIES ((unsigned)-1)

/* Bytes in memory, or a part of a file that is read with pread as they are sent: nothing is held in memory. */
struct http_client_body {
	const void *bytes;
	int fd; /* used when bytes is NULL and length is not 0 */
	uint64_t offset;
	uint64_t length;
};

struct http_field {
	const char *name;
	const char *value;
};

#define HTTP_EXCHANGE_FIELDS 32
#define HTTP_EXCHANGE_KEEP ((size_t)1 << 20) /* of an answer, unless `keep` says otherwise */

struct http_exchange;

/*
 * Called before each attempt, with the fields that the caller had set. Adds what must be fresh: date, signature, bearer
 * token. May change the URL. Returns false to give the exchange up.
 */
typedef bool http_prepare_fn(struct http_exchange *exchange, void *context, struct arena *arena);

/* Takes a piece of a 2xx answer. Returns false if the receiver is gone, which ends the exchange. */
typedef bool http_sink_fn(void *context, const void *bytes, size_t len);

struct http_exchange {
	/* the request */
	const char *method;
	const char *url;
	struct http_field fields[HTTP_EXCHANGE_FIELDS]; /* set with http_exchange_set */
	size_t field_count;
	struct http_client_body body;
	bool repeatable;
	http_prepare_fn *prepare; /* NULL: nothing needs to be fresh */
	void *context;
	http_sink_fn *sink; /* NULL: the answer is kept. Errors' bodies are always kept, not sunk */
	void *sink_context;
	bool partial; /* with a sink: a success other than 206 is a failure, for its bytes are not those of the Range */
	size_t keep;  /* most bytes of a kept answer; 0: HTTP_EXCHANGE_KEEP. More is a failure */

	/* the answer; in the arena of the run */
	int status;         /* 0: none */
	struct span answer; /* NUL behind its end */
	struct span head;   /* raw header lines; see http_exchange_header */
	uint64_t sunk;      /* bytes that went to the sink: after any the exchange is not repeated */
	unsigned attempts;
	const char *failure; /* why there is no (whole) answer, one line without secrets; NULL otherwise */
};

/* Returns a body of bytes in memory, which are borrowed. */
static inline struct http_client_body http_body_bytes(struct span bytes)
{
	return (struct http_client_body){.bytes = bytes.ptr, .length = bytes.len};
}

/* Makes a client. The strings of the settings are copied. Returns NULL if memory is out or libcurl fails. */
struct http_client *http_client_new(const struct http_client_settings *settings);

/* Ends all connections. Takes NULL. */
void http_client_free(struct http_client *client);

/*
 * Adds a request header, or replaces one of the same name (case-insensitive). Strings are borrowed. Names and values with
 * control characters make the run fail.
 */
void http_exchange_set(struct http_exchange *exchange, const char *name, const char *value);

/* Returns the request header `name`; NULL if it is not set. */
const char *http_exchange_get(const struct http_exchange *exchange, const char *name);

/* Returns the last answer header `name`; the empty span if it is absent. */
struct span http_exchange_header(const struct http_exchange *exchange, const char *name);

/*
 * Runs the exchanges, at most `at_once` (0: 4) at a time, until each has an answer or has failed for good. Once one has
 * failed, those that have not begun are not tried. Returns true if every exchange has an answer, whatever its status. A
 * `prepare` may run an exchange of its own on the same client. A sink must not, and must not leave by a jump.
 */
bool http_client_run_all(struct http_client *client, struct http_exchange *list, size_t count, unsigned at_once,
			 struct arena *arena);

/* Runs one exchange. */
static inline bool http_client_run(struct http_client *client, struct http_exchange *exchange, struct arena *arena)
{
	return http_client_run_all(client, exchange, 1, 1, arena);
}

/* Returns the time for dates and signatures, in seconds since 1970. */
int64_t http_client_now(void);

/* Sets that time, for tests of signatures; 0: the clock's again. */
void http_client_set_now(int64_t now);

#endif
