/* SPDX-License-Identifier: MIT */
/* The statuses of Swift. */
#include "swift_refusal_priv.h"

static const struct refusal refusals[] = {
	{400, "", E_UNAVAILABLE, "of a manifest: a segment is missing, or is not what was sent"},
	{401, "", E_UNKNOWN, "the new token was refused too"},
	{403, "", E_UNKNOWN, "the user lacks a role or an ACL that lets it read and write the container"},
	{404, "", E_UNAVAILABLE, "the object or the container is gone"},
	{409, "", E_UNAVAILABLE, "a segment of the object is missing or was changed"},
	{413, "", E_STORAGE_FULL, "too large, or the quota of the account or the container is used up"},
	{422, "", E_UNAVAILABLE, "the bytes that arrived are not those that were sent"},
	{429, "", E_UNAVAILABLE, "the cluster limits the rate of requests"},
	{498, "", E_UNAVAILABLE, "the cluster limits the rate of requests"},
	{503, "", E_UNAVAILABLE, "the cluster is overloaded, or too few of its servers are up"},
	{507, "", E_STORAGE_FULL, "a disk of the cluster is full"},
	{0, "", E_UNAVAILABLE, "see the cluster's own log"},
};

const struct refusal_table swift_refusals = REFUSAL_TABLE(refusals);

static const struct refusal sign_in_refusals[] = {
	{300, "", E_UNKNOWN, "storage.swift.authurl is no URL to sign in at, or authversion is wrong"},
	{401, "", E_UNKNOWN, "storage.swift.username, password, tenant or domain is wrong"},
	{403, "", E_UNKNOWN, "the user has no role in storage.swift.tenant, or the trust is gone"},
	{404, "", E_UNKNOWN, "storage.swift.authurl is no URL to sign in at, or authversion is wrong"},
	{405, "", E_UNKNOWN, "storage.swift.authurl is no URL to sign in at, or authversion is wrong"},
};

const struct refusal_table swift_sign_in_refusals = REFUSAL_TABLE(sign_in_refusals);

struct service_words swift_read_words(const struct http_exchange *exchange, struct arena *arena)
{
	(void)exchange, (void)arena;
	return (struct service_words){"", ""};
}
