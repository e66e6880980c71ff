/* SPDX-License-Identifier: MIT */
/* storage.swift: from the configuration to the driver. */
#include "store_priv.h"

#include "berth/store/swift.h"

#define PREFIX_MEMORY ((size_t)64 << 10)

struct object_service *app_swift_service(const struct config *config, char *reason, size_t size)
{
	const struct config_swift *swift = &config->storage.swift;
	struct swift_settings settings = {
		.username = swift->username,
		.password = swift->password,
		.authurl = swift->authurl,
		.authversion = (int)swift->authversion,
		.tenant = swift->tenant,
		.tenantid = swift->tenantid,
		.domain = swift->domain,
		.domainid = swift->domainid,
		.tenantdomain = swift->tenantdomain,
		.tenantdomainid = swift->tenantdomainid,
		.trustid = swift->trustid,
		.region = swift->region,
		.endpointtype = swift->endpointtype,
		.container = swift->container,
		.prefix = swift->prefix,
		.skip_verify = swift->insecureskipverify,
		.chunksize = (uint64_t)swift->chunksize,
		.secretkey = swift->secretkey,
		.accesskey = swift->accesskey,
		.tempurlcontainerkey = swift->tempurlcontainerkey,
		.tempurlmethods = swift->tempurlmethods.items,
		.tempurlmethod_count = swift->tempurlmethods.count,
	};

	return swift_open(&settings, reason, size);
}

struct store *app_open_swift(const struct config *config, char *reason, size_t size)
{
	struct object_service *service = app_swift_service(config, reason, size);
	struct store *store;
	struct arena arena;

	if (!service)
		return NULL;
	arena_init(&arena, PREFIX_MEMORY);
	store = app_open_objects(config, swift_key_prefix(config->storage.swift.prefix, &arena), service, reason, size);
	arena_release(&arena);
	return store;
}
