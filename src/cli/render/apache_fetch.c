/* SPDX-License-Identifier: MIT */
/*
 * Apache fetches a blob from an object store.
 *
 * mod_proxy_fcgi knows no internal redirect (mod_cgi and mod_proxy_scgi do), and a proxied ErrorDocument keeps the status
 * of the error. So a worker's answer takes three steps, all inside Apache:
 *
 *     510 of a worker               -> ErrorDocument 510: /_berth/turn
 *     /_berth/turn                  -> a rule makes its status 200, and ErrorDocument 200: /_berth/fetch + Berth-Fetch
 *     /_berth/fetch/bucket/key?...  -> a rule proxies it to the origin; 200 and 206 pass as they are
 *     an error of the store         -> ErrorDocument: /_berth/failed -> the worker again, which logs it and answers
 *
 * The rules ask for REDIRECT_STATUS, which only Apache itself sets: a client that names one of these paths gets to the
 * worker and its 404. Header lines of a script survive all of it (Apache counts them as "always"), those of the store are
 * "onsuccess". Apache overrides no status below 400: a store that redirects is wrongly set up, and its 3xx passes without
 * its Location.
 */
#include "berth/http/front.h"
#include "fetch_priv.h"

static void add_turns(struct strbuf *out, const struct site_fetch *fetch)
{
	strbuf_addf(out,
		    "\n# Blobs in the object store, fetched for clients: from this origin and where a worker says so.\n"
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

/* No connection is kept: Apache looks a name up once for as long as it does. */
static void add_origin(struct strbuf *out, const struct site_fetch *fetch)
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

/* What the client asked of us is not for the store; above all no Authorization. */
static void add_request(struct strbuf *out)
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

/* Nothing that the store says steers Apache or reaches the client, but bytes, length and Content-Range. */
static void add_answer(struct strbuf *out)
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

/* A worker's second answer is added to its first: what both said stands there twice. */
static void add_once(struct strbuf *out, const char *name)
{
	strbuf_addf(out, "\tHeader always edit %s \"^(.*), ?\\1$\" \"$1\"\n", name);
}

/* The worker's answer comes on top of what its first one said of the blob. */
static void add_failure(struct strbuf *out, const struct config_headers *configured)
{
	static const char *const unset[] = {"Docker-Content-Digest", "Cache-Control", "Accept-Ranges", "ETag",
					    "WWW-Authenticate"};

	strbuf_adds(out, "<Location \"" FRONT_LOCATION_FAILED "\">\n"
			 "\tSetEnvIfExpr \"reqenv('REDIRECT_STATUS') =~ /^([0-9]+)$/\" " FRONT_FETCH_FAILED "=$1\n");
	for (size_t i = 0; i < sizeof unset / sizeof *unset; i++)
		strbuf_addf(out, "\tHeader always unset %s\n", unset[i]);
	add_once(out, "Docker-Distribution-API-Version");
	add_once(out, "X-Content-Type-Options");
	for (size_t i = 0; i < configured->count; i++)
		add_once(out, configured->items[i].name);
	strbuf_adds(out, "</Location>\n"
			 "<LocationMatch \"^(" FRONT_LOCATION_FETCH "|" FRONT_LOCATION_FAILED ")\">\n"
			 "\tHeader always unset " FRONT_TARGET "\n"
			 "\tHeader always unset " FRONT_RANGE "\n"
			 "</LocationMatch>\n");
}

void fetch_apache_rules(struct strbuf *out, const struct site *site, const struct site_fetch *fetch)
{
	if (!*fetch->origin)
		return;
	add_turns(out, fetch);
	add_origin(out, fetch);
	strbuf_adds(out, "<Location \"" FRONT_LOCATION_FETCH "/\">\n");
	add_request(out);
	add_answer(out);
	strbuf_adds(out, "</Location>\n");
	add_failure(out, &site->config->http.headers);
}
