/* SPDX-License-Identifier: MIT */
/* The locations that take requests, and the maps that choose one of them. */
#include "nginx_bodies_priv.h"

#include "berth/api/api.h"
#include "berth/base/limits.h"
#include "berth/http/front.h"
#include "nginx_answers_priv.h"
#include "nginx_tls_priv.h"
#include "nginx_write_priv.h"
#include "quote_priv.h"

static unsigned digits_of(size_t number)
{
	unsigned count = 1;

	for (; number >= 10; number /= 10)
		count++;
	return count;
}

/* Returns the largest bound of the table's routes with this place, and the error above it. */
static struct route_body bound_of(const struct api_table *table, enum route_body_place place)
{
	struct route_body out = {place, 0, E_BODY_TOO_LARGE};
	size_t count;
	const struct route *routes = api_routes(table, &count);

	for (size_t i = 0; i < count; i++)
		if (routes[i].body.place == place && routes[i].body.max >= out.max)
			out = routes[i].body;
	return out;
}

/*
 * Maps the head of a request to the size of its body: none, small (below the bound of every route), long (at most as many
 * digits as the bound of manifests), huge, or stream (not announced).
 */
static void bodies_add_announced(struct strbuf *out, const struct site *site)
{
	strbuf_addf(out,
		    "map \"$content_length/$http_transfer_encoding/$server_protocol\" $berth_announced_%s {\n"
		    "\tdefault stream;\n"
		    "\t\"~^0*//HTTP/1\" " FRONT_ANNOUNCED_NONE ";\n"
		    "\t\"~^0+//HTTP/2\" " FRONT_ANNOUNCED_NONE ";\n"
		    "\t\"~^[0-9]{1,%u}//\" small;\n"
		    "\t\"~^[0-9]{1,%u}//\" long;\n"
		    "\t\"~^[0-9]+//\" huge;\n}\n",
		    site->suffix, digits_of(LIMIT_IDLE_BODY), digits_of(bound_of(&api_registry, BODY_PLACE_BUFFERED).max));
}

static void bodies_add_methods(struct strbuf *out, int methods)
{
	const char *bar = "";

	for (enum http_method method = HTTP_GET; method <= HTTP_OPTIONS; method <<= 1) {
		if (!(methods & (int)method))
			continue;
		strbuf_addf(out, "%s%s", bar, http_method_name(method));
		bar = "|";
	}
}

static void bodies_add_route(struct strbuf *out, const struct route *route, const char *prefix)
{
	strbuf_addf(out, "\t\"~^(?:small|long%s|stream) (?:", route->body.max ? "" : "|huge");
	bodies_add_methods(out, route->methods);
	strbuf_adds(out, ") ");
	quote_pattern(out, prefix, route->pattern);
	strbuf_addf(out, "(?:\\?|$)\" %s;\n", route_body_word(route->body.place));
}

static void bodies_add_token_paths(struct strbuf *out)
{
	size_t count;
	const struct route *routes = api_routes(&api_tokens, &count);

	for (size_t i = 0; i < count; i++) {
		if (routes[i].body.place != BODY_PLACE_SMALL)
			continue;
		strbuf_adds(out, "\t\"~^[a-z]+ [^ ]+ ");
		quote_pattern(out, "/", routes[i].pattern);
		strbuf_adds(out, "(?:\\?|$)\" tokens;\n");
	}
}

static void bodies_add_places(struct strbuf *out, const struct site *site)
{
	const char *prefix = *site->config->http.prefix ? site->config->http.prefix : "/";
	size_t count;
	const struct route *routes = api_routes(&api_registry, &count);

	strbuf_addf(out, "map \"$berth_announced_%s $request_method $request_uri\" $berth_place_%s {\n\tdefault plain;\n",
		    site->suffix, site->suffix);
	if (site->config->token_service.enabled)
		bodies_add_token_paths(out);
	for (size_t i = 0; i < count; i++)
		if (routes[i].body.place != BODY_PLACE_NONE)
			bodies_add_route(out, &routes[i], prefix);
	strbuf_adds(out, "\t\"~^(?:long|huge) \" " FRONT_REFUSING_WORD ";\n}\n");
}

void nginx_add_body_maps(struct strbuf *out, const struct site *site)
{
	bodies_add_announced(out, site);
	bodies_add_places(out, site);
}

static void bodies_open(struct strbuf *out, const char *place, const char *comment)
{
	strbuf_addf(out,
		    "\n\t# %s\n"
		    "\tlocation = " FRONT_LOCATION "%s {\n"
		    "\t\tinternal;\n",
		    comment, place);
}

/* The buffer is as large as the bound, so that a body of this place never becomes a file. */
static void bodies_add_memory_bound(struct strbuf *out, size_t max)
{
	strbuf_addf(out, "\t\tclient_max_body_size %zu;\n\t\tclient_body_buffer_size %zu;\n", max, max);
}

