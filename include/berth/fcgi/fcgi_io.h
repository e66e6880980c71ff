/* SPDX-License-Identifier: MIT */
/* libfcgi as the transport of http/message.h. fcgi/fcgi_io.c is the only file of the programs that includes fcgiapp.h. */
#ifndef BERTH_FCGI_FCGI_IO_H
#define BERTH_FCGI_FCGI_IO_H

#include <stdbool.h>

#include "berth/http/message.h"

struct fcgi_io;

/* Makes the transport of a worker. Returns NULL when libfcgi cannot be set up. */
struct fcgi_io *fcgi_io_new(void);

/*
 * Takes the connection `fd` over and reads the parameters of its request. Returns false, with the connection closed, when
 * no whole request came. `out` is valid until fcgi_io_finish.
 */
bool fcgi_io_begin(struct fcgi_io *io, int fd, struct http_io *out);

/* Sends what is buffered and ends the connection (linger.h). Does not wait for a body that is still on its way. */
void fcgi_io_finish(struct fcgi_io *io);

/* Tends the connections that wait for their end (linger_tend): for prefork_while_idle, with the transport as context. */
bool fcgi_io_idle(void *io);

/* Closes all connections and frees the transport. Takes NULL. */
void fcgi_io_free(struct fcgi_io *io);

#endif
