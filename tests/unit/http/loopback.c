/* SPDX-License-Identifier: MIT */
/* A scripted server on 127.0.0.1. */
#include "loopback.h"

#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../lib/test.h"

#define CONNECTIONS 32

struct connection {
	int fd; /* 0: free */
	unsigned number;
	bool hung;
	bool drips;
	char text[LOOPBACK_TEXT];
	size_t len;   /* kept of the request */
	size_t total; /* come of it */
};

struct server {
	int listener;
	const struct loopback_answer *script;
	size_t count;
	struct loopback_record *record;
	struct connection connections[CONNECTIONS];
};

/* Bytes that the request in `connection` has in all; 0: its head is not whole yet. */
static size_t request_size(const struct connection *connection)
{
	const char *end = strstr(connection->text, "\r\n\r\n"),
		   *length = strcasestr(connection->text, "\r\nContent-Length:");

	if (!end)
		return 0;
	return (size_t)(end + 4 - connection->text) +
	       (length && length < end ? strtoul(length + strlen("\r\nContent-Length:"), NULL, 10) : 0);
}

static void drop(struct connection *connection, bool reset)
{
	struct linger now = {1, 0};

	if (reset)
		setsockopt(connection->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
	close(connection->fd);
	connection->fd = 0;
}

static void answer(struct server *server, struct connection *connection)
{
	struct loopback_record *record = server->record;
	size_t at = record->count < server->count ? record->count : server->count - 1;
	const struct loopback_answer *next = &server->script[at];

	if (record->count < LOOPBACK_SEEN) {
		record->seen[record->count].connection = connection->number;
		memcpy(record->seen[record->count].text, connection->text, sizeof connection->text);
	}
	record->count++;
	connection->len = connection->total = 0;
	if (send(connection->fd, next->text, strlen(next->text), MSG_NOSIGNAL) < 0 || next->after == AFTER_CLOSE)
		drop(connection, false);
	else if (next->after == AFTER_RESET)
		drop(connection, true);
	else
		connection->hung = next->after == AFTER_HANG || next->after == AFTER_DRIP;
	connection->drips = next->after == AFTER_DRIP;
}

static void receive(struct server *server, struct connection *connection)
{
	char bytes[4096];
	ssize_t got = read(connection->fd, bytes, sizeof bytes);
	size_t kept;

	if (got <= 0) {
		drop(connection, false);
		return;
	}
	kept = sizeof connection->text - 1 - connection->len;
	kept = (size_t)got < kept ? (size_t)got : kept;
	memcpy(connection->text + connection->len, bytes, kept);
	connection->len += kept;
	connection->text[connection->len] = '\0';
	connection->total += (size_t)got;
	if (request_size(connection) && connection->total >= request_size(connection))
		answer(server, connection);
}

static void take_connection(struct server *server)
{
	int fd = accept(server->listener, NULL, NULL);

	for (size_t i = 0; fd >= 0 && i < CONNECTIONS; i++)
		if (server->connections[i].fd == 0) {
			server->connections[i] = (struct connection){.fd = fd, .number = ++server->record->connections};
			return;
		}
	close(fd);
}

/* Sends a byte on each connection that drips. Returns whether there is one. */
static bool drip(struct server *server)
{
	bool any = false;

	for (size_t i = 0; i < CONNECTIONS; i++) {
		struct connection *connection = &server->connections[i];

		connection->drips = connection->drips && send(connection->fd, "x", 1, MSG_NOSIGNAL) == 1;
		any |= connection->drips;
	}
	return any;
}

static void serve(struct server *server)
{
	for (;;) {
		struct pollfd fds[CONNECTIONS + 1] = {{server->listener, POLLIN, 0}};

		for (size_t i = 0; i < CONNECTIONS; i++) {
			const struct connection *connection = &server->connections[i];

			fds[i + 1] = (struct pollfd){connection->fd && !connection->hung ? connection->fd : -1, POLLIN, 0};
		}
		if (poll(fds, CONNECTIONS + 1, drip(server) ? 20 : -1) < 0)
			_exit(1);
		for (size_t i = 0; i < CONNECTIONS; i++)
			if (fds[i + 1].revents)
				receive(server, &server->connections[i]);
		if (fds[0].revents)
			take_connection(server);
	}
}

struct loopback loopback_start(const struct loopback_answer *script, size_t count)
{
	static struct server server;
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof address;
	struct loopback result;

	server = (struct server){.script = script, .count = count};
	server.record = mmap(NULL, sizeof *server.record, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(server.record, MAP_FAILED);
	server.listener = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(bind(server.listener, (struct sockaddr *)&address, sizeof address), 0);
	ck_assert_int_eq(listen(server.listener, 64), 0);
	ck_assert_int_eq(getsockname(server.listener, (struct sockaddr *)&address, &size), 0);
	result = (struct loopback){fork(), ntohs(address.sin_port), server.record};
	ck_assert_int_ge(result.pid, 0);
	if (result.pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		serve(&server);
	}
	close(server.listener);
	return result;
}

void loopback_stop(struct loopback *server)
{
	kill(server->pid, SIGKILL);
	waitpid(server->pid, NULL, 0);
	munmap((void *)server->record, sizeof *server->record);
}
