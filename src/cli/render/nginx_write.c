/* SPDX-License-Identifier: MIT */
/* Directives that several parts of NGINX's configuration use. */
#include "nginx_write_priv.h"

#include <string.h>
#include <strings.h>

#include "berth/http/front.h"
#include "quote_priv.h"

const struct nginx_kept nginx_kept[NGINX_KEPT] = {
	{"Docker-Content-Digest", "$upstream_http_docker_content_digest", "$berth_digest"},
	{"ETag", "$upstream_http_etag", "$berth_etag"},
	{FRONT_VERSION, "$upstream_http_" FRONT_VERSION_NAME, "$berth_api"},
	{"X-Content-Type-Options", "$upstream_http_x_content_type_options", "$berth_nosniff"},
};

/* NGINX carries these over an internal redirect: an add_header would send them twice. */
static const char *const carried[] = {"Content-Type", "Content-Length",      "Cache-Control", "Expires",
				      "Set-Cookie",   "Content-Disposition", "Accept-Ranges"};

void nginx_line(struct strbuf *out, const char *indent, const char *directive, const char *argument)
{
	strbuf_addf(out, "%s%s ", indent, directive);
	quote_nginx(out, argument);
	strbuf_adds(out, ";\n");
}

static bool is_set_already(const char *name)
{
	for (size_t i = 0; i < NGINX_KEPT; i++)
		if (strcasecmp(nginx_kept[i].header, name) == 0)
			return true;
	for (size_t i = 0; i < sizeof carried / sizeof *carried; i++)
		if (strcasecmp(carried[i], name) == 0)
			return true;
	return false;
}

/* Only here may a dollar sign come from the configuration. NGINX has no escape for it, but a variable that holds one. */
static void add_header_value(struct strbuf *out, const char *text)
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

void nginx_add_headers(struct strbuf *out, const struct config_headers *headers)
{
	for (size_t i = 0; i < headers->count; i++) {
		const struct config_header *header = &headers->items[i];

		for (size_t k = 0; k < header->values.count && !is_set_already(header->name); k++) {
			strbuf_addf(out, "\t\tadd_header %s ", header->name);
			add_header_value(out, header->values.items[k]);
			strbuf_adds(out, " always;\n");
		}
	}
}

bool nginx_needs_dollar(const struct config_headers *headers)
{
	for (size_t i = 0; i < headers->count; i++)
		for (size_t k = 0; k < headers->items[i].values.count; k++)
			if (strchr(headers->items[i].values.items[k], '$'))
				return true;
	return false;
}

/* The worker uses no other form of the target than REQUEST_URI: both web servers pass it raw. */
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
