/* SPDX-License-Identifier: MIT */
/* What the master and the worker side of the pre-forking share. */
#ifndef BERTH_FCGI_PREFORK_PRIV_H
#define BERTH_FCGI_PREFORK_PRIV_H

#include <signal.h>
#include <stdint.h>

#include "berth/fcgi/prefork.h"

/* Runs in the fresh child, with the end signals still blocked, and does not return. */
_Noreturn void prefork_worker_main(const struct prefork_options *options, struct prefork_shared *shared, int slot,
				   pid_t master);

/* Milliseconds of the monotonic clock. */
int64_t prefork_now_ms(void);

/* This worker's slot; NULL outside a worker. */
struct prefork_slot *prefork_self(void);

/* The signals that ask a worker to leave. */
void prefork_stop_signals(sigset_t *set);

#endif
