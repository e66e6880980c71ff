/* SPDX-License-Identifier: MIT */
/*
 * The configuration of Apache 2.4 (event MPM) for one registry. mod_proxy_fcgi passes requests to the pools, and mod_xsendfile
 * sends blobs. The configuration is complete: `apache2 -d RUN_DIR -f FILE` starts a server of its own.
 */
#include "apache_priv.h"

#include <string.h>

#include "apache_fetch_priv.h"
#include "berth/api/api.h"
#include "berth/http/front.h"
#include "fetch_priv.h"
#include "quote_priv.h"

#define NGINX_INNER 494 /* from here to 499: statuses inside of NGINX, which no client sees */

/* What needs a module. Debian builds further ones into Apache, such as log_config, logio and unixd. */
enum need { ALWAYS = 0, FOR_TLS = 1, FOR_FETCH = 2, FOR_FETCH_TLS = 4 };

static const struct {
	const char *name;
	unsigned needs; /* any of them */
} modules[] = {
	{"mpm_event", ALWAYS},
	{"authz_core", ALWAYS},
	{"env", ALWAYS},
	{"setenvif", ALWAYS},
	{"headers", ALWAYS},
	{"alias", ALWAYS},
	{"reqtimeout", ALWAYS},
	{"proxy", ALWAYS},
	{"proxy_fcgi", ALWAYS},
	{"xsendfile", ALWAYS},
	{"rewrite", FOR_FETCH},
	{"proxy_http", FOR_FETCH},
	{"socache_shmcb", FOR_TLS},
	{"ssl", FOR_TLS | FOR_FETCH_TLS},
	{"http2", FOR_TLS},
};

static void apache_line(struct strbuf *out, const char *directive, const char *argument)
{
	strbuf_addf(out, "%s ", directive);
	quote_apache(out, argument);
	strbuf_addc(out, '\n');
}

static void apache_add_modules(struct strbuf *out, const struct site *site, const struct site_fetch *fetch)
{
	unsigned given = (site->tls ? FOR_TLS : 0) | (*fetch->origin ? FOR_FETCH : 0) | (fetch->tls ? FOR_FETCH_TLS : 0);

	for (size_t i = 0; i < sizeof modules / sizeof *modules; i++)
		if (modules[i].needs == ALWAYS || (modules[i].needs & given))
			strbuf_addf(out, "LoadModule %s_module " APACHE_MODULES "/mod_%s.so\n", modules[i].name,
				    modules[i].name);
}

static void apache_add_log(struct strbuf *out, const struct site *site)
{
	static const char *const levels[] = {"error", "warn", "warn", "info"}; /* notice logs each start of a process */

	/* Through cat, because Apache opens its log by name. stderr may be a socket, or a terminal of another account. */
	apache_line(out, "ErrorLog", *site->options->error_log ? site->options->error_log : "|$exec /bin/cat >&2");
	strbuf_addf(out, "LogLevel %s\n", levels[site->config->log.level]);
	strbuf_adds(out, "ErrorLogFormat \"apache: [%{cu}t] [%-m:%l] [pid %P] %7F: %E: [client\\ %a] %M\"\n");
	if (*site->options->access_log) {
		strbuf_adds(out, "CustomLog ");
		quote_apache(out, site->options->access_log);
		strbuf_adds(out,
			    " \"%h %l %{" FRONT_USER_NAME
			    "}n %t \\\"%r\\\" %>s %O \\\"%{Referer}i\\\" \\\"%{User-Agent}i\\\" \\\"%{" FRONT_PROJECT_NAME
			    "}n\\\"\"\n");
	}
}

