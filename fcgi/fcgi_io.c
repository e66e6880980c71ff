/* SPDX-License-Identifier: MIT */
/* libfcgi as the transport. One request at a time; the connection comes from prefork_accept, never from libfcgi. */
#include "berth/fcgi/fcgi_io.h"

#include <assert.h>
#include <errno.h>
#include <fastcgi.h>
#include <fcgiapp.h>
#include <limits.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

#include "berth/base/log.h"
#include "berth/http/respond.h"

struct fcgi_io {
	FCGX_Request request;
	size_t variables; /* in envp */
	bool body_read;   /* to its end */
};

/*
 * libfcgi takes as much memory as a record's lengths promise, adds them in an int, and asserts that it got it: eight
 * bytes on the socket would end a worker. Its assertion ends the connection instead. The process has one thread.
 */
static struct {
	jmp_buf point;
	volatile bool armed;
} reading;

void __assert_fail(const char *what, const char *file, unsigned line, const char *function)
{
	if (reading.armed)
		longjmp(reading.point, 1);
	(void)fprintf(stderr, "%s:%u: %s: assertion %s failed\n", file, line, function, what);
	abort();
}

struct fcgi_io *fcgi_io_new(void)
{
	struct fcgi_io *io = calloc(1, sizeof *io);

	if (io && FCGX_Init() == 0 && FCGX_InitRequest(&io->request, -1, 0) == 0)
		return io;
	free(io);
	return NULL;
}

static const char *variable(void *context, const char *name)
{
	struct fcgi_io *io = context;

	return FCGX_GetParam(name, io->request.envp);
}

static const char *variable_at(void *context, size_t index)
{
	const struct fcgi_io *io = context;

	return index < io->variables ? io->request.envp[index] : NULL;
}

/* An early end looks like an end: only the stream's error code tells a broken body from a whole one. */
static ptrdiff_t read_some(void *context, void *buffer, size_t len)
{
	struct fcgi_io *io = context;
	int want = len > INT_MAX ? INT_MAX : (int)len;
	int got = FCGX_GetStr(buffer, want, io->request.in);

	if (got < want && FCGX_GetError(io->request.in) != 0)
		return -1;
	io->body_read = io->body_read || got < want;
	return got;
}

static bool write_all(void *context, const void *bytes, size_t len)
{
	struct fcgi_io *io = context;
	const char *at = bytes;

	while (len > 0) {
		int part = len > INT_MAX ? INT_MAX : (int)len;

		if (FCGX_PutStr(at, part, io->request.out) != part)
			return false;
		at += part;
		len -= (size_t)part;
	}
	return true;
}

/* Web servers give the one request of a connection the number 1. */
static FCGI_Header header_of(int type, size_t length)
{
	return (FCGI_Header){
		.version = FCGI_VERSION_1,
		.type = (unsigned char)type,
		.requestIdB0 = 1,
		.contentLengthB1 = (unsigned char)(length >> 8),
		.contentLengthB0 = (unsigned char)length,
	};
}

/* By hand, as libfcgi has no memory for a stream to write it to. */
static void answer_out_of_memory(int fd)
{
	size_t length = strlen(response_out_of_memory);
	FCGI_Header head = header_of(FCGI_STDOUT, length);
	FCGI_EndRequestRecord end = {.header = header_of(FCGI_END_REQUEST, sizeof end.body)};
	struct iovec parts[] = {
		{&head, sizeof head}, {(void *)(uintptr_t)response_out_of_memory, length}, {&end, sizeof end}};

	log_error("request: out of memory while it was read");
	if (writev(fd, parts, sizeof parts / sizeof *parts) < 0)
		log_debug("request: nobody listens any more");
}

/*
 * False when the records made no sense, or more than there is memory for; the connection is closed and the request ready
 * for the next one.
 */
static bool read_parameters(FCGX_Request *request)
{
	volatile bool good = false;

	errno = 0;
	if (setjmp(reading.point) == 0) {
		reading.armed = true;
		good = FCGX_Accept_r(request) == 0;
	} else {
		if (errno == ENOMEM)
			answer_out_of_memory(request->ipcFd);
		FCGX_Free(request, 1);
		(void)FCGX_InitRequest(request, -1, 0);
	}
	reading.armed = false;
	return good;
}

static bool has_no_body(const struct fcgi_io *io)
{
	const char *length = FCGX_GetParam("CONTENT_LENGTH", io->request.envp);

	return (!length || *length == '\0' || strcmp(length, "0") == 0) &&
	       !FCGX_GetParam("HTTP_TRANSFER_ENCODING", io->request.envp);
}

bool fcgi_io_begin(struct fcgi_io *io, int fd, struct http_io *out)
{
	io->request.ipcFd = fd;
	io->request.keepConnection = 1; /* or the FCGX_Finish_r inside FCGX_Accept_r closes it */
	if (!read_parameters(&io->request))
		return false;
	io->request.keepConnection = 0; /* one request a connection, whatever the web server asks for */
	for (io->variables = 0; io->request.envp[io->variables];)
		io->variables++;
	io->body_read = false;
	*out = (struct http_io){io, variable, variable_at, read_some, write_all, false};
	return true;
}

/* An empty body has an end, too, which Apache sends by itself: to close before it comes would look like a failure. */
static void read_end(struct fcgi_io *io)
{
	const struct timeval bound = {.tv_sec = 2};
	char none;

	if (!io->body_read && has_no_body(io) &&
	    setsockopt(io->request.ipcFd, SOL_SOCKET, SO_RCVTIMEO, &bound, sizeof bound) == 0)
		(void)read_some(io, &none, 1);
}

/*
 * libfcgi waits, before it closes, until the web server has closed: what it may still send would make the kernel reset
 * the connection and the reply be lost. Nothing is on its way once the body has been read, so that this worker need not
 * wait for a process that may be waiting for its processor.
 */
void fcgi_io_finish(struct fcgi_io *io)
{
	int fd = io->request.ipcFd;

	read_end(io);
	io->request.keepConnection = io->body_read;
	FCGX_Finish_r(&io->request);
	if (io->request.ipcFd < 0)
		return; /* closed already: after an error */
	io->request.ipcFd = -1;
	(void)close(fd);
}

void fcgi_io_free(struct fcgi_io *io)
{
	if (io)
		FCGX_Free(&io->request, 1);
	free(io);
}
