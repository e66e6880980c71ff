/* SPDX-License-Identifier: MIT */
/* Functions that the master and the workers of the pre-forking use of each other. */
#ifndef BERTH_FCGI_PREFORK_PRIV_H
#define BERTH_FCGI_PREFORK_PRIV_H

#include <signal.h>
#include <stdint.h>

#include "berth/fcgi/prefork.h"

/* Runs a worker or an auxiliary process in the new child, whose end signals are blocked. Does not return. */
_Noreturn void prefork_worker_main(const struct prefork_options *options, struct prefork_shared *shared, int slot,
				   pid_t master);

/* Returns the milliseconds of the monotonic clock as of the last tick. */
int64_t prefork_now_ms(void);

/* Returns this worker's slot; NULL outside a worker. */
struct prefork_slot *prefork_self(void);

/* Fills `set` with the signals that tell a worker to leave. */
void prefork_stop_signals(sigset_t *set);

#endif
