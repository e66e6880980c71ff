/* SPDX-License-Identifier: MIT */
/* storage.swift: from the configuration to the service. */
#include "store_object_priv.h"

#include "berth/store/swift.h"

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
