/* SPDX-License-Identifier: MIT */
/* The error codes of the blob service. */
#include "azure_refusal_priv.h"

#include <string.h>

#include "azure_sign_priv.h"

/* Microsoft's "Blob service error codes" and "Common REST API error codes": those that an operator can act on. */
static const struct refusal refusals[] = {
	{0, "AuthenticationFailed", E_UNKNOWN, "is the account's key right, and this machine's clock?"},
	{0, "AuthorizationFailure", E_UNKNOWN,
	 "is the key right; do the account's firewall and networks let this machine in?"},
	{0, "AuthorizationPermissionMismatch", E_UNKNOWN,
	 "the identity needs the role Storage Blob Data Contributor, the SAS the permissions racwdl"},
	{0, "AuthorizationResourceTypeMismatch", E_UNKNOWN, "the SAS must be for containers and objects"},
	{0, "AuthorizationServiceMismatch", E_UNKNOWN, "the SAS must be for the blob service"},
	{0, "AuthorizationProtocolMismatch", E_UNKNOWN, "the SAS asks for https"},
	{0, "AuthorizationSourceIPMismatch", E_UNKNOWN, "the SAS is for other addresses than this machine's"},
	{0, "InvalidAuthenticationInfo", E_UNKNOWN, "the token or the SAS is malformed or has ended"},
	{0, "NoAuthenticationInformation", E_UNKNOWN, "the credentials are of another kind than the account takes"},
	{0, "KeyBasedAuthenticationNotPermitted", E_UNKNOWN, "the account takes no keys: use credentials of an identity"},
	{0, "AccountIsDisabled", E_UNKNOWN, "the account is disabled"},
	{0, "InsufficientAccountPermissions", E_UNKNOWN, "the account's owner has restricted it"},
	{0, "AccountRequiresHttps", E_UNKNOWN, "the account takes https only"},
	{0, "ContainerNotFound", E_UNKNOWN, "make the container, or correct its name"},
	{0, "ContainerBeingDeleted", E_UNAVAILABLE, "the container is being deleted"},
	{0, "ContainerDisabled", E_UNKNOWN, "the container is disabled"},
	{0, "InvalidResourceName", E_UNKNOWN, "the container's name is not one of Azure's"},
	{0, "ResourceNotFound", E_UNKNOWN, "is the account's name right?"},
	{0, "BlobImmutableDueToPolicy", E_UNKNOWN,
	 "the container has an immutability policy: the registry must replace and delete"},
	{0, "BlobArchived", E_UNKNOWN,
	 "the blob was moved to the archive tier: rehydrate it, and end the rule that moves blobs"},
	{0, "BlobBeingRehydrated", E_UNAVAILABLE, "the blob is on its way from the archive tier"},
	{0, "LeaseIdMissing", E_UNKNOWN, "somebody has a lease on the blob"},
	{0, "InvalidBlockList", E_UNAVAILABLE, "not all blocks are there"},
	{0, "InvalidBlobType", E_UNKNOWN, "there is a blob of another type and size: remove it"},
	{0, "UnsupportedHeader", E_UNKNOWN, "the service is older than " AZURE_VERSION},
	{0, "InvalidHeaderValue", E_UNKNOWN, "does the service know version " AZURE_VERSION "?"},
	{0, "FeatureVersionMismatch", E_UNKNOWN, "the blob was made with a feature that " AZURE_VERSION " does not know"},
	{0, "Md5Mismatch", E_UNAVAILABLE, "bytes were damaged on the way"},
	{0, "ServerBusy", E_UNAVAILABLE, "the account is at its limit of requests or bandwidth"},
	{0, "OperationTimedOut", E_UNAVAILABLE, "the service did not finish in time"},
	{0, "InternalError", E_UNAVAILABLE, "a fault of the service"},
};

const struct refusal_table azure_refusals = REFUSAL_TABLE(refusals);

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

struct service_words azure_read_words(const struct http_exchange *exchange, struct arena *arena)
{
	return (struct service_words){arena_span(arena, code_of(exchange)), ""};
}

bool azure_is_missing(const struct http_exchange *exchange)
{
	return exchange->status == 404 && !azure_code_is(exchange, "ContainerNotFound");
}
