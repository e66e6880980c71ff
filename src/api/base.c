/* SPDX-License-Identifier: MIT */
/* The two addresses that say who is here: `/`, for load balancers, and `/v2/`, for clients (end-1). */
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
