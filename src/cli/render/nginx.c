/* SPDX-License-Identifier: MIT */
/*
 * The configuration of NGINX 1.22 for one registry: spools uploads, sends what a worker points at,
 * and answers in the registry's JSON when no worker can.
 */
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "berth/base/limits.h"
#include "berth/http/front.h"
#include "fetch_priv.h"
#include "nginx_priv.h"

/* A line with one quoted argument. */
static void line(struct strbuf *out, const char *indent, const char *directive, const char *argument)
{
	strbuf_addf(out, "%s%s ", indent, directive);
	quote_nginx(out, argument);
	strbuf_adds(out, ";\n");
}

static bool has_dollar(const struct config_headers *headers)
{
	for (size_t i = 0; i < headers->count; i++)
		for (size_t k = 0; k < headers->items[i].values.count; k++)
			if (strchr(headers->items[i].values.items[k], '$'))
				return true;
	return false;
}

/* The one place where a dollar sign may come from the configuration: values are texts with variables to NGINX. */
static void header_value(struct strbuf *out, const char *text)
{
	strbuf_addc(out, '"');
	for (; *text; text++) {
		if (*text == '$') {
			strbuf_adds(out, "${berth_dollar}");
			continue;
		}
		if (*text == '"' || *text == '\\')
			strbuf_addc(out, '\\');
		strbuf_addc(out, *text);
	}
	strbuf_addc(out, '"');
}

/* What NGINX drops over an internal redirect, as the worker sent it: its own, or that of http.headers. */
static const struct {
	const char *name, *variable;
} kept[] = {
	{"Docker-Content-Digest", "$upstream_http_docker_content_digest"},
	{"ETag", "$upstream_http_etag"},
	{"Docker-Distribution-API-Version", "$upstream_http_docker_distribution_api_version"},
	{"X-Content-Type-Options", "$upstream_http_x_content_type_options"},
};

/* These NGINX carries over by itself: a second one would double them. */
static const char *const carried[] = {"Content-Type", "Content-Length",      "Cache-Control", "Expires",
				      "Set-Cookie",   "Content-Disposition", "Accept-Ranges"};

static bool is_set_already(const char *name)
{
	for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
		if (strcasecmp(kept[i].name, name) == 0)
			return true;
	for (size_t i = 0; i < sizeof carried / sizeof *carried; i++)
		if (strcasecmp(carried[i], name) == 0)
			return true;
	return false;
}

void nginx_add_headers(struct strbuf *out, const struct config_headers *headers)
{
	for (size_t i = 0; i < headers->count; i++) {
		const struct config_header *header = &headers->items[i];

		for (size_t k = 0; k < header->values.count && !is_set_already(header->name); k++) {
			strbuf_addf(out, "\t\tadd_header %s ", header->name);
			header_value(out, header->values.items[k]);
			strbuf_adds(out, " always;\n");
		}
	}
}

static void add_listen(struct strbuf *out, const struct site *site)
{
	char flags[32] = "";

	if (site->tls)
		snprintf(flags, sizeof flags, " ssl%s", site->http2 ? " http2" : "");
	if (*site->listen_unix) {
		strbuf_adds(out, "\tlisten \"unix:");
		strbuf_addf(out, "%s\"%s;\n", site->listen_unix, flags);
		return;
	}
	strbuf_addf(out, "\tlisten %s%s%s%s;\n", site->listen_host, *site->listen_host ? ":" : "", site->listen_port,
		    flags);
	if (site->dual_stack)
		strbuf_addf(out, "\tlisten [::]:%s%s;\n", site->listen_port, flags);
}

/* ssl_verify_client for each word of http.tls.clientauth; the last column refuses a client without any certificate. */
static const struct {
	const char *word, *nginx;
	bool refuse_none;
} client_modes[] = {
	{"require-and-verify-client-cert", "on", false},
	{"verify-client-cert-if-given", "optional", false},
	{"require-any-client-cert", "optional_no_ca", true},
	{"request-client-cert", "optional_no_ca", false},
};

static void add_client_tls(struct strbuf *out, const struct site *site)
{
	if (!*site->clientcas)
		return;
	line(out, "\t", "ssl_client_certificate", site->clientcas);
	strbuf_adds(out, "\tssl_verify_depth 5;\n");
	for (size_t i = 0; i < sizeof client_modes / sizeof *client_modes; i++) {
		if (strcmp(client_modes[i].word, site->clientauth) != 0)
			continue;
		strbuf_addf(out, "\tssl_verify_client %s;\n", client_modes[i].nginx);
	}
}

void nginx_add_client_check(struct strbuf *out, const struct site *site)
{
	for (size_t i = 0; *site->clientcas && i < sizeof client_modes / sizeof *client_modes; i++)
		if (client_modes[i].refuse_none && strcmp(client_modes[i].word, site->clientauth) == 0)
			strbuf_adds(out, "\t\tif ($ssl_client_verify = NONE) { return 403; }\n");
}