static void apache_add_server(struct strbuf *out, const struct site *site)
{
	const char *run = site->options->run_dir;

	apache_line(out, "ServerRoot", run);
	apache_line(out, "DefaultRuntimeDir", run);
	apache_line(out, "PidFile", arena_printf(out->arena, "%s/apache2.pid", run));
	if (*site->options->user) {
		apache_line(out, "User", site->options->user);
		apache_line(out, "Group", site->options->group);
	}
	strbuf_addf(out, "Listen %s%s%s\n", site->listen_host, *site->listen_host ? ":" : "", site->listen_port);
	strbuf_adds(out, "ServerName localhost\n"
			 "ServerTokens Prod\nServerSignature Off\nTraceEnable off\nHttpProtocolOptions Strict\n"
			 "UseCanonicalName Off\nHostnameLookups Off\nAcceptPathInfo On\n"
			 "AllowEncodedSlashes NoDecode\n"
			 "LimitRequestLine 16380\nLimitRequestFieldSize 36864\n"
			 "KeepAlive On\nKeepAliveTimeout 75\nMaxKeepAliveRequests 10000\n"
			 "Timeout 60\nProxyTimeout 900\n"
			 "EnableSendfile On\nEnableMMAP Off\nFileETag None\nMaxRanges 1\n"
			 "StartServers 2\nThreadsPerChild 64\nMaxRequestWorkers 1024\nServerLimit 16\n"
			 "MaxConnectionsPerChild 0\n");
	strbuf_addf(out, "RequestReadTimeout header=15-60,MinRate=500 body=%lld,MinRate=%lld\n",
		    (long long)(site->config->http.slowclient.uploadsilence / 1000000000),
		    (long long)site->config->http.slowclient.uploadleastrate);
	apache_add_log(out, site);
}

/* SSLVerifyClient for each word of http.tls.clientauth but require-any-client-cert, which Apache cannot do. */
static const struct {
	const char *word, *apache;
} client_modes[] = {
	{"require-and-verify-client-cert", "require"},
	{"verify-client-cert-if-given", "optional"},
	{"request-client-cert", "optional_no_ca"},
};

static bool apache_add_client_tls(struct strbuf *out, const struct site *site, const char **reason)
{
	if (!*site->clientcas)
		return true;
	apache_line(out, "SSLCACertificateFile", site->clientcas);
	strbuf_adds(out, "SSLVerifyDepth 5\n");
	for (size_t i = 0; i < sizeof client_modes / sizeof *client_modes; i++)
		if (strcmp(client_modes[i].word, site->clientauth) == 0) {
			strbuf_addf(out, "SSLVerifyClient %s\n", client_modes[i].apache);
			return true;
		}
	*reason = "http.tls.clientauth: Apache has no require-any-client-cert; use another value, or NGINX";
	return false;
}

static bool apache_add_tls(struct strbuf *out, const struct site *site, const char **reason)
{
	static const char *const versions[] = {"+TLSv1", "+TLSv1.1", "+TLSv1.2", "+TLSv1.3"};

	if (!site->tls)
		return true;
	strbuf_addf(out, "SSLEngine on\nProtocols %shttp/1.1\n", site->http2 ? "h2 " : "");
	apache_line(out, "SSLCertificateFile", site->certificate);
	apache_line(out, "SSLCertificateKeyFile", site->key);
	strbuf_adds(out, "SSLProtocol -all");
	for (unsigned i = site->minimum_tls; i < sizeof versions / sizeof *versions; i++)
		strbuf_addf(out, " %s", versions[i]);
	strbuf_addf(out, "\nSSLCipherSuite %s%s\nSSLSessionTickets off\n", site->ciphers,
		    site->minimum_tls < 2 ? ":@SECLEVEL=0" : "");
	apache_line(out, "SSLSessionCache", "shmcb:ssl_scache(512000)");
	return apache_add_client_tls(out, site, reason);
}

/*
 * enablereuse=off: a kept connection would hold a worker. retry=0: Apache asks a pool that was down again at once.
 */
static void apache_add_pool(struct strbuf *out, const char *pattern, const char *name, const char *socket)
{
	apache_line(out, "ProxyPassMatch", pattern);
	out->len--; /* the second argument goes on the same line */
	strbuf_addc(out, ' ');
	quote_apache(out, arena_printf(out->arena, "unix:%s|fcgi://%s", socket, name));
	strbuf_adds(out, " enablereuse=off retry=0 timeout=900\n");
}

