/* SPDX-License-Identifier: MIT */
/*
 * Authorisation: once for each request, before the handler, by the action of the route.
 *
 * NGINX asks before it takes a body (preauth.h). The request itself brings the time of the yes, so that a token that expires while
 * the body is on its way still counts, until TOKEN_GRACE after the yes. A token that has expired may also go on with the upload
 * session that it started, until TOKEN_GRACE after the start.
 */
#ifndef BERTH_API_AUTHORIZE_H
#define BERTH_API_AUTHORIZE_H

#include "call.h"

/* Decides whether the caller may do it. True: call->who and call->principal are the caller's. False: call->error is set; an E_UNAUTHORIZED has its WWW-Authenticate. */
bool authorize(struct call *call, enum api_action action);

#endif