/* error_page 403 stands first, because NGINX takes the first line that fits. */
static void bodies_add_asking(struct strbuf *out, enum error_code too_large)
{
	strbuf_adds(out, "\t\tauth_request " FRONT_LOCATION_ASK ";\n"
			 "\t\tauth_request_set $" FRONT_STATUS_NAME " $upstream_http_" FRONT_STATUS_NAME ";\n"
			 "\t\tauth_request_set $" FRONT_REFUSAL_NAME " $upstream_http_" FRONT_REFUSAL_NAME ";\n"
			 "\t\tauth_request_set $" FRONT_YES_NAME " $upstream_http_" FRONT_YES_NAME ";\n"
			 "\t\tauth_request_set $" FRONT_ROOM_NAME " $upstream_http_" FRONT_ROOM_NAME ";\n"
			 "\t\tauth_request_set $berth_allow $upstream_http_allow;\n"
			 "\t\tauth_request_set $berth_challenge $upstream_http_www_authenticate;\n"
			 "\t\tauth_request_set $berth_retry_after $upstream_http_retry_after;\n"
			 "\t\terror_page 403 @berth_refused;\n");
	nginx_add_error_pages(out, "\t\t", too_large);
}

static void bodies_add_question(struct strbuf *out, const struct site *site, const struct site_fetch *fetch)
{
	bodies_open(out, "authorize", "The question before a body: will this request be refused? Closed to clients.");
	strbuf_adds(out, "\t\tclient_max_body_size 0;\n" /* NGINX compares the length of the client's body here, too */
			 "\t\tfastcgi_pass_request_body off;\n");
	nginx_add_worker(out, site, fetch, "");
	strbuf_addf(out,
		    "\t\tfastcgi_param " FRONT_CLIENT_PORT " $remote_port;\n"
		    "\t\tfastcgi_param " FRONT_SERVER_PORT " $server_port;\n"
		    "\t\tfastcgi_param " FRONT_ASKS " $berth_place_%s;\n\t}\n",
		    site->suffix);
}

static void bodies_add_public(struct strbuf *out, const struct site *site)
{
	strbuf_adds(out, "\n\tlocation / {\n"
			 "\t\tclient_max_body_size 0;\n");
	nginx_add_client_check(out, site);
	strbuf_addf(out, "\t\trewrite ^ " FRONT_LOCATION "$berth_place_%s? last;\n\t}\n", site->suffix);
}

static void bodies_add_plain(struct strbuf *out, const struct site *site, const struct site_fetch *fetch)
{
	bodies_open(out, "plain", "Requests without a body, or with one that no route takes.");
	bodies_add_memory_bound(out, LIMIT_IDLE_BODY);
	nginx_add_worker(out, site, fetch, "");
	strbuf_addf(out, "\t\tfastcgi_param " FRONT_ANNOUNCED " $berth_announced_%s;\n\t}\n", site->suffix);
}

/* The worker never answers yes here. If it did, NGINX would find no file to send. */
static void bodies_add_refused(struct strbuf *out)
{
	bodies_open(out, FRONT_REFUSING_WORD, "A body above the bound of its route: a worker names the error.");
	strbuf_adds(out, "\t\tclient_max_body_size 0;\n"
			 "\t\troot /nonexistent;\n");
	bodies_add_asking(out, E_BODY_TOO_LARGE);
	strbuf_adds(out, "\t}\n");
}

static void bodies_add_buffered(struct strbuf *out, const struct site *site, const struct site_fetch *fetch)
{
	struct route_body bound = bound_of(&api_registry, BODY_PLACE_BUFFERED);

	bodies_open(out, "buffered", "Manifests.");
	strbuf_addf(out, "\t\tclient_max_body_size %zu;\n\t\tclient_body_buffer_size 128k;\n", bound.max);
	bodies_add_asking(out, bound.too_large);
	nginx_add_worker(out, site, fetch, "");
	strbuf_adds(out, "\t\tfastcgi_param " FRONT_TOLD_YES " $" FRONT_YES_NAME ";\n\t}\n");
}

static void bodies_add_spooled(struct strbuf *out, const struct site *site, const struct site_fetch *fetch)
{
	bodies_open(
		out, "spooled",
		"Uploads. The body becomes a file in the spool, and the worker gets its name when it is complete: slow\n"
		"\t# clients hold no worker.");
	strbuf_adds(out, "\t\tclient_max_body_size 0;\n"
			 "\t\tclient_body_in_file_only clean;\n"
			 "\t\tclient_body_buffer_size 512k;\n");
	nginx_line(out, "\t\t", "client_body_temp_path", site->spool);
	strbuf_adds(out, "\t\tfastcgi_pass_request_body off;\n");
	bodies_add_asking(out, E_BODY_TOO_LARGE);
	nginx_add_worker(out, site, fetch, "$request_body_file");
	strbuf_adds(out, "\t\tfastcgi_param " FRONT_TOLD_ROOM " $" FRONT_ROOM_NAME ";\n"
			 "\t\tfastcgi_param " FRONT_TOLD_YES " $" FRONT_YES_NAME ";\n\t}\n");
}

static void bodies_add_tokens(struct strbuf *out, const struct site *site)
{
	if (!site->config->token_service.enabled)
		return;
	bodies_open(out, "tokens", "The token service.");
	bodies_add_memory_bound(out, bound_of(&api_tokens, BODY_PLACE_SMALL).max);
	nginx_add_request(out, site->options->token_socket);
	strbuf_adds(out, "\t}\n");
}

void nginx_add_bodies(struct strbuf *out, const struct site *site, const struct site_fetch *fetch)
{
	bodies_add_public(out, site);
	bodies_add_plain(out, site, fetch);
	bodies_add_refused(out);
	bodies_add_buffered(out, site, fetch);
	bodies_add_spooled(out, site, fetch);
	bodies_add_question(out, site, fetch);
	bodies_add_tokens(out, site);
}
