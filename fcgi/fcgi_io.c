/* SPDX-License-Identifier: MIT */
/*
 * libfcgi as the transport. One request at a time; the connection comes from prefork_accept, never from libfcgi.
 *
 * Every call into libfcgi that may wait for the peer stands between peer_timer_start and peer_timer_stop. libfcgi never
 * closes a connection whose head was good: its close waits for the peer, this one does not (linger.h).
 */
#include "berth/fcgi/fcgi_io.h"

#include <errno.h>
#include <fastcgi.h>
#include <fcgiapp.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "assertion_priv.h"
#include "berth/api/api.h"
#include "berth/base/limits.h"
#include "berth/base/log.h"
#include "berth/fcgi/linger.h"
#include "berth/fcgi/peer_timer.h"
#include "prefork_priv.h"

#define END_MS 50                /* for the end of an empty body */
#define PIECE ((size_t)16 << 10) /* bytes of one operation: the time for it follows from them */

struct fcgi_io {
	FCGX_Request request;
	size_t variables; /* in envp */
	bool body_read;   /* to its end */
	struct lingering linger;
};

struct fcgi_io *fcgi_io_new(void)
{
	struct fcgi_io *io = calloc(1, sizeof *io);

	if (io && FCGX_Init() == 0 && FCGX_InitRequest(&io->request, -1, 0) == 0)
		return io;
	free(io);
	return NULL;
}

static const char *io_variable(void *context, const char *name)
{
	struct fcgi_io *io = context;

	return FCGX_GetParam(name, io->request.envp);
}

static const char *io_variable_at(void *context, size_t index)
{
	const struct fcgi_io *io = context;

	return index < io->variables ? io->request.envp[index] : NULL;
}

static int io_at_most(size_t len, size_t most)
{
	return (int)(len > most ? most : len);
}

/* Returns why the last read failed. */
static ptrdiff_t read_failure(void)
{
	static const ptrdiff_t failures[] = {
		[PEER_IN_TIME] = HTTP_IO_BROKEN, [PEER_LATE] = HTTP_IO_LATE, [PEER_SHED] = HTTP_IO_SHED};

	return failures[peer_timer_verdict()];
}

/* Bytes that libfcgi has already need no timer. */
static int read_piece(FCGX_Stream *in, char *buffer, int want)
{
	bool there = want <= in->stop - in->rdNext;
	int got;

	if (!there)
		peer_timer_start((size_t)want);
	got = FCGX_GetStr(buffer, want, in);
	if (!there)
		peer_timer_stop((size_t)got);
	return got;
}

/*
 * libfcgi reports a broken body as the end of the body: only the stream's error code differs. Bytes that came before the
 * failure are returned, and the next read fails.
 */
static ptrdiff_t io_read(void *context, void *buffer, size_t len)
{
	struct fcgi_io *io = context;
	size_t sum = 0;
	int want, got;

	if (FCGX_GetError(io->request.in) != 0)
		return read_failure();
	do {
		want = io_at_most(len - sum, PIECE);
		got = read_piece(io->request.in, (char *)buffer + sum, want);
		sum += (size_t)got;
	} while (got == want && sum < len);
	if (got < want && FCGX_GetError(io->request.in) != 0)
		return sum > 0 ? (ptrdiff_t)sum : read_failure();
	io->body_read = io->body_read || got < want;
	return (ptrdiff_t)sum;
}

static bool io_drain(void *context)
{
	struct fcgi_io *io = context;
	char rest[4096];
	size_t drained = 0;

	if (io->body_read)
		return true;
	peer_timer_never_wait();
	while (!io->body_read && drained < LIMIT_DRAIN && FCGX_GetError(io->request.in) == 0) {
		int got = FCGX_GetStr(rest, sizeof rest, io->request.in);

		io->body_read = got < (int)sizeof rest && FCGX_GetError(io->request.in) == 0;
		drained += (size_t)got;
	}
	return io->body_read;
}

/* Bytes that libfcgi has room for need no timer. */
static bool write_piece(FCGX_Stream *out, const char *bytes, int len)
{
	bool fits = len <= out->stop - out->wrNext, good;

	if (!fits)
		peer_timer_start((size_t)len);
	good = FCGX_PutStr(bytes, len, out) == len;
	if (!fits)
		peer_timer_stop(good ? (size_t)len : 0);
	return good;
}

