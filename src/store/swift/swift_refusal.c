/* SPDX-License-Identifier: MIT */
/* What is said and set when Swift answers something else than was asked for. */
#include "swift_request_priv.h"

#include "berth/base/log.h"

/* What the operator can do about a status. */
static const struct {
	int status;
	enum error_code code;
	const char *advice;
} statuses[] = {
	{400, E_UNAVAILABLE, ": of a manifest: a segment is missing, or is not what was sent"},
	{401, E_UNKNOWN, ": the new token was refused too"},
	{403, E_UNKNOWN, ": the user lacks a role or an ACL that lets it read and write the container"},
	{404, E_UNAVAILABLE, ""},
	{409, E_UNAVAILABLE, ": a segment of the object is missing or was changed"},
	{413, E_STORAGE_FULL, ": too large, or the quota of the account or the container is used up"},
	{422, E_UNAVAILABLE, ": the bytes that arrived are not those that were sent"},
	{429, E_UNAVAILABLE, ": the cluster limits the rate of requests"},
	{498, E_UNAVAILABLE, ": the cluster limits the rate of requests"},
	{503, E_UNAVAILABLE, ": the cluster is overloaded, or too few of its servers are up"},
	{507, E_STORAGE_FULL, ": a disk of the cluster is full"},
};

static bool set(enum error_code code, struct error *error)
{
	return code == E_UNAVAILABLE ? error_unavailable(error, SWIFT_RETRY_SECONDS) : error_set(error, code);
}

const char *swift_called(const struct http_exchange *exchange)
{
	const struct swift_call *call = exchange->context;

	return call->account ? "the account" : call->key ? call->key : "the container";
}

bool swift_refused(const struct http_exchange *exchange, struct error *error)
{
	struct span id = http_exchange_header(exchange, "X-Trans-Id");
	struct swift_call *call = exchange->context;
	enum error_code code = E_UNAVAILABLE;
	const char *advice = "";

	if (exchange->status == 401) /* the next request signs in first */
		call->swift->token = (struct secret){NULL};
	for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
		if (statuses[i].status == exchange->status) {
			code = statuses[i].code;
			advice = statuses[i].advice;
		}
	log_error("swift: %s %s: status %d (transaction %.*s)%s", exchange->method, swift_called(exchange),
		  exchange->status, SPAN_ARG(id), advice);
	return set(code, error);
}

bool swift_strange(const struct http_exchange *exchange, const char *what, struct error *error)
{
	struct span id = http_exchange_header(exchange, "X-Trans-Id");

	log_error("swift: %s %s: %s (status %d, transaction %.*s)", exchange->method, swift_called(exchange), what,
		  exchange->status, SPAN_ARG(id));
	return error_unavailable(error, SWIFT_RETRY_SECONDS);
}

bool swift_refused_sign_in(const struct http_exchange *exchange, struct error *error)
{
	struct span id = http_exchange_header(exchange, "X-Trans-Id");
	const char *advice = exchange->status == 401 ? ": storage.swift.username, password, tenant or domain is wrong"
			     : exchange->status == 403
				     ? ": the user has no role in storage.swift.tenant, or the trust is gone"
			     : exchange->status == 404 || exchange->status == 300 || exchange->status == 405
				     ? ": storage.swift.authurl is no URL to sign in at, or authversion is wrong"
				     : "";

	if (!id.len)
		id = http_exchange_header(exchange, "X-Openstack-Request-Id");
	log_error("swift: sign-in: status %d (transaction %.*s)%s", exchange->status, SPAN_ARG(id), advice);
	return set(exchange->status >= 500 || exchange->status == 429 ? E_UNAVAILABLE : E_UNKNOWN, error);
}
