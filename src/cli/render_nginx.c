/* SPDX-License-Identifier: MIT */
/*
 * The configuration of NGINX 1.22 for one registry: spools uploads, sends what a worker points at,
 * and answers in the registry's JSON when no worker can.
 */
#include <string.h>
#include <strings.h>

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
		if (client_modes[i].refuse_none)
			strbuf_adds(out, "\tif ($ssl_client_verify = NONE) { return 403; }\n");
	}
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
static void add_request(struct strbuf *out, const char *socket)
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
	add_request(out, site->options->socket);
	strbuf_adds(out, "\t\tfastcgi_param BERTH_SENDFILE accel;\n");
	if (*fetch->origin)
		strbuf_addf(out, "\t\tfastcgi_param BERTH_FETCH %s;\n", fetch->origin);
	if (*spool_file)
		strbuf_addf(out, "\t\tfastcgi_param BERTH_SPOOL_FILE %s;\n", spool_file);
}

/*
 * A worker is asked about an upload before its body is read. A 401 then goes out with the challenge, which NGINX carries
 * over by itself, and the body that the worker named; anything else but a yes means that no worker can tell: 503.
 */
static void add_question(struct strbuf *out, const struct site *site, const struct site_fetch *fetch)
{
	strbuf_adds(out, "\n\t# May this upload begin? Closed to clients.\n"
			 "\tlocation = /_berth/authorize {\n"
			 "\t\tinternal;\n"
			 "\t\tclient_max_body_size 0;\n" /* the upload's length is compared here, too */
			 "\t\tfastcgi_pass_request_body off;\n");
	nginx_add_worker(out, site, fetch, "");
	strbuf_adds(out, "\t\tfastcgi_param BERTH_AUTHORIZE 1;\n"
			 "\t}\n");
}

static void ask_first(struct strbuf *out)
{
	strbuf_adds(out, "\t\tauth_request /_berth/authorize;\n"
			 "\t\tauth_request_set $berth_refusal $upstream_http_berth_refusal;\n"
			 "\t\tauth_request_set $berth_authorized $upstream_http_berth_authorized;\n"
			 "\t\tfastcgi_param BERTH_AUTHORIZED $berth_authorized;\n");
}

static bool asks_first(const struct site *site)
{
	return site->config->auth.scheme != CONFIG_AUTH_NONE;
}

static void add_tokens(struct strbuf *out, const struct site *site)
{
	static const char *const paths[] = {SITE_TOKEN_PATHS};

	for (size_t i = 0; site->config->token_service.enabled && i < sizeof paths / sizeof *paths; i++) {
		strbuf_addf(out, "\n\tlocation = %s {\n\t\tclient_max_body_size %zu;\n", paths[i], SITE_TOKEN_BODY_MAX);
		add_request(out, site->options->token_socket);
		strbuf_adds(out, "\t}\n");
	}
}

static void add_uploads(struct strbuf *out, const struct site *site, const struct site_fetch *fetch)
{
	strbuf_adds(out,
		    "\n\t# The body of an upload becomes a file in the spool; the worker gets its name, hashes it and\n"
		    "\t# moves it on. Its time is not spent on slow clients.\n"
		    "\tlocation ~ \"^");
	quote_regex(out, *site->config->http.prefix ? site->config->http.prefix : "/");
	strbuf_adds(out, SITE_UPLOADS "\" {\n"
				      "\t\tclient_max_body_size 0;\n"
				      "\t\tclient_body_in_file_only clean;\n"
				      "\t\tclient_body_buffer_size 512k;\n");
	line(out, "\t\t", "client_body_temp_path", site->spool);
	strbuf_adds(out, "\t\tfastcgi_pass_request_body off;\n");
	if (asks_first(site))
		ask_first(out);
	nginx_add_worker(out, site, fetch, "$request_body_file");
	strbuf_adds(out, "\t}\n");
	if (asks_first(site))
		add_question(out, site, fetch);
}

static void add_blobs(struct strbuf *out, const struct site *site)
{
	if (!*site->blobs)
		return; /* an object store has them */
	strbuf_adds(out, "\n\t# Where workers point to; closed to clients.\n"
			 "\tlocation ^~ /_berth/blobs/ {\n"
			 "\t\tinternal;\n"
			 "\t\talias ");
	quote_nginx(out, arena_printf(out->arena, "%s/", site->blobs));
	strbuf_adds(out, ";\n"
			 "\t\tetag off;\n"
			 "\t\tif_modified_since off;\n"
			 "\t\terror_page 403 500 502 504 =503 @berth_unavailable;\n"
			 "\t\terror_page 404 @berth_blob_unknown;\n"
			 "\t\tadd_header Last-Modified \"\";\n");
	for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
		strbuf_addf(out, "\t\tadd_header %s %s always;\n", kept[i].name, kept[i].variable);
	nginx_add_headers(out, &site->config->http.headers);
	strbuf_adds(out, "\t}\n");
}

