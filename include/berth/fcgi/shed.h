/* SPDX-License-Identifier: MIT */
/*
 * Which slow peers a pool sheds so that waiting requests get a worker.
 *
 * Each worker shows the debt of its peer (pace.h) in shared memory. A peer is slow while its debt exceeds SHED_DEBT_MS.
 * Slow peers may hold `share` workers. When they hold more and a connection waits, the pool sheds the slowest of them.
 */
#ifndef BERTH_FCGI_SHED_H
#define BERTH_FCGI_SHED_H

#include <stdbool.h>
#include <stddef.h>

#include "berth/fcgi/prefork.h"

#define SHED_DEBT_MS 100

/*
 * Tells whether more than `share` peers of `count` slots are slow, and the peer of slots[self] is one of the slowest, which
 * have to go. Of two equal debts, that of the lower slot counts as the larger one. Reads atomics only, so it may run in a
 * signal handler.
 */
bool shed_due(const struct prefork_slot *slots, size_t count, size_t self, unsigned share);

#endif
