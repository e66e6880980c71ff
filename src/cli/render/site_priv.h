/* SPDX-License-Identifier: MIT */
/*
 * What a web server needs to know of the configuration: completed, and checked for what a configuration file of a web server
 * cannot hold. The renderers only write it down.
 */
#ifndef BERTH_CLI_SITE_PRIV_H
#define BERTH_CLI_SITE_PRIV_H

#include <stdbool.h>

#include "../host/unix_account_priv.h"
#include "berth/base/arena.h"
#include "berth/base/error.h"
#include "berth/base/strbuf.h"
#include "berth/config/config.h"

/* What the command line adds. Paths are absolute. */
struct site_options {
	const char *config_path;   /* for the first line of each file, and for the systemd units */
	const char *socket;        /* of the registry pool */
	const char *token_socket;  /* of token.fcgi */
	const char *upload_socket; /* of the pool for streamed uploads; may be the same as `socket` */
	const char *config_dir;    /* for files that the web server's configuration names */
	const char *run_dir;       /* for pid, temporary files and sockets */
	const char *user;          /* account of the web server's workers; "": the configuration names none */
	const char *group;
	const char *token_user;    /* systemd: account of token.fcgi */
	const char *server;        /* systemd: nginx, apache or none */
	const char *access_log;    /* a file; "": none */
	const char *error_log;     /* a file; "": stderr */
	const char *program;       /* systemd: path of registry.fcgi */
	const char *token_program; /* systemd: path of token.fcgi */
	unsigned workers;          /* systemd: of each pool */
	bool site_only;            /* NGINX: only what belongs into the http block */
};

struct site {
	const struct config *config;
	const struct site_options *options;

	const char *listen_host; /* "": every address; IPv6 in brackets */
	const char *listen_port; /* digits */
	const char *listen_unix; /* path of a socket instead of host and port; "" unless http.net is unix */
	const char *suffix;      /* makes a name unique in one web server: the port, or "unix" */
	bool dual_stack;         /* no host, and this machine has IPv6 */

	const char *blobs; /* <root>/docker/registry/v2/blobs; "" for an object store */
	const char *spool; /* folder for the bodies that NGINX receives */

	bool tls;
	const char *certificate, *key;
	const char *clientcas; /* one file; "": none */
	const char *clientauth;
	unsigned minimum_tls; /* 0 .. 3 for 1.0 .. 1.3 */
	const char *ciphers;  /* OpenSSL's names, with colons between them; "": the default */
	bool http2;
};

/*
 * Fills `out` from `config` and `options`, which it borrows; other strings live in `arena`. Several http.tls.clientcas are
 * copied into one file in options->config_dir. False with one line in *reason when no web server can serve this configuration.
 */
bool site_init(struct site *out, const struct config *config, const struct site_options *options, struct arena *arena,
	       const char **reason);

/*
 * Copies the certificate and the key of TLS to options->config_dir, readable by the account's group, when the account cannot
 * read them in place. A web server that starts as root reads them before it changes its account; the web server of
 * `berth serve` never is root. Does nothing unless this process is root. False with one line in *reason.
 */
bool site_share_key(struct site *site, const struct unix_account *as, struct arena *arena, const char **reason);

/* Whether the site listens on a port that the kernel reserves for root (net.ipv4.ip_unprivileged_port_start). */
bool site_has_low_port(const struct site *site);

/* Returns the body of a worker's response to this error, without the line end, in `arena`. */
const char *site_answer(enum error_code code, struct arena *arena);

/*
 * The type of the renderers: appends the configuration of a web server for `site` to `out`. False with one line in *reason when
 * this web server cannot do what the configuration asks for, or when a value cannot be written in its language.
 */
typedef bool site_render(struct strbuf *out, const struct site *site, const char **reason);

#endif