static void add_tls(struct strbuf *out, const struct site *site)
{
	static const char *const versions[] = {"TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"};

	if (!site->tls)
		return;
	line(out, "\t", "ssl_certificate", site->certificate);
	line(out, "\t", "ssl_certificate_key", site->key);
	strbuf_adds(out, "\tssl_protocols");
	for (unsigned i = site->minimum_tls; i < sizeof versions / sizeof *versions; i++)
		strbuf_addf(out, " %s", versions[i]);
	/* OpenSSL 3 keeps TLS 1.0 and 1.1 for its security level 0 only. */
	strbuf_addf(out, ";\n\tssl_ciphers %s%s;\n", site->ciphers, site->minimum_tls < 2 ? ":@SECLEVEL=0" : "");
	strbuf_adds(out, "\tssl_session_cache shared:berth:2m;\n"
			 "\tssl_session_tickets off;\n");
	add_client_tls(out, site);
}

/* REQUEST_URI is the only form of the target that both web servers pass raw; the worker uses no other. */
void nginx_add_request(struct strbuf *out, const char *socket)
{
	strbuf_addf(out, "\t\tfastcgi_pass \"unix:%s\";\n", socket);
	strbuf_adds(out, "\t\tfastcgi_param REQUEST_METHOD $request_method;\n"
			 "\t\tfastcgi_param REQUEST_URI $request_uri;\n"
			 "\t\tfastcgi_param CONTENT_TYPE $content_type if_not_empty;\n"
			 "\t\tfastcgi_param CONTENT_LENGTH $content_length if_not_empty;\n"
			 "\t\tfastcgi_param REMOTE_ADDR $remote_addr;\n"
			 "\t\tfastcgi_param HTTPS $https if_not_empty;\n"
			 "\t\tfastcgi_param HTTP_HOST $http_host;\n" /* with its port, which Debian's file drops */
			 "\t\tfastcgi_param HTTP_PROXY \"\";\n");
}

void nginx_add_worker(struct strbuf *out, const struct site *site, const struct site_fetch *fetch, const char *spool_file)
{
	nginx_add_request(out, site->options->socket);
	strbuf_adds(out, "\t\tfastcgi_param " FRONT_SENDFILE " " FRONT_SENDFILE_NGINX ";\n");
	if (*fetch->origin)
		strbuf_addf(out, "\t\tfastcgi_param " FRONT_FETCH " %s;\n", fetch->origin);
	if (*spool_file)
		strbuf_addf(out, "\t\tfastcgi_param " FRONT_SPOOL_FILE " %s;\n", spool_file);
}

static void add_blobs(struct strbuf *out, const struct site *site)
{
	if (!*site->blobs)
		return; /* an object store has them */
	strbuf_adds(out, "\n\t# Where workers point to; closed to clients.\n"
			 "\tlocation ^~ " FRONT_LOCATION_BLOBS " {\n"
			 "\t\tinternal;\n"
			 "\t\talias ");
	quote_nginx(out, arena_printf(out->arena, "%s/", site->blobs));
	strbuf_adds(out, ";\n"
			 "\t\tetag off;\n"
			 "\t\tif_modified_since off;\n"
			 "\t\terror_page 404 =404 " FRONT_LOCATION_ANSWER "BLOB_UNKNOWN;\n"
			 "\t\terror_page 403 500 502 503 504 =503 " FRONT_LOCATION_ANSWER "UNAVAILABLE;\n"
			 "\t\tadd_header Last-Modified \"\";\n");
	for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
		strbuf_addf(out, "\t\tadd_header %s %s always;\n", kept[i].name, kept[i].variable);
	nginx_add_headers(out, &site->config->http.headers);
	strbuf_adds(out, "\t}\n");
}

/* One connection per request: a kept one would hold a worker. Buffered: slow clients hold none. */
static void add_worker_defaults(struct strbuf *out)
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
			 /* The log of a request that could not be read, and an answer that no worker was asked for. */
			 "\tuninitialized_variable_warn off;\n"
			 "\trecursive_error_pages on;\n"
			 "\t# NGINX's own errors; those of the workers pass as they are.\n");
	nginx_add_error_pages(out, "\t", E_BODY_TOO_LARGE);
}

/* For each address; clients on a unix socket have none, as their proxy has it. */
static void add_limit_zones(struct strbuf *out, const struct site *site)
{
	if (*site->listen_unix)
		return;
	if (site->config->limits.connections)
		strbuf_addf(out, "limit_conn_zone $binary_remote_addr zone=berth_connections_%s:10m;\n", site->suffix);
	if (site->config->limits.requests)
		strbuf_addf(out, "limit_req_zone $binary_remote_addr zone=berth_requests_%s:10m rate=%" PRId64 "r/s;\n",
			    site->suffix, site->config->limits.requests);
}

/* Within a second any number may come at once. A line for each refusal would let clients fill the log. */
static void add_limits(struct strbuf *out, const struct site *site)
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

