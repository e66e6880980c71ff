/* SPDX-License-Identifier: MIT */
/* Temporary URLs (Swift's TempURL middleware): signing them, and having a key to sign with. */
#ifndef BERTH_STORE_SWIFT_TEMPURL_PRIV_H
#define BERTH_STORE_SWIFT_TEMPURL_PRIV_H

#include "swift_request_priv.h"

struct swift_tempurl {
	const char *storage_url;
	const char *container;
	const char *key;
	const char *method;
	int64_t expires; /* seconds since the epoch */
	struct secret secret;
	enum hash digest;
	const char *tenant_id; /* both only matter when accesskey is not "" */
	const char *accesskey;
};

/*
 * The URL. What is signed is the method, the time and the path as it is before percent-encoding. With an access key the
 * signature is `tenant:accesskey:signature`, as HP's cloud wanted it.
 */
const char *swift_tempurl(const struct swift_tempurl *in, struct arena *arena);

/*
 * Fills swift->key: storage.swift.secretkey, which is set in the container (or the account) where another one is; without
 * it the one that is there; without that one made of the password, so that every worker of every node makes the same.
 * `container` is the answer to a HEAD of the container. False only when Swift is away: a key that cannot be had is logged
 * and left unset.
 */
bool swift_learn_key(struct swift *swift, const struct http_exchange *container, struct arena *arena, struct error *error);

object_sign_fn swift_sign;

#endif
