/* SPDX-License-Identifier: MIT */
/*
 * Blobs that the web server fetches from an object store for its clients (storage.redirect.disable). A worker names the
 * target, path and signed query, in the header FRONT_TARGET and the part in FRONT_RANGE (berth/http/front.h); the origin stands in the
 * rendered configuration and nowhere else, so that what fetches is no proxy to anything but this store.
 */
#ifndef BERTH_CLI_FETCH_PRIV_H
#define BERTH_CLI_FETCH_PRIV_H

#include "site_priv.h"

struct site_fetch {
	const char *origin;    /* scheme://host[:port]; "" when the web server has nothing to fetch */
	const char *authority; /* its host[:port] */
	const char *host;      /* without the port: for SNI and the certificate; IPv6 in brackets */
	const char *port;
	bool tls;
	bool verify;           /* its certificate */
	const char *ca_file;   /* what certificates are verified against */
	const char *resolvers; /* name servers; "": the host is an address, or its name is looked up once, at the start */
};

/*
 * Where this configuration's store signs URLs for. Most drivers know it from the configuration; one that is told by its
 * sign-in (swift) asks now, so that the service must be reachable. False with one line in *reason.
 */
bool site_fetch_init(struct site_fetch *out, const struct site *site, struct arena *arena, const char **reason);

/* Header lines of the stores' own, which are no business of the registry's clients; NULL ends the list. */
extern const char *const fetch_store_headers[];

/* The location that a worker's X-Accel-Redirect names, and the group of servers behind it. Nothing without an origin. */
void fetch_nginx_upstream(struct strbuf *out, const struct site *site, const struct site_fetch *fetch);
void fetch_nginx_location(struct strbuf *out, const struct site *site, const struct site_fetch *fetch);

/* Steps and rules of the same. */
void fetch_apache_rules(struct strbuf *out, const struct site *site, const struct site_fetch *fetch);

#endif
