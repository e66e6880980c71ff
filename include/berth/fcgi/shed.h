/* SPDX-License-Identifier: MIT */
/*
 * Which slow peers a pool gives up so that requests that wait for a worker get one.
 *
 * Each worker shows the debt of its peer (pace.h) in shared memory. A peer is slow while its debt exceeds SHED_DEBT_MS.
 * Slow peers may hold `share` workers; when they hold more and a connection waits, the slowest ones are shed.
 */
#ifndef BERTH_FCGI_SHED_H
#define BERTH_FCGI_SHED_H

#include <stdbool.h>
#include <stddef.h>

#include "berth/fcgi/prefork.h"

#define SHED_DEBT_MS 100

/*
 * Is the peer of slots[self] among the slowest of more than `share`? Reads atomics only: may run in a signal handler.
 * Of two equal debts the lower slot's counts as the larger one.
 */
bool shed_due(const struct prefork_slot *slots, size_t count, size_t self, unsigned share);

#endif
