/* SPDX-License-Identifier: MIT */
/* The pipe of the log, and the process that reads it. */
#include "relay_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "berth/base/log.h"

#define END_STEPS 500  /* of 10 ms: the pipe of a process that was killed may stay open a little longer */
#define ROOM (1 << 20) /* of the pipe, in bytes: a line that fits is not split by the line of another process */

static struct {
	int stderr_before;
	pid_t reader;
} relay = {.stderr_before = -1};

/* When stderr fails, as on a full disk, the bytes are lost and the registry goes on. */
static void relay_write(const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t done = write(STDERR_FILENO, bytes, len);

		if (done < 0 && errno == EAGAIN)
			(void)poll(&(struct pollfd){.fd = STDERR_FILENO, .events = POLLOUT}, 1, -1);
		else if (done < 0 && errno != EINTR)
			return;
		bytes += done < 0 ? 0 : done;
		len -= done < 0 ? 0 : (size_t)done;
	}
}

/* Ignores the signals that end a service, and ends when the last writer has closed the pipe: no last line is lost. */
static _Noreturn void relay_copy(int from)
{
	static const int ignored[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE};
	static char block[1 << 16];
	sigset_t none;
	ssize_t got;

	for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
		signal(ignored[i], SIG_IGN);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	prctl(PR_SET_NAME, "berth-log");
	setsid();
	dup2(from, STDIN_FILENO);
	close(STDOUT_FILENO);
	close_range(3, ~0U, 0);
	while ((got = read(STDIN_FILENO, block, sizeof block)) > 0 || (got < 0 && errno == EINTR))
		relay_write(block, got < 0 ? 0 : (size_t)got);
	_exit(0);
}

bool relay_begin(void)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) != 0)
		return false;
	(void)fcntl(ends[1], F_SETPIPE_SZ, ROOM);
	relay.reader = fork();
	if (relay.reader == 0) {
		close(ends[1]);
		relay_copy(ends[0]);
	}
	close(ends[0]);
	relay.stderr_before = relay.reader > 0 ? fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3) : -1;
	if (relay.reader > 0)
		dup2(ends[1], STDERR_FILENO);
	close(ends[1]);
	return relay.reader > 0;
}

void relay_give(uid_t uid, gid_t gid)
{
	if (fchown(STDERR_FILENO, uid, gid) != 0)
		log_warn("cannot give the pipe of the log to uid %u: %m; the web server may fail to open /dev/stderr",
			 (unsigned)uid);
}

void relay_end(void)
{
	const struct timespec step = {.tv_nsec = 10000000};

	if (relay.reader <= 0)
		return;
	if (relay.stderr_before >= 0)
		dup2(relay.stderr_before, STDERR_FILENO);
	else
		close(STDERR_FILENO);
	close(relay.stderr_before);
	for (unsigned i = 0; i < END_STEPS && waitpid(relay.reader, NULL, WNOHANG) == 0; i++)
		(void)nanosleep(&step, NULL);
	relay.reader = 0;
}
