/* SPDX-License-Identifier: MIT */
/* ppoll(2) with the end signals unblocked. */
#include "berth/base/pause.h"

#include <signal.h>
#include <time.h>

int pause_poll(struct pollfd *fds, nfds_t count, unsigned ms)
{
	const struct timespec limit = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};
	sigset_t mask;

	(void)sigprocmask(SIG_BLOCK, NULL, &mask);
	(void)sigdelset(&mask, SIGTERM);
	(void)sigdelset(&mask, SIGQUIT);
	return ppoll(fds, count, &limit, &mask);
}

void pause_ms(unsigned ms)
{
	(void)pause_poll(NULL, 0, ms);
}
