/* SPDX-License-Identifier: MIT */
/* Signing in: tempauth or Keystone. */
#include "swift_token_priv.h"

#include "berth/base/log.h"
#include "swift_refusal_priv.h"

/* Rackspace's API keys go in another form than passwords: where one is refused the other is tried, once. */
static bool try_other_form(struct swift *swift, const struct http_exchange *answer, bool *tried)
{
	if (swift->version != 2 || *tried || (answer->status != 400 && answer->status != 401 && answer->status != 403))
		return false;
	*tried = true;
	swift->apikey = !swift->apikey;
	return true;
}

static bool sign_in_refused(const struct http_exchange *answer, struct credential_fetch *fetch)
{
	const struct refusal *refusal = refusal_find(&swift_sign_in_refusals, answer->status, "");
	struct span id = http_exchange_header(answer, "X-Trans-Id");

	if (!id.len)
		id = http_exchange_header(answer, "X-Openstack-Request-Id");
	fetch->is_final = refusal->error != E_UNAVAILABLE;
	fetch->why = arena_printf(fetch->scratch, "sign-in: status %d (request id %.*s): %s", answer->status, SPAN_ARG(id),
				  refusal->advice);
	return false;
}

static void keep_access(struct swift *swift, const struct swift_access *access, struct credential_fetch *fetch)
{
	swift->access = (struct swift_access){
		.token = secret_new(fetch->memory, secret_reveal(access->token)),
		.storage_url = arena_strdup(fetch->memory, access->storage_url),
		.tenant_id = arena_strdup(fetch->memory, access->tenant_id),
		.life = access->life,
	};
	fetch->ends = access->life ? http_client_now() + access->life : 0;
}

bool swift_sign_in(void *owner, struct credential_fetch *fetch)
{
	struct swift *swift = owner;
	struct swift_access access;
	struct http_exchange request;
	bool tried = false;

	do {
		request = swift_auth_request(&swift->settings, swift->version, swift->apikey, fetch->scratch);
		if (!http_client_run(swift->service.client, &request, fetch->scratch)) {
			fetch->why = arena_printf(fetch->scratch, "sign-in: %s: is storage.swift.authurl right?",
						  request.failure);
			return false;
		}
	} while (!service_fine(&request) && try_other_form(swift, &request, &tried));
	if (!service_fine(&request))
		return sign_in_refused(&request, fetch);
	if (!swift_auth_read(&access, &swift->settings, swift->version, &request, fetch->scratch, &fetch->why)) {
		fetch->is_final = true;
		return false;
	}
	keep_access(swift, &access, fetch);
	log_debug("storage: swift: signed in, the token is good for %lld s", (long long)access.life);
	return true;
}
