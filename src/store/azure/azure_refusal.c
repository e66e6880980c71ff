/* SPDX-License-Identifier: MIT */
/* What the blob service refuses with, what that means for the request, and what the administrator can do. */
#include "azure_request_priv.h"

#include "berth/base/log.h"

#define RETRY_AFTER 5 /* seconds that a client is asked to wait */

/* Microsoft's "Blob service error codes" and "Common REST API error codes": those that somebody can do something about. */
static const struct fault {
	const char *code;
	enum error_code error;
	const char *advice;
} faults[] = {
	{"AuthenticationFailed", E_UNKNOWN, "is the account's key right, and this machine's clock?"},
	{"AuthorizationFailure", E_UNKNOWN,
	 "is the key right; do the account's firewall and networks let this machine in?"},
	{"AuthorizationPermissionMismatch", E_UNKNOWN,
	 "the identity needs the role Storage Blob Data Contributor, the SAS the permissions racwdl"},
	{"AuthorizationResourceTypeMismatch", E_UNKNOWN, "the SAS must be for containers and objects"},
	{"AuthorizationServiceMismatch", E_UNKNOWN, "the SAS must be for the blob service"},
	{"AuthorizationProtocolMismatch", E_UNKNOWN, "the SAS asks for https"},
	{"AuthorizationSourceIPMismatch", E_UNKNOWN, "the SAS is for other addresses than this machine's"},
	{"InvalidAuthenticationInfo", E_UNKNOWN, "the token or the SAS is malformed or has ended"},
	{"NoAuthenticationInformation", E_UNKNOWN, "the credentials are of another kind than the account takes"},
	{"KeyBasedAuthenticationNotPermitted", E_UNKNOWN, "the account takes no keys: use credentials of an identity"},
	{"AccountIsDisabled", E_UNKNOWN, "the account is disabled"},
	{"InsufficientAccountPermissions", E_UNKNOWN, "the account's owner has restricted it"},
	{"AccountRequiresHttps", E_UNKNOWN, "the account takes https only"},
	{"ContainerNotFound", E_UNKNOWN, "make the container, or correct its name"},
	{"ContainerBeingDeleted", E_UNAVAILABLE, "the container is being deleted"},
	{"ContainerDisabled", E_UNKNOWN, "the container is disabled"},
	{"InvalidResourceName", E_UNKNOWN, "the container's name is not one of Azure's"},
	{"ResourceNotFound", E_UNKNOWN, "is the account's name right?"},
	{"BlobImmutableDueToPolicy", E_UNKNOWN,
	 "the container has an immutability policy: the registry must replace and delete"},
	{"BlobArchived", E_UNKNOWN,
	 "the blob was moved to the archive tier: rehydrate it, and end the rule that moves blobs"},
	{"BlobBeingRehydrated", E_UNAVAILABLE, "the blob is on its way from the archive tier"},
	{"LeaseIdMissing", E_UNKNOWN, "somebody has a lease on the blob"},
	{"InvalidBlockList", E_UNAVAILABLE, "not all blocks are there"},
	{"InvalidBlobType", E_UNKNOWN, "there is a blob of another type and size: remove it"},
	{"UnsupportedHeader", E_UNKNOWN, "the service is older than " AZURE_VERSION},
	{"InvalidHeaderValue", E_UNKNOWN, "does the service know version " AZURE_VERSION "?"},
	{"FeatureVersionMismatch", E_UNKNOWN, "the blob was made with a feature that " AZURE_VERSION " does not know"},
	{"Md5Mismatch", E_UNAVAILABLE, "bytes were damaged on the way"},
	{"ServerBusy", E_UNAVAILABLE, "the account is at its limit of requests or bandwidth"},
	{"OperationTimedOut", E_UNAVAILABLE, "the service did not finish in time"},
	{"InternalError", E_UNAVAILABLE, "a fault of the service"},
};

static struct span code_of(const struct http_exchange *exchange)
{
	struct span header = http_exchange_header(exchange, "x-ms-error-code");
	const char *end, *begin;

	if (header.len > 0 || exchange->answer.len == 0)
		return header;
	/* some proxies and emulators leave the header out; the body is <Error><Code>X</Code>... */
	begin = strstr(exchange->answer.ptr, "<Code>");
	end = begin ? strstr(begin, "</Code>") : NULL;
	return end ? (struct span){begin + 6, (size_t)(end - begin - 6)} : header;
}

bool azure_code_is(const struct http_exchange *exchange, const char *code)
{
	return span_is(code_of(exchange), code);
}

static const struct fault *fault_of(struct span code)
{
	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
		if (span_is(code, faults[i].code))
			return &faults[i];
	return NULL;
}

bool azure_refused(const struct http_exchange *exchange, const char *what, const char *key, struct error *error)
{
	struct span code = code_of(exchange), id = http_exchange_header(exchange, "x-ms-request-id");
	const struct fault *fault = fault_of(code);
	bool passes = exchange->status >= 500 || exchange->status == 429;

	log_error("storage: azure: %s %s: status %d %.*s%s%s (request %.*s, attempt %u)", what, key ? key : "(container)",
		  exchange->status, SPAN_ARG(code), fault ? ": " : "", fault ? fault->advice : "", SPAN_ARG(id),
		  exchange->attempts);
	if (fault ? fault->error == E_UNAVAILABLE : passes)
		return error_unavailable(error, RETRY_AFTER);
	return error_set(error, E_UNKNOWN);
}

bool azure_failed(const char *what, const char *key, const char *why, struct error *error)
{
	log_error("storage: azure: %s %s: %s", what, key ? key : "(container)", why);
	return error_unavailable(error, RETRY_AFTER);
}
