/* SPDX-License-Identifier: MIT */
/* What stands between a worker and libfcgi's assertions. */
#ifndef BERTH_FCGI_ASSERTION_PRIV_H
#define BERTH_FCGI_ASSERTION_PRIV_H

#include <stdbool.h>

/*
 * Runs work(context). False when it returned false or when an assertion failed inside; *failed tells which.
 * What `work` held is lost in the second case: libfcgi's allocations of the connection are the caller's to free.
 */
bool assertion_guard(bool (*work)(void *context), void *context, bool *failed);

#endif
