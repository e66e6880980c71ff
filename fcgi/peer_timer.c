/* SPDX-License-Identifier: MIT */
/* The timer signal that ends libfcgi's loops. */
#include "berth/fcgi/peer_timer.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <time.h>

#include "berth/base/log.h"
#include "berth/fcgi/prefork.h"
#include "berth/fcgi/shed.h"
#include "prefork_priv.h"

#define TICK_MS 50 /* between two looks at an operation that lasts */

static struct {
	struct peer_rules rules;
	struct prefork_shared *shared;
	struct prefork_slot *self;
	struct pace pace;
	timer_t ticks;
	int fd;
	bool in_head;
	bool never_waits; /* O_NONBLOCK is set */
	volatile int64_t since_ms;
	volatile int64_t allowed_ms;
	volatile sig_atomic_t verdict;
} timer = {.fd = -1};

static bool connection_waits(void)
{
	struct pollfd listening = {.fd = timer.rules.listening, .events = POLLIN};

	return poll(&listening, 1, 0) == 1;
}

static bool is_shed(void)
{
	size_t self = (size_t)(timer.self - timer.shared->slots);

	return shed_due(timer.shared->slots, PREFORK_SLOTS, self, timer.rules.share) && connection_waits();
}

static void set_flags(int flags)
{
	timer.never_waits = flags & O_NONBLOCK;
	(void)fcntl(timer.fd, F_SETFL, flags);
}

/* Runs at each further tick again, in case the first run did not end the loop. */
static void end_operation(enum peer_verdict verdict)
{
	timer.verdict = (sig_atomic_t)verdict;
	if (timer.in_head)
		(void)shutdown(timer.fd, SHUT_RDWR);
	else
		set_flags(O_NONBLOCK);
}

static void on_tick(int number)
{
	int64_t lasts = prefork_now_ms() - timer.since_ms;
	int saved = errno;

	(void)number;
	if (timer.self)
		atomic_store(&timer.self->debt_ms, pace_debt(&timer.pace, lasts));
	if (lasts > timer.allowed_ms)
		end_operation(PEER_LATE);
	else if (timer.verdict != PEER_IN_TIME)
		end_operation((enum peer_verdict)timer.verdict);
	else if (timer.self && is_shed())
		end_operation(PEER_SHED);
	errno = saved;
}

bool peer_timer_install(const struct peer_rules *rules)
{
	struct sigaction action = {.sa_handler = on_tick, .sa_flags = SA_RESTART};
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN};

	timer.rules = *rules;
	timer.shared = prefork_shared();
	timer.self = prefork_self();
	if (sigaction(SIGRTMIN, &action, NULL) == 0 && timer_create(CLOCK_MONOTONIC, &event, &timer.ticks) == 0)
		return true;
	log_error("timer for slow peers: %m");
	return false;
}

static void arm(long ms)
{
	const struct itimerspec every = {{0, ms * 1000000}, {0, ms * 1000000}};

	(void)timer_settime(timer.ticks, 0, &every, NULL);
}

void peer_timer_begin(int fd)
{
	timer.fd = fd;
	timer.in_head = true;
	timer.never_waits = false;
	pace_begin(&timer.pace, timer.rules.terms);
}

void peer_timer_head_done(void)
{
	timer.in_head = false;
}

void peer_timer_start(size_t bytes)
{
	timer.verdict = PEER_IN_TIME;
	if (timer.never_waits)
		set_flags(0);
	timer.since_ms = prefork_now_ms();
	timer.allowed_ms = pace_allows(&timer.pace, bytes);
	arm(TICK_MS);
}

/* The handler may see the new start with the old allowance. That one is longer, so the operation does not end early. */
void peer_timer_hasten(int64_t ms)
{
	timer.since_ms = prefork_now_ms();
	timer.allowed_ms = ms;
}

void peer_timer_stop(size_t moved)
{
	arm(0);
	pace_moved(&timer.pace, prefork_now_ms() - timer.since_ms, moved);
	if (timer.self && (timer.pace.debt_ms > 0 || atomic_load(&timer.self->debt_ms) > 0))
		atomic_store(&timer.self->debt_ms, timer.pace.debt_ms);
}

void peer_timer_never_wait(void)
{
	if (!timer.never_waits)
		set_flags(O_NONBLOCK);
}

enum peer_verdict peer_timer_verdict(void)
{
	return (enum peer_verdict)timer.verdict;
}

void peer_timer_end(void)
{
	timer.fd = -1;
	if (timer.self && atomic_load(&timer.self->debt_ms) > 0)
		atomic_store(&timer.self->debt_ms, 0);
}
