/* SPDX-License-Identifier: MIT */
/*
 * What Location and Link begin with: the first that applies of `http.host`, nothing with `http.relativeurls`, the proxy's
 * Forwarded or X-Forwarded-Proto and -Host, scheme and Host of the request. The prefix of the API follows.
 */
#ifndef BERTH_HTTP_BASE_URL_H
#define BERTH_HTTP_BASE_URL_H

#include "berth/http/message.h"

struct base_url_settings {
	const char *host;   /* "" or a URL without a slash at its end */
	const char *prefix; /* "" or with a slash at both ends */
	bool relative;
};

/* Returns what stands before "/v2": "https://registry.example", "/prefix", "". In the request's arena. */
const char *base_url(const struct http_request *request, const struct base_url_settings *settings);

#endif
