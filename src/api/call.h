/* SPDX-License-Identifier: MIT */
/* What a handler gets: the request, its match in the route table, and the response to fill. */
#ifndef BERTH_API_CALL_H
#define BERTH_API_CALL_H

#include "berth/api/api.h"
#include "berth/auth/identity.h"
#include "berth/base/digest.h"
#include "berth/base/strbuf.h"
#include "berth/core/core.h"
#include "berth/core/upload.h"
#include "berth/http/respond.h"

struct call {
	const struct api *api;
	const struct api_settings *settings; /* the api's */
	const struct api_table
		*table; /* that has the path, or the last one; its prefix and routes are those of the request */
	struct http_request request;
	struct response response;
	struct route_match match;
	struct work work; /* with the request's arena, error and who */
	struct error error;
	struct who who;                   /* who asks: WHO_NOBODY until authorised, or signed in at the token service */
	struct identity identity;         /* what the caller may do; nothing until authorised */
	const struct grant_meta *project; /* whose repository it is, by the token; NULL when that says nothing */
	uint64_t unjudged;                /* bytes of a streamed body since the disk's room was looked at */
};

/* True: the response is filled. False: call->error is set and becomes the response. */
typedef bool handler_fn(struct call *call);

#define ROUTE(methods, pattern, action, guard, body, name) handler_fn api_##name;
#include "berth/api/routes.def"
#undef ROUTE

/* Of the handlers that take a body: what can be told before it comes. False: call->error is set. Nothing is changed. */
handler_fn api_manifest_put_check, api_upload_post_check, api_upload_patch_check, api_upload_put_check;

/* A row's route, rule and handler have the same place. */
struct api_table {
	const struct route *routes;
	const struct api_rule *rules;
	handler_fn *const *handlers;
	size_t count;
	bool at_root;         /* the paths stand at the root of the host, whatever http.prefix says */
	unsigned first_label; /* of its first row in the metrics; the others follow. 0 stands for no route */
};

/* Labels of the tables' rows in the metrics. */
enum {
	API_LABEL_REGISTRY = 1,
	API_LABEL_TOKENS = API_LABEL_REGISTRY
#define ROUTE(methods, pattern, action, guard, body, name) +1
#include "berth/api/routes.def"
#undef ROUTE
};

/* Looks the target up in the api's tables. Sets `table` to the one that has the path; to the last one when none has it. */
struct route_match table_find(const struct call *call, const struct target *target, const struct api_table **table);

/* The label of the request's route in the metrics; 0: no route. */
unsigned table_label(const struct call *call);

/* The path parameter as a digest; E_DIGEST_INVALID. */
bool call_digest(struct call *call, struct digest *out);

/* Base of Location and Link, up to the slash before `v2`. */
const char *call_base(struct call *call);

/* A query parameter as text that the database takes: the empty span when absent, E_URI_INVALID unless UTF-8. */
bool call_query_text(struct call *call, const char *key, struct span *out);

/* Refuses a request that gives a query parameter of ours twice, but for `tag`, which is a list: E_URI_INVALID. */
bool call_query_once(struct call *call);

/* `n`, at most `most`; `fallback` when absent. E_PAGINATION_NUMBER_INVALID when it is no number. */
bool call_page_size(struct call *call, size_t fallback, size_t most, size_t *out);

/* Link to the page behind `last`, to `path` below /v2/; `extra` is more query, already encoded, or "". */
void call_link_next(struct call *call, const char *path, size_t n, struct span last, const char *extra);

/* Docker-Content-Digest and ETag. */
void call_digest_headers(struct call *call, const struct digest *digest);

/* If-Match leaves the digest out: E_PRECONDITION_FAILED. Dates mean nothing: what has a digest has no other. */
bool call_precondition(struct call *call, const struct digest *digest);

/* If-None-Match names the digest: the response is now a 304. */
bool call_not_modified(struct call *call, const struct digest *digest);

/* The response refuses the request: forgets what has come of its body, and has the web server not wait for the rest. */
void call_drain(struct call *call);

/* A response without a body. */
void call_empty(struct call *call, int status);

#endif
