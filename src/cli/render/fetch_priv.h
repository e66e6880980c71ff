/* SPDX-License-Identifier: MIT */
/*
 * What a web server needs in order to fetch blobs from an object store for its clients (storage.redirect.disable). A worker
 * names path and signed query in the header FRONT_TARGET, and the range in FRONT_RANGE (berth/http/front.h). The origin stands
 * only in the rendered configuration, so that a worker cannot make the web server a proxy to any other host.
 */
#ifndef BERTH_CLI_FETCH_PRIV_H
#define BERTH_CLI_FETCH_PRIV_H

#include "site_priv.h"

struct site_fetch {
	const char *origin; /* scheme://host[:port]; "": the web server fetches nothing, and the other fields are unset */
	const char *authority; /* host[:port] of the origin */
	const char *host;      /* without the port, for SNI and the certificate; IPv6 in brackets */
	const char *port;
	bool tls;
	bool verify;           /* check the certificate of the origin */
	const char *ca_file;   /* the authorities that certificates are checked against */
	const char *resolvers; /* name servers; "": the host is an address, or is looked up once, at the start */
};

/*
 * Fills `out` for the store that `site` configures; its strings live in `arena`. The driver swift learns its address when it
 * signs in, so that the service must be reachable. False with one line in *reason.
 */
bool site_fetch_init(struct site_fetch *out, const struct site *site, struct arena *arena, const char **reason);

/* The headers of object stores that clients of the registry do not get; NULL ends the list. */
extern const char *const fetch_store_headers[];

#endif
