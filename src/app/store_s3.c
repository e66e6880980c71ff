/* SPDX-License-Identifier: MIT */
/* storage.s3: from the configuration to the service. */
#include <string.h>

#include "berth/store/s3.h"
#include "store_object_priv.h"

#define COPIES_AT_ONCE 32 /* of multipartcopymaxconcurrency: each is a connection, and a worker's memory is bounded */

static unsigned at_most(int64_t value, unsigned most)
{
	return value < most ? (unsigned)value : most;
}

/* NONE leaves the class to the service. STANDARD is sent, as distribution does. */
static const char *class_of(const struct config_s3 *s3)
{
	return strcmp(s3->storageclass, "NONE") == 0 ? "" : s3->storageclass;
}

/* `private` is what objects are without a header, which buckets without ACLs refuse. */
static const char *acl_of(const struct config_s3 *s3)
{
	return s3->objectownership || strcmp(s3->objectacl, "private") == 0 ? "" : s3->objectacl;
}

struct object_service *app_s3_service(const struct config *config, char *reason, size_t size)
{
	const struct config_s3 *s3 = &config->storage.s3;
	const struct store_s3_settings settings = {
		.access_key = s3->accesskey,
		.secret_key = s3->secretkey,
		.session_token = s3->sessiontoken,
		.region = s3->region,
		.endpoint = s3->regionendpoint,
		.bucket = s3->bucket,
		.path_style = s3->forcepathstyle,
		.insecure = !s3->secure,
		.skip_verify = s3->skipverify,
		.dualstack = s3->usedualstack,
		.accelerate = s3->accelerate,
		.fips = s3->usefipsendpoint,
		.encrypt = s3->encrypt,
		.key_id = s3->keyid,
		.storage_class = class_of(s3),
		.acl = acl_of(s3),
		.unsigned_payload = s3->checksum_disabled,
		.part_size = (uint64_t)s3->chunksize,
		.parts_max = (unsigned)s3->maxparts,
		.copy_part_size = (uint64_t)s3->multipartcopychunksize,
		.copy_threshold = (uint64_t)s3->multipartcopythresholdsize,
		.copies_at_once = at_most(s3->multipartcopymaxconcurrency, COPIES_AT_ONCE),
		.requests_per_second = (unsigned)s3->maxrequestspersecond,
		.retries = (unsigned)s3->maxretries,
		.user_agent = s3->useragent,
		.log_requests = strcmp(s3->loglevel, "off") != 0,
	};

	return store_s3_service_new(&settings, reason, size);
}
