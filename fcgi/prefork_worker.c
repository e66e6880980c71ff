/* SPDX-License-Identifier: MIT */
/* A worker of the pre-forking: when it accepts a connection, and when it leaves. */
#include "berth/fcgi/prefork.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "berth/base/clock.h"
#include "berth/base/log.h"
#include "berth/base/metric.h"
#include "prefork_priv.h"

#define IDLE_MS 100          /* between two calls of the idle work */
#define MEMORY_LOOK_EVERY 64 /* requests; a look is a pread of a few hundred nanoseconds */

static struct {
	const struct prefork_options *options; /* NULL outside a worker */
	struct prefork_slot *self;
	volatile sig_atomic_t stopping;
	int statm;
	unsigned looks;
	bool over_ceiling;
	uint64_t max_requests;
	bool (*idle)(void *context);
	void *idle_context;
} worker = {.statm = -1};

int64_t prefork_now_ms(void)
{
	return clock_coarse_ms();
}

struct prefork_slot *prefork_self(void)
{
	return worker.self;
}

void prefork_stop_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGQUIT);
}

static void on_stop(int signal_number)
{
	(void)signal_number;
	worker.stopping = 1;
}

/* The signal has one effect: accept returns. */
static void on_idle_tick(int signal_number)
{
	(void)signal_number;
}

bool prefork_worker_stopping(void)
{
	sigset_t pending;

	/* The signals are blocked during a request, so a pending one counts, too. */
	if (!worker.stopping && sigpending(&pending) == 0)
		return sigismember(&pending, SIGTERM) == 1 || sigismember(&pending, SIGQUIT) == 1;
	return worker.stopping;
}

/* Returns the second number of statm, resident pages (proc(5)), in bytes; 0 when it cannot be read. */
static uint64_t resident_bytes(void)
{
	char text[128], *end;
	ssize_t got;

	if (worker.statm < 0)
		worker.statm = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	got = worker.statm < 0 ? -1 : pread(worker.statm, text, sizeof text - 1, 0);
	if (got <= 0)
		return 0;
	text[got] = '\0';
	(void)strtoull(text, &end, 10);
	return strtoull(end, NULL, 10) * (uint64_t)sysconf(_SC_PAGESIZE);
}

bool prefork_worker_over_ceiling(void)
{
	uint64_t resident;

	if (!worker.options || worker.over_ceiling || worker.looks++ % MEMORY_LOOK_EVERY != 0)
		return worker.over_ceiling;
	resident = resident_bytes();
	atomic_store(&worker.self->resident, resident);
	if (worker.options->memory_ceiling > 0 && resident > worker.options->memory_ceiling) {
		worker.over_ceiling = true;
		log_info("worker %d leaves: %llu bytes resident are above its ceiling", (int)getpid(),
			 (unsigned long long)resident);
	}
	return worker.over_ceiling;
}

static bool requests_used_up(void)
{
	return worker.max_requests > 0 && atomic_load(&worker.self->requests) >= worker.max_requests;
}

static void mark(bool busy)
{
	if (worker.self)
		atomic_store(&worker.self->busy, busy);
}

/* All other errors concern one connection, or pass (accept(2)). */
static bool fatal_for_accept(int error)
{
	return error == EBADF || error == ENOTSOCK || error == EINVAL || error == EOPNOTSUPP || error == EFAULT;
}

void prefork_while_idle(bool (*idle)(void *context), void *context)
{
	worker.idle = idle;
	worker.idle_context = context;
}

static void set_idle_timer(long ms)
{
	const struct itimerval every = {{0, ms * 1000}, {0, ms * 1000}};

	(void)setitimer(ITIMER_REAL, &every, NULL);
}

/* Calls the idle work. If it has more to do, a timer interrupts accept until it has none. */
static bool start_idle_work(void)
{
	bool more = worker.idle && worker.idle(worker.idle_context);

	if (more)
		set_idle_timer(IDLE_MS);
	return more;
}

