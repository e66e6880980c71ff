/* SPDX-License-Identifier: MIT */
/* What a handler gets: the request, its match in the route table, and the response to fill. */
#ifndef BERTH_API_CALL_H
#define BERTH_API_CALL_H

#include "berth/api/api.h"
#include "berth/auth/principal.h"
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
	struct principal principal;       /* what the caller may do; nothing until authorised */
	const struct grant_meta *project; /* the repository's project, by the token; NULL when the token does not say */
	uint64_t unjudged;                /* bytes of a streamed body since room_judge */
};

/* True: the response is filled. False: call->error is set and becomes the response, with its headers. */
typedef bool handler_fn(struct call *call);

#define ROUTE(methods, pattern, action, guard, body, name) handler_fn api_##name;
#include "berth/api/routes.def"
#undef ROUTE

/* Check, before the body comes, what the handlers of that name check. False: call->error is set. They change nothing. */
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

/* Reads the path parameter as a digest; E_DIGEST_INVALID. */
bool call_digest(struct call *call, struct digest *out);

/* Returns the base of Location and Link, up to the slash before `v2`. */
const char *call_base(struct call *call);

/* Reads a query parameter as UTF-8, which the database needs; E_URI_INVALID. Absent: the empty span. */
bool call_query_text(struct call *call, const char *key, struct span *out);

/* Refuses a request that gives a known query parameter twice, except `tag`, which is a list: E_URI_INVALID. */
bool call_query_once(struct call *call);

/* Reads `n`: at most `most`; `fallback` when absent; E_PAGINATION_NUMBER_INVALID when it is no number. */
bool call_page_size(struct call *call, size_t fallback, size_t most, size_t *out);

/* Adds a Link to the page behind `last`, at `path` below /v2/. `extra` is more query, encoded, or "". RFC 8288. */
void call_link_next(struct call *call, const char *path, size_t n, struct span last, const char *extra);

/* Adds Docker-Content-Digest and ETag. */
void call_digest_headers(struct call *call, const struct digest *digest);

/*
 * Fails with E_PRECONDITION_FAILED unless If-Match, if there is one, lists this digest. If-Unmodified-Since is ignored, because
 * content never changes (RFC 9110 section 13.1).
 */
bool call_precondition(struct call *call, const struct digest *digest);

/* True, and the response is a 304, if If-None-Match lists this digest. */
bool call_not_modified(struct call *call, const struct digest *digest);

/* For a response that refuses the request: forgets the bytes of its body that have come, and keeps the web server from waiting
 * for the rest. */
void call_drain(struct call *call);

/* Makes the response one without a body. */
void call_empty(struct call *call, int status);

#endif
