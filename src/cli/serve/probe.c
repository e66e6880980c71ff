/* SPDX-License-Identifier: MIT */
/* Whether a worker answers on a socket, something listens on an address, an address is free. */
#include "probe_priv.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "../host/path_priv.h"

static int connect_unix(const char *path)
{
	const struct timeval limit = {.tv_sec = 2};
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t len = strlen(path);
	int fd;

	if (len >= sizeof address.sun_path)
		return -1;
	memcpy(address.sun_path, path, len);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
	if (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0)
		return fd;
	close(fd);
	return -1;
}

/* GET / as a FastCGI request (FastCGI specification, section 8). Workers answer it without the database. */
static const char probe_question[] = "\1\1\0\1\0\10\0\0"
				     "\0\1\0\0\0\0\0\0"  /* begin: responder, close at the end */
				     "\1\4\0\1\0\41\0\0" /* 33 bytes of parameters */
				     "\16\3REQUEST_METHODGET"
				     "\13\1REQUEST_URI/"
				     "\1\4\0\1\0\0\0\0"  /* end of the parameters */
				     "\1\5\0\1\0\0\0\0"; /* no body */

bool probe_fastcgi(const void *path)
{
	unsigned char header[8];
	int fd = connect_unix(path);
	bool good = fd >= 0 &&
		    send(fd, probe_question, sizeof probe_question - 1, MSG_NOSIGNAL) ==
			    (ssize_t)sizeof probe_question - 1 &&
		    recv(fd, header, sizeof header, MSG_WAITALL) == (ssize_t)sizeof header;

	if (fd >= 0)
		close(fd);
	return good && header[0] == 1 && header[1] == 6;
}

/* Returns the addresses of the host and port, for freeaddrinfo; NULL when there are none. */
static struct addrinfo *probe_resolve(const struct site *site, struct arena *arena)
{
	const struct addrinfo hints = {.ai_flags = AI_PASSIVE | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM};
	struct span host = span_of(site->listen_host);
	struct addrinfo *list;

	if (host.len > 2 && host.ptr[0] == '[')
		host = (struct span){host.ptr + 1, host.len - 2};
	if (getaddrinfo(host.len ? arena_span(arena, host) : NULL, site->listen_port, &hints, &list) != 0)
		return NULL;
	return list;
}

static bool try_connect(const struct addrinfo *address)
{
	int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool good = fd >= 0 && connect(fd, address->ai_addr, address->ai_addrlen) == 0;

	if (fd >= 0)
		close(fd);
	return good;
}

bool probe_listening(const void *what)
{
	const struct site *site = what;
	struct addrinfo *list;
	struct arena arena;
	bool good = false;
	int fd;

	if (*site->listen_unix) {
		fd = connect_unix(site->listen_unix);
		if (fd >= 0)
			close(fd);
		return fd >= 0;
	}
	arena_init(&arena, 4096);
	list = probe_resolve(site, &arena);
	for (const struct addrinfo *one = list; one && !good; one = one->ai_next)
		good = try_connect(one);
	if (list)
		freeaddrinfo(list);
	arena_release(&arena);
	return good;
}

static int try_bind(const struct addrinfo *address)
{
	int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1, error = 0;

	if (fd < 0)
		return 0; /* this machine lacks the address family, and then no listen line names it */
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (address->ai_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
	if (bind(fd, address->ai_addr, address->ai_addrlen) != 0 || listen(fd, 1) != 0)
		error = errno;
	close(fd);
	return error;
}

/* Removes a socket that no process listens on. */
static bool free_unix(const void *path)
{
	int fd = connect_unix(path);

	if (fd >= 0) {
		close(fd);
		return false;
	}
	if (errno == ECONNREFUSED)
		unlink(path);
	return true;
}

bool probe_free(const struct site *site, const struct unix_account *as, struct arena *arena, const char **reason)
{
	const char *host = *site->listen_host ? site->listen_host : "*";
	struct addrinfo *list;
	int error = 0;

	if (*site->listen_unix) {
		const char *folder = path_folder(site->listen_unix, arena);

		*reason = arena_printf(
			arena, "http.addr: the account %s cannot make a socket in %s: change the mode of that folder",
			as->user, folder);
		if (!unix_account_may(as, folder, W_OK | X_OK))
			return false;
		*reason = arena_printf(arena, "http.addr: another program listens on %s: stop it, or choose another path",
				       site->listen_unix);
		return unix_account_ask(as, free_unix, site->listen_unix);
	}
	list = probe_resolve(site, arena);
	if (!list) {
		*reason = arena_printf(arena, "http.addr: the host %s has no address", host);
		return false;
	}
	for (const struct addrinfo *one = list; one && !error; one = one->ai_next)
		error = try_bind(one);
	freeaddrinfo(list);
	if (error == EADDRINUSE)
		*reason = arena_printf(arena, "http.addr: another program uses port %s of %s: choose another port",
				       site->listen_port, host);
	else if (error)
		*reason = arena_printf(arena, "http.addr: cannot listen on %s:%s: %s", host, site->listen_port,
				       strerror(error));
	return error == 0;
}
