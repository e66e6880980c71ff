/* SPDX-License-Identifier: MIT */
/*
 * The web server's question before it takes a body: will this request be refused?
 *
 * The question takes the same path as the request itself: target, route, method, name, authorisation, guard. Only the handler is
 * another one: preauth_judge checks what can be known without the body. So a refusal is the error that the request itself would
 * have got, and after a yes a request can only fail by its body. berth/http/front.h has the form of the answer.
 */
#ifndef BERTH_API_PREAUTH_H
#define BERTH_API_PREAUTH_H

#include "call.h"

/* Tells whether this request is the web server's question. */
bool preauth_asked(const struct call *call);

/* The handler of a question. True: the response is a 204. False: call->error is the error that the request would get. */
bool preauth_judge(struct call *call);

/* Ends the reservation of room that came with the yes. For the request itself, whose bytes are on the disk now. */
void preauth_arrived(struct call *call);

/* Turns the finished response into an answer to the question: a 204 stays, every other response becomes a refusal. */
void preauth_answer(struct call *call);

#endif
