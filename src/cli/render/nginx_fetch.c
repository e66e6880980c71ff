/* SPDX-License-Identifier: MIT */
/* NGINX fetches a blob from an object store. */
#include "nginx_fetch_priv.h"

#include "berth/http/front.h"
#include "nginx_write_priv.h"
#include "quote_priv.h"

/* NGINX forgets the worker's response as soon as it asks the store: these values, and nginx_kept, move into variables. */
static const struct {
	const char *variable, *upstream;
} saved[] = {
	{"$berth_fetch", "$upstream_http_" FRONT_TARGET_NAME},
	{"$berth_range", "$upstream_http_" FRONT_RANGE_NAME},
	{"$berth_fetch_user", "$upstream_http_" FRONT_USER_NAME}, /* for the access log */
	{"$berth_fetch_project", "$upstream_http_" FRONT_PROJECT_NAME},
};

void nginx_add_fetch_upstream(struct strbuf *out, const struct site *site, const struct site_fetch *fetch)
{
	if (*fetch->origin && !*fetch->resolvers)
		strbuf_addf(out, "upstream berth_store_%s {\n\tserver %s:%s;\n\tkeepalive 16;\n}\n\n", site->suffix,
			    fetch->host, fetch->port);
}

static void fetch_add_tls(struct strbuf *out, const struct site_fetch *fetch)
{
	if (!fetch->tls)
		return;
	strbuf_addf(out,
		    "\t\tproxy_ssl_server_name on;\n"
		    "\t\tproxy_ssl_name %s;\n"
		    "\t\tproxy_ssl_protocols TLSv1.2 TLSv1.3;\n"
		    "\t\tproxy_ssl_verify %s;\n"
		    "\t\tproxy_ssl_verify_depth 5;\n",
		    fetch->host, fetch->verify ? "on" : "off");
	nginx_line(out, "\t\t", "proxy_ssl_trusted_certificate", fetch->ca_file);
}

static void fetch_add_target(struct strbuf *out, const struct site *site, const struct site_fetch *fetch)
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
	fetch_add_tls(out, fetch);
}

/* Of the store's response the client gets bytes, length and Content-Range. No header of the store steers NGINX. */
static void nginx_add_store_answer(struct strbuf *out)
{
	strbuf_adds(out, "\t\tproxy_ignore_headers X-Accel-Redirect X-Accel-Expires X-Accel-Limit-Rate X-Accel-Buffering "
			 "X-Accel-Charset Expires Cache-Control Set-Cookie Vary;\n"
			 "\t\tproxy_hide_header X-Sendfile;\n" /* NGINX hides X-Accel-* by itself */
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

void nginx_add_fetch(struct strbuf *out, const struct site *site, const struct site_fetch *fetch)
{
	if (!*fetch->origin)
		return;
	strbuf_adds(out,
		    "\n\t# Fetches a blob for a client: from this object store only, and when a worker says so. Closed to\n"
		    "\t# clients. The error log is off, because NGINX would write the signature of the URL into it.\n"
		    "\tlocation = " FRONT_LOCATION_FETCH " {\n"
		    "\t\tinternal;\n"
		    "\t\terror_log /dev/null emerg;\n");
	for (size_t i = 0; i < sizeof saved / sizeof *saved; i++)
		strbuf_addf(out, "\t\tset %s %s;\n", saved[i].variable, saved[i].upstream);
	for (size_t i = 0; i < NGINX_KEPT; i++)
		strbuf_addf(out, "\t\tset %s %s;\n", nginx_kept[i].saved, nginx_kept[i].upstream);
	strbuf_adds(out, "\t\tif ($berth_fetch !~ \"^/\") { return 503; }\n");
	fetch_add_target(out, site, fetch);
	nginx_add_store_answer(out);
	strbuf_adds(out, "\t\tadd_header Accept-Ranges bytes;\n"
			 "\t\tadd_header Cache-Control max-age=31536000;\n");
	for (size_t i = 0; i < NGINX_KEPT; i++)
		strbuf_addf(out, "\t\tadd_header %s %s always;\n", nginx_kept[i].header, nginx_kept[i].saved);
	nginx_add_headers(out, &site->config->http.headers);
	strbuf_adds(out, "\t}\n"
			 "\n\t# The fetch failed: a worker logs it and answers.\n"
			 "\tlocation @berth_fetch_failed {\n"
			 "\t\tinternal;\n"
			 "\t\trecursive_error_pages on;\n"
			 "\t\tfastcgi_param " FRONT_FETCH_FAILED " $upstream_status;\n");
	nginx_add_worker(out, site, fetch, "");
	strbuf_adds(out, "\t}\n");
}
