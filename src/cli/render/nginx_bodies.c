/* SPDX-License-Identifier: MIT */
/*
 * Where NGINX takes bodies. The raw target, the method and the announced length choose the place, by the route tables:
 *
 *     plain      no body, or a little one where no route takes any: into memory
 *     refused    a larger one than the route takes: a worker names the error, nothing is read
 *     buffered   manifests: a worker is asked before the body
 *     spooled    uploads: likewise; the body becomes a file
 *     tokens     the paths of the token service: into memory
 *
 * The worker decides by the raw target as well, so that no spelling of a path means one thing here and another there.
 * The public location does nothing but choose: the size of a body is judged by the place, not by the way there.
 */
#include "berth/api/api.h"
#include "berth/http/front.h"
#include "nginx_priv.h"

static unsigned digits_of(size_t number)
{
	unsigned count = 1;

	for (; number >= 10; number /= 10)
		count++;
	return count;
}

/* The largest of a table's rows that go to this place, and what more is answered with; 0 when one has no bound. */
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
 * How much of a body a request announces: none, small (for any route), long (for a manifest, as far as digits tell), huge, or
 * stream (that is, unknown).
 */
static void add_announced(struct strbuf *out, const struct site *site)
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

static void add_methods(struct strbuf *out, int methods)
{
	const char *bar = "";

	for (enum http_method method = HTTP_GET; method <= HTTP_OPTIONS; method <<= 1) {
		if (!(methods & (int)method))
			continue;
		strbuf_addf(out, "%s%s", bar, http_method_name(method));
		bar = "|";
	}
}

static void add_row(struct strbuf *out, const struct route *route, const char *prefix)
{
	strbuf_addf(out, "\t\"~^(?:small|long%s|stream) (?:", route->body.max ? "" : "|huge");
	add_methods(out, route->methods);
	strbuf_adds(out, ") ");
	quote_pattern(out, prefix, route->pattern);
	strbuf_addf(out, "(?:\\?|$)\" %s;\n", route_body_word(route->body.place));
}

static void add_token_paths(struct strbuf *out)
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

static void add_places(struct strbuf *out, const struct site *site)
{
	const char *prefix = *site->config->http.prefix ? site->config->http.prefix : "/";
	size_t count;
	const struct route *routes = api_routes(&api_registry, &count);

	strbuf_addf(out, "map \"$berth_announced_%s $request_method $request_uri\" $berth_place_%s {\n\tdefault plain;\n",
		    site->suffix, site->suffix);
	if (site->config->token_service.enabled)
		add_token_paths(out);
	for (size_t i = 0; i < count; i++)
		if (routes[i].body.place != BODY_PLACE_NONE)
			add_row(out, &routes[i], prefix);
	strbuf_adds(out, "\t\"~^(?:long|huge) \" " FRONT_REFUSING_WORD ";\n}\n");
}

void nginx_add_body_maps(struct strbuf *out, const struct site *site)
{
	add_announced(out, site);
	add_places(out, site);
}

static void open_place(struct strbuf *out, const char *place, const char *comment)
{
	strbuf_addf(out,
		    "\n\t# %s\n"
		    "\tlocation = " FRONT_LOCATION "%s {\n"
		    "\t\tinternal;\n",
		    comment, place);
}

/* A body of this place never leaves memory. */
static void add_memory_bound(struct strbuf *out, size_t max)
{
	strbuf_addf(out, "\t\tclient_max_body_size %zu;\n\t\tclient_body_buffer_size %zu;\n", max, max);
}

/* error_page 403 stands first: NGINX takes the first that fits. */
static void ask_first(struct strbuf *out, enum error_code too_large)
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

static void add_question(struct strbuf *out, const struct site *site, const struct site_fetch *fetch)
{
	open_place(out, "authorize", "Will this request be refused? Closed to clients.");
	strbuf_adds(out, "\t\tclient_max_body_size 0;\n" /* the body's length is compared here, too */
			 "\t\tfastcgi_pass_request_body off;\n");
	nginx_add_worker(out, site, fetch, "");
	strbuf_addf(out,
		    "\t\tfastcgi_param " FRONT_CLIENT_PORT " $remote_port;\n"
		    "\t\tfastcgi_param " FRONT_SERVER_PORT " $server_port;\n"
		    "\t\tfastcgi_param " FRONT_ASKS " $berth_place_%s;\n\t}\n",
		    site->suffix);
}