static int accept_one(int listening)
{
	bool ticking = start_idle_work();
	int fd = -1;

	while (!worker.stopping) {
		fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
		if (fd >= 0 || fatal_for_accept(errno))
			break;
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
			(void)poll(NULL, 0, 100); /* otherwise accept fails again at once, in a busy loop */
		if (ticking && !worker.idle(worker.idle_context)) {
			set_idle_timer(0);
			ticking = false;
		}
	}
	if (ticking)
		set_idle_timer(0);
	return fd;
}

/*
 * The end signals are unblocked only here. A signal that arrives between the test of the flag and accept does not end
 * accept; the master sends it again to workers that are not busy.
 */
int prefork_accept(int listening)
{
	sigset_t stop;
	int fd;

	if (prefork_worker_over_ceiling() || requests_used_up())
		return -1;
	if (worker.self)
		atomic_store(&worker.self->ready, true);
	prefork_stop_signals(&stop);
	sigprocmask(SIG_UNBLOCK, &stop, NULL);
	fd = accept_one(listening);
	sigprocmask(SIG_BLOCK, &stop, NULL);
	if (fd >= 0)
		mark(true);
	else if (!worker.stopping)
		log_error("accept on descriptor %d: %m", listening);
	return fd;
}

void prefork_request_done(void)
{
	if (worker.self)
		atomic_fetch_add(&worker.self->requests, 1);
	mark(false);
}

bool prefork_is_listening(int fd)
{
	int listening = 0;
	socklen_t len = sizeof listening;

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &len) == 0 && listening;
}

/* The handlers have no SA_RESTART, so that accept returns. The end signals are blocked, as between two requests. */
static void set_signals(void)
{
	const int ignored[] = {SIGHUP, SIGINT, SIGPIPE, SIGUSR1,
			       SIGUSR2}; /* the master handles them, or they have no meaning */
	struct sigaction action = {.sa_handler = on_stop}, tick = {.sa_handler = on_idle_tick};
	sigset_t mask;

	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGQUIT, &action, NULL);
	sigaction(SIGALRM, &tick, NULL);
	for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
		signal(ignored[i], SIG_IGN);
	signal(SIGCHLD, SIG_DFL);
	prefork_stop_signals(&mask);
	sigprocmask(SIG_SETMASK, &mask, NULL);
}

/*
 * Under SCHED_BATCH a worker that wakes up does not preempt the running process, such as the web server that has woken it
 * and has more requests to hand out. Without it, a fifth of the work under load is switching. On a busy machine the worker
 * waits for the next tick.
 */
static void set_scheduling(void)
{
	(void)sched_setscheduler(0, SCHED_BATCH, &(struct sched_param){0});
}

/* Spreads the numbers, so that workers that started together are not replaced together. */
static uint64_t spread_requests(uint64_t max, int slot)
{
	return max == 0 ? 0 : max + max / 16 * (uint64_t)(slot % 8);
}

void prefork_worker_main(const struct prefork_options *options, struct prefork_shared *shared, int slot, pid_t master)
{
	const struct prefork_auxiliary *auxiliary;
	int status;

	worker.options = options;
	worker.self = &shared->slots[slot];
	worker.max_requests = spread_requests(options->max_requests, slot);
	metric_stripe((unsigned)slot);
	set_signals();
	if (slot < PREFORK_SLOTS)
		set_scheduling();
	/* When the master is killed, its idle workers end, too. It may have died before this call. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != master)
		_exit(0);
	mark(false);
	auxiliary = slot < PREFORK_SLOTS ? NULL : &options->auxiliaries[slot - PREFORK_SLOTS];
	prctl(PR_SET_NAME, auxiliary ? auxiliary->name : "berth-worker"); /* what ps and top show */
	status = auxiliary ? auxiliary->run(options->ctx, auxiliary->name) : options->worker(options->ctx, slot);
	exit(status);
}
