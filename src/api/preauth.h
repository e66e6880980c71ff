/* SPDX-License-Identifier: MIT */
/*
 * The web server's question before it takes a body: will this request be refused?
 *
 * The question runs through what the request itself will run through: target, route, method, name, authorisation,
 * guard. In place of the handler stands preauth_judge, which looks at what can be told without the body. So a request
 * that gets a yes can only fail by its body, and a refusal is the error that the request itself would have got.
 * The form of the answer is in berth/http/front.h.
 */
#ifndef BERTH_API_PREAUTH_H
#define BERTH_API_PREAUTH_H

#include "call.h"

/* Tells whether this request is the web server's question. */
bool preauth_asked(const struct call *call);

/* In place of the matched route's handler. True: a 204. False: call->error says what the request would be refused with. */
bool preauth_judge(struct call *call);

/* The request itself has come, with its body: the room that the yes reserved is free again. */
void preauth_arrived(struct call *call);

/* Turns the finished response into an answer to the question: a yes stays, all else becomes a refusal. */
void preauth_answer(struct call *call);

#endif
