/* SPDX-License-Identifier: MIT */
/* NGINX fetches a blob from an object store. */
#include "berth/http/front.h"
#include "fetch_priv.h"
#include "nginx_priv.h"

/* Of the worker's answer: NGINX forgets it as soon as it goes to the store, so that the values move into variables. */
static const struct {
	const char *variable, *header, *from;
} taken[] = {
	{"$berth_fetch", NULL, "$upstream_http_" FRONT_TARGET_NAME},
	{"$berth_range", NULL, "$upstream_http_" FRONT_RANGE_NAME},
	{"$berth_fetch_user", NULL, "$upstream_http_" FRONT_USER_NAME}, /* for the access log */
	{"$berth_fetch_project", NULL, "$upstream_http_" FRONT_PROJECT_NAME},
	{"$berth_digest", "Docker-Content-Digest", "$upstream_http_docker_content_digest"},
	{"$berth_etag", "ETag", "$upstream_http_etag"},
	{"$berth_api", "Docker-Distribution-API-Version", "$upstream_http_docker_distribution_api_version"},
	{"$berth_nosniff", "X-Content-Type-Options", "$upstream_http_x_content_type_options"},
};

void fetch_nginx_upstream(struct strbuf *out, const struct site *site, const struct site_fetch *fetch)
{
	if (*fetch->origin && !*fetch->resolvers)
		strbuf_addf(out, "upstream berth_store_%s {\n\tserver %s:%s;\n\tkeepalive 16;\n}\n\n", site->suffix,
			    fetch->host, fetch->port);
}

static void add_tls(struct strbuf *out, const struct site_fetch *fetch)
{
	if (!fetch->tls)
		return;
	strbuf_addf(out,
		    "\t\tproxy_ssl_server_name on;\n"
		    "\t\tproxy_ssl_name %s;\n"
		    "\t\tproxy_ssl_protocols TLSv1.2 TLSv1.3;\n"
		    "\t\tproxy_ssl_verify %s;\n"
		    "\t\tproxy_ssl_verify_depth 5;\n"
		    "\t\tproxy_ssl_trusted_certificate ",
		    fetch->host, fetch->verify ? "on" : "off");
	quote_nginx(out, fetch->ca_file);
	strbuf_adds(out, ";\n");
}

static void add_target(struct strbuf *out, const struct site *site, const struct site_fetch *fetch)
{
	const char *scheme = fetch->tls ? "https" : "http";

	if (*fetch->resolvers)
		strbuf_addf(out, "\t\tresolver %s valid=60s;\n\t\tproxy_pass %s://%s$berth_fetch;\n", fetch->resolvers,
			    scheme, fetch->authority);
	else
		strbuf_addf(out, "\t\tproxy_pass %s://berth_store_%s$berth_fetch;\n", scheme, site->suffix);
	strbuf_addf(out,
		    "\t\tproxy_method GET;\n"
		    "\t\tproxy_http_version 1.1;\n"
		    "\t\tproxy_pass_request_headers off;\n" /* above all no Authorization */
		    "\t\tproxy_pass_request_body off;\n"
		    "\t\tproxy_set_header Host %s;\n"
		    "\t\tproxy_set_header Range $berth_range;\n"
		    "\t\tproxy_set_header Connection \"\";\n"
		    "\t\tproxy_connect_timeout 10s;\n"
		    "\t\tproxy_send_timeout 30s;\n"
		    "\t\tproxy_read_timeout 60s;\n"
		    "\t\tproxy_buffer_size 32k;\n"
		    "\t\tproxy_buffers 16 32k;\n"
		    "\t\tproxy_busy_buffers_size 64k;\n"
		    "\t\tproxy_max_temp_file_size 0;\n",
		    fetch->authority);
	add_tls(out, fetch);
}

/* Nothing that the store says steers NGINX or reaches the client, but bytes, length and Content-Range. */
static void add_answer(struct strbuf *out)
{
	strbuf_adds(out, "\t\tproxy_ignore_headers X-Accel-Redirect X-Accel-Expires X-Accel-Limit-Rate X-Accel-Buffering "
			 "X-Accel-Charset Expires Cache-Control Set-Cookie Vary;\n"
			 "\t\tproxy_hide_header X-Sendfile;\n" /* those of X-Accel-* NGINX hides by itself */
			 "\t\tproxy_hide_header Content-Type;\n"
			 "\t\tproxy_hide_header Cache-Control;\n"
			 "\t\tproxy_hide_header Accept-Ranges;\n");
	for (const char *const *name = fetch_store_headers; *name; name++)
		strbuf_addf(out, "\t\tproxy_hide_header %s;\n", *name);
	strbuf_adds(
		out,
		"\t\tproxy_headers_hash_max_size 2048;\n"
		"\t\tproxy_headers_hash_bucket_size 128;\n"
		"\t\tproxy_intercept_errors on;\n"
		"\t\terror_page 301 302 303 304 307 308 400 401 403 404 405 409 410 411 412 416 429 500 501 502 503 504 "
		"= @berth_fetch_failed;\n");
}

void fetch_nginx_location(struct strbuf *out, const struct site *site, const struct site_fetch *fetch)
{
	if (!*fetch->origin)
		return;
	strbuf_adds(out,
		    "\n\t# Blobs in the object store, fetched for clients: from this origin and where a worker says so.\n"
		    "\t# Closed to clients. NGINX would write the URL's signature into its error log: hence none here.\n"
		    "\tlocation = " FRONT_LOCATION_FETCH " {\n"
		    "\t\tinternal;\n"
		    "\t\terror_log /dev/null emerg;\n");
	for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
		strbuf_addf(out, "\t\tset %s %s;\n", taken[i].variable, taken[i].from);
	strbuf_adds(out, "\t\tif ($berth_fetch !~ \"^/\") { return 503; }\n");
	add_target(out, site, fetch);
	add_answer(out);
	strbuf_adds(out, "\t\tadd_header Accept-Ranges bytes;\n"
			 "\t\tadd_header Cache-Control max-age=31536000;\n");
	for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
		if (taken[i].header)
			strbuf_addf(out, "\t\tadd_header %s %s always;\n", taken[i].header, taken[i].variable);
	nginx_add_headers(out, &site->config->http.headers);
	strbuf_adds(out, "\t}\n"
			 "\n\t# The worker logs it and answers.\n"
			 "\tlocation @berth_fetch_failed {\n"
			 "\t\tinternal;\n"
			 "\t\trecursive_error_pages on;\n"
			 "\t\tfastcgi_param " FRONT_FETCH_FAILED " $upstream_status;\n");
	nginx_add_worker(out, site, fetch, "");
	strbuf_adds(out, "\t}\n");
}
