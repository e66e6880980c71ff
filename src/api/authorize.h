/* SPDX-License-Identifier: MIT */
/*
 * May this caller do this? Asked once for each request, before any handler, from the action of its route.
 *
 * A web server that spools bodies asks beforehand, with the FastCGI parameter BERTH_AUTHORIZE, which no client can set;
 * the time of a yes comes back with the request itself as BERTH_AUTHORIZED, so that a token which expires while the
 * body is on its way still counts. A token that has expired may moreover go on with the upload session that it started.
 * Both end TOKEN_GRACE after the yes, or the session's start.
 */
#ifndef BERTH_API_AUTHORIZE_H
#define BERTH_API_AUTHORIZE_H

#include "call.h"

/* True: call->identity is who asks. False: call->error is set, and the challenge of an E_UNAUTHORIZED. */
bool authorize(struct call *call, enum route_action action);

/* This request is the web server's question. */
bool authorize_only(const struct call *call);

#endif
