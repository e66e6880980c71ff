/* SPDX-License-Identifier: MIT */
/*
 * What Location and Link begin with. First that applies: `http.host`; nothing at all with `http.relativeurls`; the
 * proxy's Forwarded or X-Forwarded-Proto and -Host; scheme and Host of the request. Then the prefix of the API.
 */
#ifndef BERTH_HTTP_BASE_URL_H
#define BERTH_HTTP_BASE_URL_H

#include "berth/http/message.h"

struct base_url_settings {
	const char *host;   /* "" or a URL without a slash at its end */
	const char *prefix; /* "" or with a slash at both ends */
	bool relative;
};

/* Up to and without the slash before `v2`: "https://registry.example", "/prefix", "". Lives in the request's arena. */
const char *base_url(const struct http_request *request, const struct base_url_settings *settings);

#endif
