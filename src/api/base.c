/* SPDX-License-Identifier: MIT */
/* The root, by which load balancers see that a worker answers, and `/v2/`, by which clients see the API (end-1). */
#include "call.h"

bool api_root(struct call *call)
{
	call_empty(call, 200);
	response_header(&call->response, "Cache-Control", "no-cache");
	return true;
}

bool api_base(struct call *call)
{
	response_body(&call->response, 200, "application/json", SPAN_LIT("{}"));
	return true;
}
