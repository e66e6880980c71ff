/* SPDX-License-Identifier: MIT */
/* From the configuration's storage.oss to its service. */
#include "berth/store/oss.h"

#include "store_object_priv.h"

#define RETRIES 5

struct object_service *app_oss_service(const struct config *config, char *reason, size_t size)
{
	const struct config_oss *oss = &config->storage.oss;
	struct store_oss_settings settings = {
		.access_key = oss->accesskeyid,
		.secret_key = oss->accesskeysecret,
		.region = oss->region,
		.bucket = oss->bucket,
		.endpoint = oss->endpoint,
		.internal = oss->internal,
		.insecure = !oss->secure,
		.encrypt = oss->encrypt,
		.key_id = oss->encryptionkeyid,
		.v1 = !oss->v4auth,
		.part_size = (uint64_t)oss->chunksize,
		.retries = RETRIES,
		.user_agent = "",
	};

	return store_oss_service_new(&settings, reason, size);
}
