/* SPDX-License-Identifier: MIT */
/* Keeps a failed assertion of libfcgi from ending the worker. */
#ifndef BERTH_FCGI_ASSERTION_PRIV_H
#define BERTH_FCGI_ASSERTION_PRIV_H

#include <stdbool.h>

/*
 * Calls work(context). Returns false when `work` returns false, and when an assertion fails inside; *failed tells which. In
 * the second case whatever `work` itself held is lost; the caller frees libfcgi's allocations of the connection.
 */
bool assertion_guard(bool (*work)(void *context), void *context, bool *failed);

#endif