/* An answer of NGINX's own in the registry's form. `status` only has a part where error_page did not set it. */
static void add_answer(struct strbuf *out, const struct site *site, const char *name, int status, const char *body)
{
	strbuf_addf(out,
		    "\n\tlocation @%s {\n"
		    "\t\tinternal;\n"
		    "\t\tdefault_type application/json;\n"
		    "\t\tadd_header Docker-Distribution-API-Version registry/2.0 always;\n"
		    "\t\tadd_header X-Content-Type-Options nosniff always;\n",
		    name);
	if (status == 503)
		strbuf_addf(out, "\t\tadd_header Retry-After %d always;\n", SITE_RETRY_AFTER);
	nginx_add_headers(out, &site->config->http.headers);
	strbuf_addf(out, "\t\treturn %d '%s';\n\t}\n", status, body);
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
			 "\tfastcgi_hide_header Berth-User;\n" /* for the access log */
			 "\tfastcgi_hide_header Berth-Project;\n"
			 "\tset $berth_fetch_user \"\";\n"
			 "\tset $berth_fetch_project \"\";\n\n"
			 "\t# NGINX's own errors; those of the workers pass as they are.\n"
			 "\terror_page 413 @berth_too_large;\n"
			 "\terror_page 500 502 504 =503 @berth_unavailable;\n");
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
		    "\tlarge_client_header_buffers 4 20k;\n" /* a token is up to 16 KiB */
		    "\tunderscores_in_headers off;\n"
		    "\tclient_max_body_size %zu;\n"
		    "\tclient_body_buffer_size 128k;\n\n",
		    (long long)(site->config->http.slowclient.uploadsilence / 1000000000), (size_t)SITE_BODY_MAX);
	add_worker_defaults(out);
	if (asks_first(site))
		strbuf_adds(out, "\terror_page 401 @berth_unauthorized;\n");
	strbuf_adds(out, "\n\tlocation / {\n");
	nginx_add_worker(out, site, fetch, "");
	strbuf_adds(out, "\t}\n");
	add_tokens(out, site);
	add_uploads(out, site, fetch);
	add_blobs(out, site);
	fetch_nginx_location(out, site, fetch);
	if (asks_first(site))
		add_answer(out, site, "berth_unauthorized", 401, "$berth_refusal");
	add_answer(out, site, "berth_too_large", 413, SITE_MANIFEST_TOO_LARGE);
	add_answer(out, site, "berth_unavailable", 503, SITE_UNAVAILABLE);
	add_answer(out, site, "berth_blob_unknown", 404, SITE_BLOB_UNKNOWN);
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
static void add_access_log(struct strbuf *out, const char *path)
{
	static const char *const told[] = {"user", "project"};

	for (size_t i = 0; i < sizeof told / sizeof *told; i++)
		strbuf_addf(out,
			    "map $upstream_http_berth_%s $berth_told_%s {\n"
			    "\tdefault $upstream_http_berth_%s;\n"
			    "\t\"\" \"-\";\n}\n"
			    "map $berth_fetch_%s $berth_%s {\n"
			    "\tdefault $berth_fetch_%s;\n"
			    "\t\"\" $berth_told_%s;\n}\n",
			    told[i], told[i], told[i], told[i], told[i], told[i], told[i]);
	strbuf_adds(out,
		    "log_format berth '$remote_addr - $berth_user [$time_local] \"$request\" $status $body_bytes_sent '\n"
		    "\t'\"$http_referer\" \"$http_user_agent\" \"$berth_project\"';\n"
		    "access_log ");
	quote_nginx(out, path);
	strbuf_adds(out, " berth;\n");
}

/* All that a master of its own needs, so that nothing of /etc/nginx or /var/lib/nginx is touched. */
static void add_main(struct strbuf *out, const struct site *site)
{
	static const char *const temps[] = {"client_body", "fastcgi", "proxy", "uwsgi", "scgi"};
	const char *run = site->options->run_dir;

	if (*site->options->user)
		strbuf_addf(out, "user \"%s\" \"%s\";\n", site->options->user, site->options->group);
	strbuf_adds(out, "worker_processes auto;\n"
			 "worker_rlimit_nofile 16384;\n"
			 "pcre_jit on;\n" /* every request's path is held against that of uploads */
			 "worker_shutdown_timeout 900s;\n");
	line(out, "", "pid", arena_printf(out->arena, "%s/nginx.pid", run));
	add_log(out, site);
	strbuf_adds(out, "\nevents {\n\tworker_connections 4096;\n}\n\nhttp {\ndefault_type application/octet-stream;\n");
	if (*site->options->access_log)
		add_access_log(out, site->options->access_log);
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
		add_main(out, site);
	if (has_dollar(&site->config->http.headers))
		strbuf_adds(out, "geo $berth_dollar { default \"$\"; }\n\n");
	fetch_nginx_upstream(out, &fetch);
	add_server(out, site, &fetch);
	if (!site->options->site_only)
		strbuf_adds(out, "}\n");
	return true;
}
