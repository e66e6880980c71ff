/* SPDX-License-Identifier: MIT */
/*
 * Apache fetches a blob from an object store.
 *
 * mod_proxy_fcgi has no internal redirect (mod_cgi and mod_proxy_scgi have one), and a proxied ErrorDocument keeps the status
 * of the error. So the response of a worker takes three steps, all inside Apache:
 *
 *     510 of a worker               -> ErrorDocument 510: /_berth/turn
 *     /_berth/turn                  -> a rule makes its status 200, and ErrorDocument 200: /_berth/fetch + Berth-Fetch
 *     /_berth/fetch/bucket/key?...  -> a rule proxies it to the origin; 200 and 206 pass as they are
 *     an error of the store         -> ErrorDocument: /_berth/failed -> a worker, which logs the error and answers
 *
 * The rules ask for REDIRECT_STATUS, which only Apache sets: a client that names one of these paths gets a worker's 404.
 * Headers of a worker survive all steps, because Apache counts them as "always"; headers of the store are "onsuccess". Apache
 * replaces no response below 400: a 3xx of the store, which is wrongly set up then, reaches the client without its Location.
 */
#include "apache_fetch_priv.h"

#include "berth/http/front.h"
#include "quote_priv.h"

static void fetch_add_steps(struct strbuf *out, const struct site_fetch *fetch)
{
	strbuf_addf(out,
		    "\n# Fetches a blob for a client: from this object store only, and when a worker says so.\n"
		    "ProxyErrorOverride On %d\n"
		    "ErrorDocument %d " FRONT_LOCATION_TURN "\n"
		    "RewriteEngine On\n"
		    "RewriteCond %%{ENV:REDIRECT_STATUS} =%d\n"
		    "RewriteRule ^" FRONT_LOCATION_TURN "$ - [R=200,L]\n"
		    "RewriteCond %%{ENV:REDIRECT_STATUS} =200\n"
		    "RewriteRule ^" FRONT_LOCATION_FETCH "(/.*)$ %s$1 [P,L]\n"
		    "<Location \"" FRONT_LOCATION_TURN "\">\n"
		    "\tErrorDocument 200 \"" FRONT_LOCATION_FETCH "%%{resp:" FRONT_TARGET "}\"\n"
		    "</Location>\n",
		    FRONT_APACHE_FETCH, FRONT_APACHE_FETCH, FRONT_APACHE_FETCH, fetch->origin);
}

/* disablereuse=on: Apache looks a name up once in the life of a kept connection. */
static void fetch_add_origin(struct strbuf *out, const struct site_fetch *fetch)
{
	strbuf_addf(out, "<Proxy \"%s\">\n\tProxySet disablereuse=on retry=0 connectiontimeout=10 timeout=60\n</Proxy>\n",
		    fetch->origin);
	if (!fetch->tls)
		return;
	strbuf_addf(out,
		    "SSLProxyEngine On\n"
		    "SSLProxyProtocol -all +TLSv1.2 +TLSv1.3\n"
		    "SSLProxyVerify %s\n"
		    "SSLProxyVerifyDepth 5\n"
		    "SSLProxyCheckPeerName %s\n"
		    "SSLProxyCheckPeerExpire %s\n"
		    "SSLProxyCACertificateFile ",
		    fetch->verify ? "require" : "none", fetch->verify ? "on" : "off", fetch->verify ? "on" : "off");
	quote_apache(out, fetch->ca_file);
	strbuf_adds(out, "\n");
}

/* The store gets no header of the client, above all no Authorization. */
static void fetch_add_request(struct strbuf *out)
{
	static const char *const unset[] = {
		"Authorization",     "Cookie",
		"User-Agent",        "Accept",
		"Accept-Encoding",   "Accept-Language",
		"Referer",           "Origin",
		"If-Match",          "If-None-Match",
		"If-Modified-Since", "If-Unmodified-Since",
		"If-Range",          "Range",
		"Request-Range",     "Forwarded",
		"X-Forwarded-For",   "X-Forwarded-Proto",
		"X-Forwarded-Host",  "X-Real-IP",
		"Cache-Control",     "Pragma",
	};

	strbuf_adds(out, "\tProxyAddHeaders Off\n\tProxyPreserveHost Off\n");
	for (size_t i = 0; i < sizeof unset / sizeof *unset; i++)
		strbuf_addf(out, "\tRequestHeader unset %s\n", unset[i]);
	strbuf_adds(out,
		    "\tRequestHeader set Range \"expr=%{resp:" FRONT_RANGE "}\" \"expr=-n resp('" FRONT_RANGE "')\"\n");
}

