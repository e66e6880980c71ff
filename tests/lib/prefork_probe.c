/* SPDX-License-Identifier: MIT */
/*
 * A server under our master whose workers do as they are told, for tests/fcgi/test_prefork.py.
 * One line per connection: `pid`, `sleep MS`, `grow MIB`, `exit STATUS`, `bump`, `generation`; the answer is one line. With
 * `begun ` before it a line that says `begun` comes first.
 * usage: prefork_probe CONTROL with the listening socket on descriptor 0. CONTROL is a file of `key value` lines that
 * is read again on HUP: workers N, drain MS, memory MIB, requests N, slow MS (to read), and `broken 1` (a reload is refused) or
 * `stillborn 1` (workers die before they accept).
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "berth/fcgi/prefork.h"

struct probe {
	const char *control;
	struct prefork_options options;
	bool stillborn;
};

static unsigned long setting(FILE *file, const char *key, unsigned long otherwise)
{
	char name[32];
	unsigned long value;

	rewind(file);
	while (fscanf(file, "%31s %lu", name, &value) == 2)
		if (strcmp(name, key) == 0)
			return value;
	return otherwise;
}

static void pause_ms(unsigned long ms)
{
	struct timespec left = {(time_t)(ms / 1000), (long)(ms % 1000) * 1000000};

	/* Not restarted on EINTR: the tests see it if a signal gets through to a request. */
	(void)nanosleep(&left, NULL);
}

static bool load(void *ctx)
{
	struct probe *probe = ctx;
	FILE *file = fopen(probe->control, "r");
	bool good;

	if (!file)
		return false;
	pause_ms(setting(file, "slow", 0));
	good = setting(file, "broken", 0) == 0;
	if (good) {
		probe->options.workers = (unsigned)setting(file, "workers", 2);
		probe->options.drain_ms = (unsigned)setting(file, "drain", 0);
		probe->options.memory_ceiling = setting(file, "memory", 0) << 20;
		probe->options.max_requests = setting(file, "requests", 0);
		probe->stillborn = setting(file, "stillborn", 0) != 0;
	}
	fclose(file);
	return good;
}

static void grow(unsigned long mib)
{
	static char *volatile memory; /* kept, and kept from the optimiser */
	size_t size = (size_t)mib << 20;

	memory = malloc(size);
	if (memory)
		memset(memory, 1, size);
}

static unsigned long act(const char *verb, unsigned long number)
{
	struct prefork_shared *shared = prefork_shared();

	if (strcmp(verb, "sleep") == 0)
		pause_ms(number);
	else if (strcmp(verb, "grow") == 0)
		grow(number);
	else if (strcmp(verb, "exit") == 0)
		_exit((int)number);
	else if (strcmp(verb, "bump") == 0)
		return (unsigned long)atomic_fetch_add(&shared->cache_generation, 1) + 1;
	else if (strcmp(verb, "generation") == 0)
		return (unsigned long)atomic_load(&shared->cache_generation);
	return (unsigned long)getpid();
}

static void serve(int fd)
{
	static const char first[] = "begun ";
	char line[64] = "", verb[32] = "";
	unsigned long number = 0;
	ssize_t got = read(fd, line, sizeof line - 1);
	const char *rest = line;

	if (got > 0 && strncmp(line, first, sizeof first - 1) == 0) {
		rest += sizeof first - 1;
		dprintf(fd, "begun\n");
	}
	if (got < 0) {
		dprintf(fd, "read: %s\n", strerror(errno));
	} else if (sscanf(rest, "%31s %lu", verb, &number) >= 1) {
		/* Not in the arguments of dprintf: the answer follows the deed. */
		unsigned long answer = act(verb, number);

		dprintf(fd, "%lu\n", answer);
	}
	close(fd);
}

static int worker(void *ctx, int slot)
{
	const struct probe *probe = ctx;
	int fd;

	(void)slot;
	if (probe->stillborn)
		return 9;
	while ((fd = prefork_accept(0)) >= 0) {
		serve(fd);
		prefork_request_done();
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct probe probe = {.options = {.name = "probe", .worker = worker, .reload = load, .ctx = &probe}};

	prefork_hold_signals();
	if (argc != 2 || !prefork_is_listening(0))
		return 2;
	probe.control = argv[1];
	return load(&probe) ? prefork_run(&probe.options) : 3;
}
