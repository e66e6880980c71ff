/* SPDX-License-Identifier: MIT */
/*
 * The configuration of NGINX 1.22 for one registry. NGINX spools uploads, sends the files that workers name, and answers in
 * the registry's JSON when no worker can.
 */
#include "nginx_priv.h"

#include <inttypes.h>
#include <string.h>

#include "berth/base/limits.h"
#include "berth/http/front.h"
#include "fetch_priv.h"
#include "nginx_answers_priv.h"
#include "nginx_bodies_priv.h"
#include "nginx_fetch_priv.h"
#include "nginx_tls_priv.h"
#include "nginx_write_priv.h"
#include "quote_priv.h"

static void nginx_add_blobs(struct strbuf *out, const struct site *site)
{
	if (!*site->blobs)
		return; /* the blobs are in an object store */
	strbuf_adds(out, "\n\t# The files that workers name; closed to clients.\n"
			 "\tlocation ^~ " FRONT_LOCATION_BLOBS " {\n"
			 "\t\tinternal;\n");
	nginx_line(out, "\t\t", "alias", arena_printf(out->arena, "%s/", site->blobs));
	strbuf_addf(out,
		    "\t\tetag off;\n"
		    "\t\tif_modified_since off;\n"
		    "\t\terror_page 404 =404 " FRONT_LOCATION_ANSWER "%s;\n"
		    "\t\terror_page 403 500 502 503 504 =503 " FRONT_LOCATION_ANSWER "%s;\n"
		    "\t\tadd_header Last-Modified \"\";\n",
		    error_name(E_BLOB_UNKNOWN), error_name(E_UNAVAILABLE));
	for (size_t i = 0; i < NGINX_KEPT; i++)
		strbuf_addf(out, "\t\tadd_header %s %s always;\n", nginx_kept[i].header, nginx_kept[i].upstream);
	nginx_add_headers(out, &site->config->http.headers);
	strbuf_adds(out, "\t}\n");
}

/* keep_conn is off because a kept connection would hold a worker. The buffers keep slow clients from holding one. */
static void nginx_add_worker_defaults(struct strbuf *out)
{
	strbuf_adds(out, "\tfastcgi_keep_conn off;\n"
			 "\tfastcgi_request_buffering on;\n"
			 "\tfastcgi_buffering on;\n"
			 "\tfastcgi_buffer_size 32k;\n"
			 "\tfastcgi_buffers 16 32k;\n"
			 "\tfastcgi_busy_buffers_size 64k;\n"
			 "\tfastcgi_connect_timeout 10s;\n"
			 "\tfastcgi_send_timeout 300s;\n"
			 "\tfastcgi_read_timeout 900s;\n"
			 "\tfastcgi_next_upstream off;\n"
			 "\tfastcgi_intercept_errors off;\n"
			 "\tfastcgi_ignore_headers X-Accel-Expires X-Accel-Limit-Rate X-Accel-Buffering X-Accel-Charset;\n"
			 "\tfastcgi_hide_header " FRONT_USER ";\n"
			 "\tfastcgi_hide_header " FRONT_PROJECT ";\n\n"
			 /* Variables are unset for a request that could not be read, and for an answer of NGINX's own. */
			 "\tuninitialized_variable_warn off;\n"
			 "\trecursive_error_pages on;\n"
			 "\t# NGINX's own errors. The errors of workers pass unchanged.\n");
	nginx_add_error_pages(out, "\t", E_BODY_TOO_LARGE);
}

/* The limits are per address. Clients of a unix socket have none: the proxy in front of the socket knows the addresses. */
static void nginx_add_limit_zones(struct strbuf *out, const struct site *site)
{
	if (*site->listen_unix)
		return;
	if (site->config->limits.connections)
		strbuf_addf(out, "limit_conn_zone $binary_remote_addr zone=berth_connections_%s:10m;\n", site->suffix);
	if (site->config->limits.requests)
		strbuf_addf(out, "limit_req_zone $binary_remote_addr zone=berth_requests_%s:10m rate=%" PRId64 "r/s;\n",
			    site->suffix, site->config->limits.requests);
}

/* The burst is a whole second's requests. Refusals are logged at info: otherwise clients could fill the log. */
static void nginx_add_limits(struct strbuf *out, const struct site *site)
{
	if (*site->listen_unix)
		return;
	if (site->config->limits.connections)
		strbuf_addf(out,
			    "\tlimit_conn berth_connections_%s %" PRId64 ";\n"
			    "\tlimit_conn_status 429;\n"
			    "\tlimit_conn_log_level info;\n",
			    site->suffix, site->config->limits.connections);
	if (site->config->limits.requests)
		strbuf_addf(out,
			    "\tlimit_req zone=berth_requests_%s burst=%" PRId64 " nodelay;\n"
			    "\tlimit_req_status 429;\n"
			    "\tlimit_req_log_level info;\n",
			    site->suffix, site->config->limits.requests);
}

static void nginx_add_server(struct strbuf *out, const struct site *site, const struct site_fetch *fetch)
{
	strbuf_adds(out, "server {\n");
	nginx_add_listen(out, site);
	strbuf_adds(out, "\tserver_name _;\n");
	nginx_add_tls(out, site);
	strbuf_addf(out,
		    "\n\tserver_tokens off;\n"
		    "\tgzip off;\n" /* blobs are compressed already, and a digest is of the bytes as they are */
		    "\tsendfile on;\n"
		    "\ttcp_nopush on;\n"
		    "\tmax_ranges 1;\n"
		    "\tkeepalive_timeout 75s;\n"
		    "\tkeepalive_requests 10000;\n"
		    "\tclient_header_timeout 15s;\n"
		    "\tclient_body_timeout %llds;\n"
		    "\tsend_timeout 60s;\n"
		    "\treset_timedout_connection on;\n"
		    "\tlarge_client_header_buffers 4 36k;\n" /* a token has up to 32 KiB */
		    "\tunderscores_in_headers off;\n"
		    "\tclient_max_body_size %zu;\n\n",
		    (long long)(site->config->http.slowclient.uploadsilence / 1000000000), LIMIT_IDLE_BODY);
	nginx_add_limits(out, site);
	nginx_add_worker_defaults(out);
	nginx_add_bodies(out, site, fetch);
	nginx_add_blobs(out, site);
	nginx_add_fetch(out, site, fetch);
	nginx_add_answers(out, site);
	strbuf_adds(out, "}\n");
}

