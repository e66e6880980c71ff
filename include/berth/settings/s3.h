/* SPDX-License-Identifier: MIT */
/*
 * The settings of the driver s3. The configuration fills this struct from storage.s3, and the service (berth/store/s3.h)
 * reads it. A member has the name of its key; src/config/settings.def has defaults, ranges and help.
 *
 * A text is never NULL; an unset text is "". Sizes are bytes.
 */
#ifndef BERTH_SETTINGS_S3_H
#define BERTH_SETTINGS_S3_H

#include <stdbool.h>
#include <stdint.h>

#include "berth/base/secret.h"

struct s3_settings {
	const char *accesskey; /* set with secretkey; without both, see src/store/s3/s3_credentials_priv.h */
	struct secret secretkey;
	struct secret sessiontoken;
	const char *region;         /* "" only where regionendpoint is set */
	const char *regionendpoint; /* host or URL of a server that is not Amazon's, without a slash at its end */
	bool forcepathstyle;        /* the bucket is in the path, not in the host; defaults to true with a regionendpoint */
	const char *bucket;
	bool encrypt;
	const char *keyid; /* of a KMS key; set only with encrypt */
	bool secure;       /* false: plain http, unless the scheme of regionendpoint says otherwise */
	bool skipverify;
	bool v4auth; /* always true */
	int64_t chunksize;
	int64_t maxparts; /* of one multipart upload */
	int64_t multipartcopychunksize;
	int64_t multipartcopymaxconcurrency;
	int64_t multipartcopythresholdsize; /* larger objects are copied in parts */
	const char *rootdirectory;          /* without slashes at its ends */
	const char *storageclass;           /* NONE: the service chooses */
	const char *objectacl;
	bool objectownership; /* objects have no ACL */
	const char *useragent;
	bool usedualstack;
	bool accelerate;
	bool usefipsendpoint;
	const char *loglevel;         /* other than off: each request is logged */
	int64_t maxrequestspersecond; /* of one process; 0: no bound */
	int64_t maxretries;           /* attempts after the first; 0: none */
	bool checksum_disabled;       /* bodies over TLS are not hashed */
};

#endif