static bool io_write(void *context, const void *bytes, size_t len)
{
	struct fcgi_io *io = context;
	const char *at = bytes;

	while (len > 0) {
		int part = io_at_most(len, PIECE);

		if (!write_piece(io->request.out, at, part))
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

/* Writes the records by hand: libfcgi has no memory for a stream. */
static void answer_out_of_memory(int fd)
{
	size_t length = strlen(api_out_of_memory);
	FCGI_Header head = header_of(FCGI_STDOUT, length);
	FCGI_EndRequestRecord end = {.header = header_of(FCGI_END_REQUEST, sizeof end.body)};
	struct iovec parts[] = {{&head, sizeof head}, {(void *)(uintptr_t)api_out_of_memory, length}, {&end, sizeof end}};

	log_error("request: out of memory while it was read");
	if (writev(fd, parts, sizeof parts / sizeof *parts) < 0)
		log_debug("request: the web server has closed the connection");
}

static bool accept_request(void *request)
{
	return FCGX_Accept_r(request) == 0;
}

/*
 * Returns false when the records are malformed, come too late, or announce more than there is memory for. Then the
 * connection is closed and `request` is ready for the next one.
 */
static bool read_parameters(FCGX_Request *request)
{
	bool asserted, good;

	errno = 0;
	peer_timer_start(0);
	good = assertion_guard(accept_request, request, &asserted);
	if (asserted) {
		if (errno == ENOMEM)
			answer_out_of_memory(request->ipcFd);
		FCGX_Free(request, 1);
		(void)FCGX_InitRequest(request, -1, 0);
	}
	peer_timer_stop(0);
	return good;
}

bool fcgi_io_begin(struct fcgi_io *io, int fd, struct http_io *out)
{
	io->request.ipcFd = fd;
	io->request.keepConnection = 1; /* or the FCGX_Finish_r inside FCGX_Accept_r closes it */
	peer_timer_begin(fd);
	if (!read_parameters(&io->request)) {
		peer_timer_end();
		return false;
	}
	peer_timer_head_done();
	for (io->variables = 0; io->request.envp[io->variables];)
		io->variables++;
	io->body_read = false;
	*out = (struct http_io){io, io_variable, io_variable_at, io_read, io_write, io_drain, false};
	return true;
}

static bool has_no_body(const struct fcgi_io *io)
{
	const char *length = FCGX_GetParam("CONTENT_LENGTH", io->request.envp);

	return (!length || *length == '\0' || strcmp(length, "0") == 0) &&
	       !FCGX_GetParam("HTTP_TRANSFER_ENCODING", io->request.envp);
}

/*
 * Reads the end of an empty body. The web server sends it on its own, so it is here soon. If the worker closed before it
 * came, the web server would report a failure; to linger costs more than to wait.
 */
static void read_end(struct fcgi_io *io)
{
	char none;

	peer_timer_hasten(END_MS);
	io->body_read = FCGX_GetStr(&none, 1, io->request.in) == 0 && FCGX_GetError(io->request.in) == 0;
}

/* Sends the rest of the reply. Returns false when the peer does not take it. */
static bool send_rest(struct fcgi_io *io)
{
	bool sent;

	peer_timer_start(PIECE);
	sent = FCGX_FClose(io->request.err) == 0;
	sent = FCGX_FClose(io->request.out) == 0 && sent;
	if (sent && !io->body_read && has_no_body(io))
		read_end(io);
	peer_timer_stop(PIECE);
	return sent;
}

/* Once the end of the body has been read, nothing is on the way, and the connection can be closed at once. */
void fcgi_io_finish(struct fcgi_io *io)
{
	int fd = io->request.ipcFd;
	bool close_now = !send_rest(io) || io_drain(io);

	FCGX_Free(&io->request, 0);
	io->request.ipcFd = -1;
	peer_timer_end();
	if (close_now)
		(void)close(fd);
	else
		linger_add(&io->linger, fd, prefork_now_ms());
}

bool fcgi_io_idle(void *io)
{
	return linger_tend(&((struct fcgi_io *)io)->linger, prefork_now_ms());
}

void fcgi_io_free(struct fcgi_io *io)
{
	if (io) {
		FCGX_Free(&io->request, 1);
		linger_end(&io->linger);
	}
	free(io);
}