static void add_server(struct strbuf *out, const struct site *site, const struct site_fetch *fetch)
{
	strbuf_adds(out, "server {\n");
	add_listen(out, site);
	strbuf_adds(out, "\tserver_name _;\n");
	add_tls(out, site);
	strbuf_addf(out,
		    "\n\tserver_tokens off;\n"
		    "\tgzip off;\n" /* blobs are compressed, and digests are of the bytes as they are */
		    "\tsendfile on;\n"
		    "\ttcp_nopush on;\n"
		    "\tmax_ranges 1;\n"
		    "\tkeepalive_timeout 75s;\n"
		    "\tkeepalive_requests 10000;\n"
		    "\tclient_header_timeout 15s;\n"
		    "\tclient_body_timeout %llds;\n"
		    "\tsend_timeout 60s;\n"
		    "\treset_timedout_connection on;\n"
		    "\tlarge_client_header_buffers 4 36k;\n" /* a token is up to 32 KiB */
		    "\tunderscores_in_headers off;\n"
		    "\tclient_max_body_size %zu;\n\n",
		    (long long)(site->config->http.slowclient.uploadsilence / 1000000000), LIMIT_IDLE_BODY);
	add_limits(out, site);
	add_worker_defaults(out);
	nginx_add_bodies(out, site, fetch);
	add_blobs(out, site);
	fetch_nginx_location(out, site, fetch);
	nginx_add_answers(out, site);
	strbuf_adds(out, "}\n");
}

static void add_log(struct strbuf *out, const struct site *site)
{
	static const char *const levels[] = {"error", "warn", "warn", "info"}; /* notice tells of every process */

	strbuf_adds(out, "error_log ");
	if (*site->options->error_log)
		quote_nginx(out, site->options->error_log);
	else
		strbuf_adds(out, "stderr");
	strbuf_addf(out, " %s;\n", levels[site->config->log.level]);
}

/*
 * The combined format, and whose repository it was. The user is the one whom the worker knows: $remote_user is whatever
 * the client typed there, at times a password. What goes out of the object store is told by other variables.
 */
static void add_access_log(struct strbuf *out, const struct site_fetch *fetch, const char *path)
{
	static const struct {
		const char *word, *header;
	} told[] = {{"user", FRONT_USER_NAME}, {"project", FRONT_PROJECT_NAME}};

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
		*fetch->origin ? "logged" : "told", *fetch->origin ? "logged" : "told");
	quote_nginx(out, path);
	strbuf_adds(out, " berth;\n");
}

/* All that a master of its own needs, so that nothing of /etc/nginx or /var/lib/nginx is touched. */
static void add_main(struct strbuf *out, const struct site *site, const struct site_fetch *fetch)
{
	static const char *const temps[] = {"client_body", "fastcgi", "proxy", "uwsgi", "scgi"};
	const char *run = site->options->run_dir;

	if (*site->options->user)
		strbuf_addf(out, "user \"%s\" \"%s\";\n", site->options->user, site->options->group);
	strbuf_adds(out, "worker_processes auto;\n"
			 "worker_rlimit_nofile 16384;\n"
			 "pcre_jit on;\n" /* every request's target is held against the routes */
			 "worker_shutdown_timeout 900s;\n");
	line(out, "", "pid", arena_printf(out->arena, "%s/nginx.pid", run));
	add_log(out, site);
	strbuf_adds(out, "\nevents {\n\tworker_connections 4096;\n}\n\nhttp {\ndefault_type application/octet-stream;\n");
	if (*site->options->access_log)
		add_access_log(out, fetch, site->options->access_log);
	else
		strbuf_adds(out, "access_log off;\n");
	for (size_t i = 0; i < sizeof temps / sizeof *temps; i++)
		line(out, "", arena_printf(out->arena, "%s_temp_path", temps[i]),
		     arena_printf(out->arena, "%s/%s", run, temps[i]));
	strbuf_adds(out, "\n");
}

/* Where NGINX sees variables there is no way to write a dollar sign. */
static bool writable(const struct site *site, const char **reason)
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
			*reason = "NGINX takes no path with a dollar sign, a double quote or a backslash";
			return false;
		}
	if (strpbrk(site->config->http.prefix, "\"$\\")) {
		*reason = "http.prefix: NGINX takes no double quote, dollar sign or backslash here";
		return false;
	}
	return true;
}

bool render_nginx(struct strbuf *out, const struct site *site, const char **reason)
{
	struct site_fetch fetch;

	if (!writable(site, reason) || !site_fetch_init(&fetch, site, out->arena, reason))
		return false;
	strbuf_addf(out, "# Written by `berth render nginx` from %s: change that one.\n", site->options->config_path);
	if (!site->options->site_only)
		add_main(out, site, &fetch);
	if (has_dollar(&site->config->http.headers))
		strbuf_adds(out, "geo $berth_dollar { default \"$\"; }\n\n");
	nginx_add_body_maps(out, site);
	nginx_add_answer_maps(out, site);
	add_limit_zones(out, site);
	strbuf_adds(out, "\n");
	fetch_nginx_upstream(out, site, &fetch);
	add_server(out, site, &fetch);
	if (!site->options->site_only)
		strbuf_adds(out, "}\n");
	return true;
}
