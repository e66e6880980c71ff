/* SPDX-License-Identifier: MIT */
/*
 * Replaces glibc's __assert_fail in the FastCGI programs, for libfcgi's sake alone.
 *
 * libfcgi 2.4.2 allocates as much memory as a record's lengths promise, adds the lengths in an int, and asserts that the
 * allocation worked (Malloc and ReadParams in fcgiapp.c): eight bytes on the socket would end a worker. With this
 * replacement a failed assertion ends the connection.
 *
 * Verified with Debian's 2.4.2-2+deb12u1 and glibc 2.36: libfcgi calls __assert_fail through its PLT, so that the program's
 * definition is used. tests/api/test_raw_fastcgi.py fails when a libfcgi or a glibc does otherwise.
 *
 * The process has one thread.
 */
#include "assertion_priv.h"

#include <assert.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

static struct {
	jmp_buf point;
	volatile bool armed;
} guard;

void __assert_fail(const char *what, const char *file, unsigned line, const char *function)
{
	if (guard.armed)
		longjmp(guard.point, 1);
	(void)fprintf(stderr, "%s:%u: %s: assertion %s failed\n", file, line, function, what);
	abort();
}

bool assertion_guard(bool (*work)(void *context), void *context, bool *failed)
{
	volatile bool good = false;

	*failed = setjmp(guard.point) != 0;
	if (!*failed) {
		guard.armed = true;
		good = work(context);
	}
	guard.armed = false;
	return good;
}