static void add_public(struct strbuf *out, const struct site *site)
{
	strbuf_adds(out, "\n\tlocation / {\n"
			 "\t\tclient_max_body_size 0;\n");
	nginx_add_client_check(out, site);
	strbuf_addf(out, "\t\trewrite ^ " FRONT_LOCATION "$berth_place_%s? last;\n\t}\n", site->suffix);
}

static void add_plain(struct strbuf *out, const struct site *site, const struct site_fetch *fetch)
{
	open_place(out, "plain", "No body, or one that nobody needs.");
	add_memory_bound(out, LIMIT_IDLE_BODY);
	nginx_add_worker(out, site, fetch, "");
	strbuf_addf(out, "\t\tfastcgi_param " FRONT_ANNOUNCED " $berth_announced_%s;\n\t}\n", site->suffix);
}

/* After a yes, which never comes, there is nothing to serve and no body that would be read. */
static void add_refused(struct strbuf *out)
{
	open_place(out, FRONT_REFUSING_WORD, "A body that is too large for its route: a worker names the error.");
	strbuf_adds(out, "\t\tclient_max_body_size 0;\n"
			 "\t\troot /nonexistent;\n");
	ask_first(out, E_BODY_TOO_LARGE);
	strbuf_adds(out, "\t}\n");
}

static void add_buffered(struct strbuf *out, const struct site *site, const struct site_fetch *fetch)
{
	struct route_body bound = bound_of(&api_registry, BODY_PLACE_BUFFERED);

	open_place(out, "buffered", "Manifests.");
	strbuf_addf(out, "\t\tclient_max_body_size %zu;\n\t\tclient_body_buffer_size 128k;\n", bound.max);
	ask_first(out, bound.too_large);
	nginx_add_worker(out, site, fetch, "");
	strbuf_adds(out, "\t\tfastcgi_param " FRONT_TOLD_YES " $" FRONT_YES_NAME ";\n\t}\n");
}

static void add_spooled(struct strbuf *out, const struct site *site, const struct site_fetch *fetch)
{
	open_place(out, "spooled",
		   "The body of an upload becomes a file in the spool; the worker gets its name, hashes it and\n"
		   "\t# moves it on. Its time is not spent on slow clients.");
	strbuf_adds(out, "\t\tclient_max_body_size 0;\n"
			 "\t\tclient_body_in_file_only clean;\n"
			 "\t\tclient_body_buffer_size 512k;\n"
			 "\t\tclient_body_temp_path ");
	quote_nginx(out, site->spool);
	strbuf_adds(out, ";\n\t\tfastcgi_pass_request_body off;\n");
	ask_first(out, E_BODY_TOO_LARGE);
	nginx_add_worker(out, site, fetch, "$request_body_file");
	strbuf_adds(out, "\t\tfastcgi_param " FRONT_TOLD_ROOM " $" FRONT_ROOM_NAME ";\n");
	strbuf_adds(out, "\t\tfastcgi_param " FRONT_TOLD_YES " $" FRONT_YES_NAME ";\n\t}\n");
}

static void add_tokens(struct strbuf *out, const struct site *site)
{
	if (!site->config->token_service.enabled)
		return;
	open_place(out, "tokens", "The token service.");
	add_memory_bound(out, bound_of(&api_tokens, BODY_PLACE_SMALL).max);
	nginx_add_request(out, site->options->token_socket);
	strbuf_adds(out, "\t}\n");
}

void nginx_add_bodies(struct strbuf *out, const struct site *site, const struct site_fetch *fetch)
{
	add_public(out, site);
	add_plain(out, site, fetch);
	add_refused(out);
	add_buffered(out, site, fetch);
	add_spooled(out, site, fetch);
	add_question(out, site, fetch);
	add_tokens(out, site);
}
