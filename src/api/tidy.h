/* SPDX-License-Identifier: MIT */
/* Redirects from a path with doubled slashes, or with one at its end, to the path that was meant. */
#ifndef BERTH_API_TIDY_H
#define BERTH_API_TIDY_H

#include "call.h"

/*
 * True: the response is a 301 to a route of the table; for GET and HEAD only. There is no authorisation, which the clean path has.
 * False: the path is clean, or leads to no route, and nothing has changed.
 */
bool tidy_redirect(struct call *call);

#endif
