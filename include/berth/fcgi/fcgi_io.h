/* SPDX-License-Identifier: MIT */
/* libfcgi as the transport of http/message.h. fcgi/fcgi_io.c is the only file of the programs that includes fcgiapp.h. */
#ifndef BERTH_FCGI_FCGI_IO_H
#define BERTH_FCGI_FCGI_IO_H

#include <stdbool.h>

#include "berth/http/message.h"

struct fcgi_io;

/* One per worker; NULL when libfcgi cannot be set up. */
struct fcgi_io *fcgi_io_new(void);

/*
 * Reads a request's parameters from the connection `fd`, which it takes over. False: no request came of it, the
 * connection is closed. The transport lives until fcgi_io_finish.
 */
bool fcgi_io_begin(struct fcgi_io *io, int fd, struct http_io *out);

/* Sends what is buffered and ends the connection, without waiting for a body that is still on its way. */
void fcgi_io_finish(struct fcgi_io *io);

/* Tends the connections that wait for their end; for prefork_while_idle, with the transport as its context. */
bool fcgi_io_idle(void *io);

/* Closes all connections. */
void fcgi_io_free(struct fcgi_io *io);

#endif
