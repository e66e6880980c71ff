/* SPDX-License-Identifier: MIT */
/*
 * What a web server has to be told: the parts of the configuration that concern it, taken apart, completed and checked
 * for what cannot be carried into a configuration file. The renderers only write it down.
 */
#ifndef BERTH_CLI_SITE_PRIV_H
#define BERTH_CLI_SITE_PRIV_H

#include <stdbool.h>

#include "berth/base/arena.h"
#include "berth/base/error.h"
#include "berth/base/strbuf.h"
#include "berth/config/config.h"
#include "../host/unix_account_priv.h"

/* What the command line adds. Paths are absolute. */
struct site_options {
	const char *config_path;   /* for the head of the file and the systemd units */
	const char *socket;        /* of the registry pool */
	const char *token_socket;  /* of token.fcgi */
	const char *upload_socket; /* of the pool for streamed uploads; may be the same */
	const char *config_dir;    /* files that the configuration refers to */
	const char *run_dir;       /* pid, temporary files, logs, sockets */
	const char *user;          /* the web server's workers run as; "" to leave that out */
	const char *group;
	const char *token_user;    /* of token.fcgi, for systemd */
	const char *server;        /* nginx, apache or none, for systemd */
	const char *access_log;    /* a file; "" for none */
	const char *error_log;     /* a file; "" for stderr */
	const char *program;       /* path of registry.fcgi, for systemd */
	const char *token_program; /* path of token.fcgi, likewise */
	unsigned workers;          /* for systemd */
	bool site_only;            /* NGINX: the server block alone */
};

struct site {
	const struct config *config;
	const struct site_options *options;

	const char *listen_host; /* "" for every address; IPv6 in brackets */
	const char *listen_port; /* digits */
	const char *listen_unix; /* path of a socket instead; "" unless http.net is unix */
	const char *suffix;      /* for names that must be unique in one web server: the port, or "unix" */
	bool dual_stack;         /* no host, and this machine has IPv6 */

	const char *blobs; /* <root>/docker/registry/v2/blobs; "" for an object store */
	const char *spool; /* where NGINX leaves the bodies of uploads */

	bool tls;
	const char *certificate, *key;
	const char *clientcas; /* one file; "" for none */
	const char *clientauth;
	unsigned minimum_tls; /* 0 .. 3 for 1.0 .. 1.3 */
	const char *ciphers;  /* OpenSSL's names, colons between; "" for the default */
	bool http2;
};

/*
 * Fills `out`, whose strings live in `arena` or are borrowed. False with one line in *reason when the configuration
 * cannot be served by a web server as it is.
 */
bool site_init(struct site *out, const struct config *config, const struct site_options *options, struct arena *arena,
	       const char **reason);

/*
 * Copies certificate and key of TLS to config_dir, readable by the account's group, where the account may not read them at
 * their place: a web server that starts as root would read them before it gives its rights away, ours starts without. Only
 * root can need this. False with one line in *reason.
 */
bool site_share_key(struct site *site, const struct unix_account *as, struct arena *arena, const char **reason);

/* Whether the address is a port that the kernel keeps for root (net.ipv4.ip_unprivileged_port_start). */
bool site_has_low_port(const struct site *site);

/*
 * Writes the whole configuration for `site`. False with one line in *reason when this web server cannot do what is
 * asked for, or when a value cannot be written in its language.
 */
typedef bool site_render(struct strbuf *out, const struct site *site, const char **reason);
site_render render_nginx, render_apache;

/* The names of http.tls.ciphersuites as OpenSSL spells them. False: *reason names the one that is not known. */
bool tls_ciphers(const char **out, const struct config_list *names, struct arena *arena, const char **reason);

/* Number of a http.tls.minimumtls word; 2 (TLS 1.2) for an empty one. */
unsigned tls_minimum(const char *word);

/* Appends `text` as one argument, in double quotes. No control characters in `text` (site_init has seen to it). */
void quote_nginx(struct strbuf *out, const char *text);
void quote_apache(struct strbuf *out, const char *text);
void quote_systemd(struct strbuf *out, const char *text);

/* Appends `text` with what means something to PCRE escaped. */
void quote_regex(struct strbuf *out, const char *text);

/*
 * Appends a regular expression for the paths that match `pattern`, a route's, below `prefix` ("/" or "/a/"). It fits raw and
 * decoded paths, ends where the path ends, and takes a few more paths than the route does: {name} may be anything.
 */
void quote_pattern(struct strbuf *out, const char *prefix, const char *pattern);

/* The registry's JSON for an error that a web server answers with by itself: code and message. */
const char *site_answer(enum error_code code, struct arena *arena);

/* Whether `text` holds nothing below a space and no DEL. */
bool quote_possible(const char *text);

#endif
