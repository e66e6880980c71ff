/* SPDX-License-Identifier: MIT */
/* From the configuration's storage.oss to its service. */
#include "berth/store/oss.h"

#include "store_priv.h"

#define RETRIES 5

struct store *app_open_oss(const struct config *config, char *reason, size_t size)
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
	struct object_service *service = store_oss_service_new(&settings, reason, size);

	return service ? app_open_objects(config, oss->rootdirectory, service, reason, size) : NULL;
}
