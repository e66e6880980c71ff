/* SPDX-License-Identifier: MIT */
/* How the bytes of a blob come to the client. */
#ifndef BERTH_API_DELIVER_H
#define BERTH_API_DELIVER_H

#include "call.h"

/* Decided once for each request, by deliver_blob. */
enum blob_delivery {
	DELIVER_REDIRECT, /* the client fetches from the store: 307 */
	DELIVER_PROXY,    /* the web server fetches from the store */
	DELIVER_FILE,     /* the web server sends a file */
	DELIVER_STREAM    /* the worker sends */
};

/*
 * Answers GET or HEAD for a blob of `size` bytes that the repository has, with the part that Range asks for. E_BLOB_UNKNOWN when
 * our side is to send the bytes and the store does not have them; E_RANGE_INVALID (RFC 9110 section 14).
 */
bool deliver_blob(struct call *call, const struct digest *digest, uint64_t size);

/* Whether the web server comes back because a DELIVER_PROXY failed. */
bool deliver_has_failed(const struct call *call);

/* Answers such a request. False: the error is set. */
bool deliver_failed(struct call *call, const struct digest *digest);

#endif
