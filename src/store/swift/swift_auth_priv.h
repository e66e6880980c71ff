/* SPDX-License-Identifier: MIT */
/* How Swift users sign in: what is sent to tempauth or Keystone, and what their answers give. */
#ifndef BERTH_STORE_SWIFT_AUTH_PRIV_H
#define BERTH_STORE_SWIFT_AUTH_PRIV_H

#include "berth/store/swift.h"

/* What a sign-in gives; in the arena of the call. */
struct swift_access {
	struct secret token;
	const char *storage_url; /* http(s)://host/v1/AUTH_x, no slash at the end */
	const char *tenant_id;   /* "" when the answer does not tell */
	int64_t life;            /* seconds that the token is good for; 0: the answer does not say */
};

/*
 * Which way `authurl` means, when `given` is 0: 3, 2 or 1 where it holds "v3", "v2" or "v1", looked for in this order (as
 * the Go library does that distribution uses); 0 when it does not tell, or `given` is none of the three.
 */
int swift_auth_version(int given, const char *authurl);

/*
 * The request of a sign-in. `apikey` (v2 only): the password is an API key of Rackspace's. Its texts hold the password:
 * they live as long as `arena` does and are never logged.
 */
struct http_exchange swift_auth_request(const struct swift_settings *settings, int version, bool apikey,
					struct arena *arena);

/* The body of that request; the empty span for v1. */
struct span swift_auth_body(const struct swift_settings *settings, int version, bool apikey, struct arena *arena);

/*
 * Reads a 2xx answer. False with the reason in *why, one line that names settings. Of several end-points in the catalogue
 * the first `object-store` of the region and type asked for is taken.
 */
bool swift_auth_read(struct swift_access *out, const struct swift_settings *settings, int version,
		     const struct http_exchange *answer, struct arena *arena, const char **why);

#endif