/* Of the store's response the client gets bytes, length and Content-Range. No header of the store steers Apache. */
static void apache_add_store_answer(struct strbuf *out)
{
	static const int failures[] = {400, 401, 403, 404, 405, 408, 409, 410, 411, 412, 416, 429, 500, 501, 502, 503, 504};
	static const char *const unset[] = {"Accept-Ranges", "Cache-Control", "Location"};

	strbuf_adds(out, "\tXSendFile Off\n"
			 "\tHeader onsuccess unset X-Sendfile\n"
			 "\tHeader onsuccess unset X-Accel-Redirect\n");
	for (size_t i = 0; i < sizeof failures / sizeof *failures; i++)
		strbuf_addf(out, "\tErrorDocument %d " FRONT_LOCATION_FAILED "\n", failures[i]);
	strbuf_adds(out, "\tProxyErrorOverride On");
	for (size_t i = 0; i < sizeof failures / sizeof *failures; i++)
		strbuf_addf(out, " %d", failures[i]);
	strbuf_addc(out, '\n');
	for (size_t i = 0; i < sizeof unset / sizeof *unset; i++)
		strbuf_addf(out, "\tHeader onsuccess unset %s\n", unset[i]);
	for (const char *const *name = fetch_store_headers; *name; name++)
		strbuf_addf(out, "\tHeader onsuccess unset %s\n", *name);
	strbuf_adds(out, "\tHeader onsuccess set Content-Type application/octet-stream\n"
			 "\tHeader always set ETag \"expr=\\\"%{resp:Docker-Content-Digest}\\\"\"\n");
}

/* Apache adds the headers of the worker's second response to those of the first one: keeps one of two equal values. */
static void fetch_add_once(struct strbuf *out, const char *name)
{
	strbuf_addf(out, "\tHeader always edit %s \"^(.*), ?\\1$\" \"$1\"\n", name);
}

/* Removes the headers of the first response that are wrong for an error. */
static void fetch_add_failure(struct strbuf *out, const struct config_headers *configured)
{
	static const char *const unset[] = {"Docker-Content-Digest", "Cache-Control", "Accept-Ranges", "ETag",
					    "WWW-Authenticate"};

	strbuf_adds(out, "<Location \"" FRONT_LOCATION_FAILED "\">\n"
			 "\tSetEnvIfExpr \"reqenv('REDIRECT_STATUS') =~ /^([0-9]+)$/\" " FRONT_FETCH_FAILED "=$1\n");
	for (size_t i = 0; i < sizeof unset / sizeof *unset; i++)
		strbuf_addf(out, "\tHeader always unset %s\n", unset[i]);
	fetch_add_once(out, FRONT_VERSION);
	fetch_add_once(out, "X-Content-Type-Options");
	for (size_t i = 0; i < configured->count; i++)
		fetch_add_once(out, configured->items[i].name);
	strbuf_adds(out, "</Location>\n"
			 "<LocationMatch \"^(" FRONT_LOCATION_FETCH "|" FRONT_LOCATION_FAILED ")\">\n"
			 "\tHeader always unset " FRONT_TARGET "\n"
			 "\tHeader always unset " FRONT_RANGE "\n"
			 "</LocationMatch>\n");
}

void apache_add_fetch(struct strbuf *out, const struct site *site, const struct site_fetch *fetch)
{
	if (!*fetch->origin)
		return;
	fetch_add_steps(out, fetch);
	fetch_add_origin(out, fetch);
	strbuf_adds(out, "<Location \"" FRONT_LOCATION_FETCH "/\">\n");
	fetch_add_request(out);
	apache_add_store_answer(out);
	strbuf_adds(out, "</Location>\n");
	fetch_add_failure(out, &site->config->http.headers);
}
