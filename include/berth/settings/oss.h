/* SPDX-License-Identifier: MIT */
/*
 * The settings of the driver oss. The configuration fills this struct from storage.oss, and the service (berth/store/oss.h)
 * reads it. A member has the name of its key; src/config/settings.def has defaults, ranges and help.
 *
 * A text is never NULL; an unset text is "". Sizes are bytes.
 */
#ifndef BERTH_SETTINGS_OSS_H
#define BERTH_SETTINGS_OSS_H

#include <stdbool.h>
#include <stdint.h>

#include "berth/base/secret.h"

struct oss_settings {
	const char *accesskeyid; /* accesskeyid, accesskeysecret, region and bucket are always set */
	struct secret accesskeysecret;
	const char *region;   /* cn-hangzhou or oss-cn-hangzhou */
	const char *endpoint; /* host or URL in place of BUCKET.REGION.aliyuncs.com, without a slash at its end */
	bool internal;        /* the end-point inside Alibaba's network, unless `endpoint` names one */
	const char *bucket;
	bool encrypt;                /* AES256, with keys of the service */
	const char *encryptionkeyid; /* of the key management service, which then encrypts */
	bool secure;                 /* false: plain http, unless the scheme of `endpoint` says otherwise */
	bool v4auth;                 /* false: signature version 1, for older accounts and servers */
	int64_t chunksize;
	const char *rootdirectory; /* without slashes at its ends */
};

#endif
