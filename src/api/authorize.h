/* SPDX-License-Identifier: MIT */
/*
 * May this caller do this? Asked once for each request, before any handler, from the action of its route.
 *
 * NGINX asks before it takes a body (preauth.h). The time of a yes comes back with the request itself, so that a token
 * that expires while the body is on its way still counts. A token that has expired may also go on with the upload session
 * that it started. Both end TOKEN_GRACE after the yes, or the session's start.
 */
#ifndef BERTH_API_AUTHORIZE_H
#define BERTH_API_AUTHORIZE_H

#include "call.h"

/* True: call->identity is who asks. False: call->error is set; an E_UNAUTHORIZED has its WWW-Authenticate. */
bool authorize(struct call *call, enum api_action action);

#endif