/* One pattern for all routes with this place: Apache warns when two lines name one pool. */
static const char *pattern_of(const struct api_table *table, enum route_body_place place, const char *prefix,
			      struct arena *arena)
{
	const char *last = "", *bar = "";
	struct strbuf pattern;
	size_t count;
	const struct route *routes = api_routes(table, &count);

	strbuf_init(&pattern, arena, 4096);
	strbuf_adds(&pattern, "^(?:");
	for (size_t i = 0; i < count; i++) {
		if (routes[i].body.place != place || strcmp(routes[i].pattern, last) == 0)
			continue;
		strbuf_adds(&pattern, bar);
		quote_pattern(&pattern, prefix, routes[i].pattern);
		last = routes[i].pattern;
		bar = "|";
	}
	strbuf_adds(&pattern, ")$");
	return pattern.ptr;
}

static void apache_add_routes(struct strbuf *out, const struct site *site, const struct site_fetch *fetch)
{
	const char *prefix = *site->config->http.prefix ? site->config->http.prefix : "/";

	/* Apache streams the body of an upload, so that slow clients hold workers. Uploads have a pool of their own. */
	strbuf_adds(out, "\nProxyRequests Off\nProxyErrorOverride Off\n");
	apache_add_pool(out, pattern_of(&api_registry, BODY_PLACE_SPOOLED, prefix, out->arena), "berth-uploads",
			site->options->upload_socket);
	if (site->config->token_service.enabled)
		apache_add_pool(out, pattern_of(&api_tokens, BODY_PLACE_SMALL, "/", out->arena), "berth-tokens",
				site->options->token_socket);
	apache_add_pool(out, "^/", "berth", site->options->socket);
	/* Apache does not apply LimitRequestBody to what it proxies. The worker stops reading at its own limit. */
	strbuf_adds(out,
		    "\n<Location \"/\">\n"
		    "\tRequire all granted\n"
		    "\tCGIPassAuth On\n"
		    "\tSetEnvIf Authorization \"^(.{" FRONT_CREDENTIALS_CUT "}).\" " FRONT_CREDENTIALS "=$1\n"
		    "\tSetEnvIf Authorization \"^.{" FRONT_CREDENTIALS_CUT "}(.{1," FRONT_CREDENTIALS_CUT
		    "})\" " FRONT_CREDENTIALS_REST "=$1\n"
		    "\tSetEnvIf Authorization \"^.{" FRONT_CREDENTIALS_CUT "}.{" FRONT_CREDENTIALS_CUT
		    "}(.+)$\" " FRONT_CREDENTIALS_END "=$1\n"
		    "\tRequestHeader unset Authorization env=" FRONT_CREDENTIALS "\n"
		    /* Without the next line Apache drops the worker's Content-Length: HEAD has none, and 206 is chunked. */
		    "\tSetEnv ap_trust_cgilike_cl yes\n"
		    "\tSetEnv " FRONT_SENDFILE " " FRONT_SENDFILE_APACHE "\n"
		    "\tXSendFile On\n");
	if (*fetch->origin)
		strbuf_addf(out, "\tSetEnv " FRONT_FETCH " %s\n", fetch->origin);
	strbuf_adds(out, "</Location>\n"
			 "<Directory \"/\">\n\tAllowOverride None\n\tRequire all denied\n</Directory>\n");
	if (*site->blobs)
		apache_line(out, "XSendFilePath", site->blobs);
	strbuf_adds(out, "RequestHeader unset Proxy early\n"
			 "Header always note " FRONT_USER " " FRONT_USER_NAME "\n" /* for the access log */
			 "Header always unset " FRONT_USER "\n"
			 "Header always note " FRONT_PROJECT " " FRONT_PROJECT_NAME "\n"
			 "Header always unset " FRONT_PROJECT "\n"
			 /* Apache drops a Content-Length of exactly "0" from the response to HEAD. A blank behind it
			  * changes nothing for clients (RFC 9110 section 5.5). */
			 "Header edit Content-Length ^0$ \"0 \" \"expr=%{REQUEST_METHOD} == 'HEAD'\"\n");
}

