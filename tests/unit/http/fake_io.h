/* SPDX-License-Identifier: MIT */
/* A transport without a web server: variables given by the test, a body in pieces, and what was written. */
#ifndef BERTH_TESTS_HTTP_FAKE_IO_H
#define BERTH_TESTS_HTTP_FAKE_IO_H

#include "berth/http/message.h"
#include "berth/http/respond.h"

struct fake {
	struct http_io io;
	struct arena arena;
	struct error error;
	const char *variables[24];    /* NAME=value, ended by NULL */
	struct span body;             /* not yet read */
	size_t piece;                 /* most that one read gives */
	bool breaks;                  /* the client is gone when the body is used up */
	enum http_io_failure failure; /* what such a read says; 0 stands for HTTP_IO_BROKEN */
	size_t reads;
	char *written;
	size_t written_len;
	size_t writes;
	size_t write_limit; /* writes beyond fail */
};

/* `variables` in the form of the member, ended by NULL; borrowed. */
void fake_init(struct fake *fake, const char *const *variables);
void fake_release(struct fake *fake);

#define FAKE(fake, ...) fake_init(fake, (const char *const[]){__VA_ARGS__, NULL})

/* What was written, up to and after the empty line; the test fails where there is none. */
struct span fake_head(const struct fake *fake);
struct span fake_body(const struct fake *fake);

/* The value of the header `name` as it was sent; the empty span with ptr NULL when it was not. */
struct span fake_sent(const struct fake *fake, const char *name);

#endif