/*
 * Appends the combined format, with the user and the project that the worker names. $remote_user would be what the client
 * typed there, which at times is a password. A blob that comes from an object store has both in variables of their own.
 */
static void nginx_add_access_log(struct strbuf *out, const struct site_fetch *fetch, const char *path)
{
	static const struct {
		const char *word, *header;
	} told[] = {{"user", FRONT_USER_NAME}, {"project", FRONT_PROJECT_NAME}};
	const char *source = *fetch->origin ? "logged" : "told";

	for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
		const char *word = told[i].word;

		strbuf_addf(out, "map $upstream_http_%s $berth_told_%s {\n\tdefault $upstream_http_%s;\n\t\"\" \"-\";\n}\n",
			    told[i].header, word, told[i].header);
		if (*fetch->origin)
			strbuf_addf(
				out,
				"map $berth_fetch_%s $berth_logged_%s {\n\tdefault $berth_fetch_%s;\n\t\"\" $berth_told_%s;\n}\n",
				word, word, word, word);
	}
	strbuf_addf(
		out,
		"log_format berth '$remote_addr - $berth_%s_user [$time_local] \"$request\" $status $body_bytes_sent '\n"
		"\t'\"$http_referer\" \"$http_user_agent\" \"$berth_%s_project\"';\n"
		"access_log ",
		source, source);
	quote_nginx(out, path);
	strbuf_adds(out, " berth;\n");
}

/* Appends what a master of its own needs, so that NGINX uses nothing of /etc/nginx and /var/lib/nginx. Opens the http block. */
static void nginx_add_main(struct strbuf *out, const struct site *site, const struct site_fetch *fetch)
{
	static const char *const levels[] = {"error", "warn", "warn", "info"}; /* notice logs each start of a process */
	static const char *const temps[] = {"client_body", "fastcgi", "proxy", "uwsgi", "scgi"};
	const struct site_options *options = site->options;

	if (*options->user)
		strbuf_addf(out, "user \"%s\" \"%s\";\n", options->user, options->group);
	strbuf_adds(out, "worker_processes auto;\n"
			 "worker_rlimit_nofile 16384;\n"
			 "pcre_jit on;\n" /* the target of each request is matched with the routes */
			 "worker_shutdown_timeout 900s;\n");
	nginx_line(out, "", "pid", arena_printf(out->arena, "%s/nginx.pid", options->run_dir));
	strbuf_adds(out, "error_log ");
	if (*options->error_log)
		quote_nginx(out, options->error_log);
	else
		strbuf_adds(out, "stderr");
	strbuf_addf(out, " %s;\n\nevents {\n\tworker_connections 4096;\n}\n\n", levels[site->config->log.level]);
	strbuf_adds(out, "http {\ndefault_type application/octet-stream;\n");
	if (*options->access_log)
		nginx_add_access_log(out, fetch, options->access_log);
	else
		strbuf_adds(out, "access_log off;\n");
	for (size_t i = 0; i < sizeof temps / sizeof *temps; i++)
		nginx_line(out, "", arena_printf(out->arena, "%s_temp_path", temps[i]),
			   arena_printf(out->arena, "%s/%s", options->run_dir, temps[i]));
	strbuf_adds(out, "\n");
}

/* NGINX has no escape for a dollar sign where it expands variables. */
static bool nginx_can_write(const struct site *site, struct arena *arena, const char **reason)
{
	const char *const paths[] = {
		site->blobs,
		site->spool,
		site->options->socket,
		site->options->token_socket,
		site->options->run_dir,
		site->options->access_log,
		site->options->error_log,
		site->listen_unix,
		site->tls ? site->certificate : "",
		site->tls ? site->key : "",
		site->clientcas,
	};

	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
		if (strpbrk(paths[i], "$\"\\")) {
			*reason = arena_printf(arena,
					       "%s: NGINX takes no path with a dollar sign, a double quote or a backslash",
					       paths[i]);
			return false;
		}
	if (strpbrk(site->config->http.prefix, "\"$\\")) {
		*reason = "http.prefix: NGINX takes no double quote, dollar sign or backslash here";
		return false;
	}
	return true;
}

bool nginx_render(struct strbuf *out, const struct site *site, const char **reason)
{
	struct site_fetch fetch;

	if (!nginx_can_write(site, out->arena, reason) || !site_fetch_init(&fetch, site, out->arena, reason))
		return false;
	strbuf_addf(out, "# Written by `berth render nginx` from %s: change that one.\n", site->options->config_path);
	if (!site->options->site_only)
		nginx_add_main(out, site, &fetch);
	if (nginx_needs_dollar(&site->config->http.headers))
		strbuf_adds(out, "geo $berth_dollar { default \"$\"; }\n\n");
	nginx_add_body_maps(out, site);
	nginx_add_answer_maps(out, site);
	nginx_add_limit_zones(out, site);
	strbuf_adds(out, "\n");
	nginx_add_fetch_upstream(out, site, &fetch);
	nginx_add_server(out, site, &fetch);
	if (!site->options->site_only)
		strbuf_adds(out, "}\n");
	return true;
}