/* Apache's own errors in the registry's JSON. The responses of workers have FRONT_VERSION, those of Apache do not. */
static void apache_add_errors(struct strbuf *out)
{
	static const struct {
		int status;
		enum error_code code;
	} errors[] = {
#define ANSWER(own, status, code) {own, E_##code},
#include "berth/http/front_answers.def"
#undef ANSWER
		{416, E_RANGE_INVALID}, /* of a file that Apache sends */
	};
	static const char own[] = "-z resp('" FRONT_VERSION "')\"";

	strbuf_adds(out, "\n");
	for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
		/* Apache's only 404 is for the file of a blob that is gone */
		enum error_code code = errors[i].status == 404 ? E_BLOB_UNKNOWN : errors[i].code;

		if (errors[i].status >= NGINX_INNER && errors[i].status < 500)
			continue;
		strbuf_addf(out, "ErrorDocument %d ", errors[i].status);
		quote_apache(out, site_answer(code, out->arena));
		strbuf_addc(out, '\n');
	}
	strbuf_addf(out, "Header always set Content-Type application/json \"expr=%%{REQUEST_STATUS} -ge 400 && %s\n", own);
	strbuf_addf(out, "Header always set Retry-After %d \"expr=%%{REQUEST_STATUS} in {'500','502','503','504'} && %s\n",
		    FRONT_RETRY_AFTER, own);
	strbuf_addf(out, "Header always set X-Content-Type-Options nosniff \"expr=%%{REQUEST_STATUS} -ge 400 && %s\n", own);
	strbuf_addf(out,
		    "Header always set " FRONT_VERSION " " FRONT_VERSION_VALUE " \"expr=%%{REQUEST_STATUS} -ge 400 && %s\n",
		    own);
}

static bool apache_can_write(const struct site *site, struct arena *arena, const char **reason)
{
	const char *const paths[] = {
		site->blobs,
		site->options->socket,
		site->options->upload_socket,
		site->options->token_socket,
		site->options->run_dir,
		site->options->access_log,
		site->options->error_log,
		site->tls ? site->certificate : "",
		site->tls ? site->key : "",
		site->clientcas,
	};

	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
		if (strpbrk(paths[i], "\"\\|%") || strstr(paths[i], "${")) {
			*reason = arena_printf(
				arena,
				"%s: Apache takes no path with a double quote, a backslash, a bar, a percent sign or ${",
				paths[i]);
			return false;
		}
	if (strpbrk(site->options->socket, "#?") || strpbrk(site->options->upload_socket, "#?") ||
	    strpbrk(site->options->token_socket, "#?")) {
		*reason = "Apache takes no socket whose path has a # or a ?";
		return false;
	}
	if (strpbrk(site->config->http.prefix, "\"$\\%")) {
		*reason = "http.prefix: Apache takes no double quote, dollar, backslash or percent sign here";
		return false;
	}
	if (*site->listen_unix) {
		*reason = "http.net: Apache cannot listen on a unix socket; NGINX can";
		return false;
	}
	if (site->options->site_only) {
		*reason = "--site is for NGINX: Apache gets a server of its own";
		return false;
	}
	return true;
}

bool apache_render(struct strbuf *out, const struct site *site, const char **reason)
{
	struct site_fetch fetch;

	if (!apache_can_write(site, out->arena, reason) || !site_fetch_init(&fetch, site, out->arena, reason))
		return false;
	strbuf_addf(out, "# Written by `berth render apache` from %s: change that one.\n", site->options->config_path);
	apache_add_modules(out, site, &fetch);
	apache_add_server(out, site);
	if (!apache_add_tls(out, site, reason))
		return false;
	apache_add_routes(out, site, &fetch);
	apache_add_errors(out);
	apache_add_fetch(out, site, &fetch);
	return true;
}
