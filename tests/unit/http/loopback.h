/* SPDX-License-Identifier: MIT */
/* A server on 127.0.0.1, in a process of its own, that answers from a script and remembers what it was asked. */
#ifndef BERTH_TESTS_HTTP_LOOPBACK_H
#define BERTH_TESTS_HTTP_LOOPBACK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum loopback_after {
	AFTER_KEEP,  /* the connection stays */
	AFTER_CLOSE, /* it is closed */
	AFTER_HANG,  /* it stays, and nothing more is read or sent */
	AFTER_DRIP,  /* a byte is sent each 20 ms, and nothing more is read */
	AFTER_RESET  /* it is reset */
};

struct loopback_answer {
	const char *text;
	enum loopback_after after;
};

#define LOOPBACK_SEEN 64
#define LOOPBACK_TEXT 8192

struct loopback_seen {
	unsigned connection;      /* counted from 1 */
	char text[LOOPBACK_TEXT]; /* head and body, cut */
};

struct loopback_record {
	unsigned connections;
	unsigned count;
	struct loopback_seen seen[LOOPBACK_SEEN];
};

struct loopback {
	pid_t pid;
	int port;
	const struct loopback_record *record; /* shared with the server */
};

/* Each request gets the next answer; the last one is repeated. */
struct loopback loopback_start(const struct loopback_answer *script, size_t count);

void loopback_stop(struct loopback *server);

#endif
