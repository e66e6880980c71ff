/* SPDX-License-Identifier: MIT */
/* Waits that an end signal interrupts, in processes that block these signals while they work. */
#ifndef BERTH_BASE_PAUSE_H
#define BERTH_BASE_PAUSE_H

#include <poll.h>

/*
 * Waits for `count` descriptors, at most `ms` milliseconds, as poll(2) does. SIGTERM and SIGQUIT get through during the
 * wait only: one that is pending already ends the wait at once. Returns poll's result; -1 with EINTR after a signal.
 */
int pause_poll(struct pollfd *fds, nfds_t count, unsigned ms);

/* Waits `ms` milliseconds, or until SIGTERM, SIGQUIT or another signal that is not blocked. */
void pause_ms(unsigned ms);

#endif
