/* SPDX-License-Identifier: MIT */
/* What Location and Link begin with. */
#include "berth/http/base_url.h"

#include "berth/http/forwarded.h"

static const char *request_scheme(const struct http_request *request)
{
	struct span https = http_header(request, "HTTPS");

	return https.len > 0 && !span_is_nocase(https, "off") ? "https" : "http";
}

static struct forwarded as_told(const struct http_request *request)
{
	struct forwarded told = forwarded_parse(http_header(request, "HTTP_FORWARDED"),
						http_header(request, "HTTP_X_FORWARDED_PROTO"),
						http_header(request, "HTTP_X_FORWARDED_HOST"));

	if (!told.scheme)
		told.scheme = request_scheme(request);
	if (told.host.len == 0) {
		struct span host = http_header(request, "HTTP_HOST");

		if (forwarded_host_valid(host))
			told.host = host;
	}
	return told;
}

/* The prefix without its last slash. */
static struct span prefix_of(const struct base_url_settings *settings)
{
	struct span prefix = span_of(settings->prefix);

	return prefix.len ? (struct span){prefix.ptr, prefix.len - 1} : prefix;
}

const char *base_url(const struct http_request *request, const struct base_url_settings *settings)
{
	struct span prefix = prefix_of(settings);
	struct forwarded told;

	if (*settings->host)
		return arena_printf(request->arena, "%s%.*s", settings->host, SPAN_ARG(prefix));
	told = settings->relative ? (struct forwarded){.scheme = NULL} : as_told(request);
	if (told.host.len == 0)
		return arena_span(request->arena, prefix);
	return arena_printf(request->arena, "%s://%.*s%.*s", told.scheme, SPAN_ARG(told.host), SPAN_ARG(prefix));
}
