/* SPDX-License-Identifier: MIT */
/* The error codes of OSS. */
#include "oss_refusal_priv.h"

/* "HTTP status codes and error codes" (Object Storage Service). */
static const struct refusal refusals[] = {
	{0, "SignatureDoesNotMatch", E_UNKNOWN,
	 "accesskeysecret is not that of accesskeyid, or something on the way changes requests; see storage.oss.region too"},
	{0, "InvalidAccessKeyId", E_UNKNOWN, "the service does not know storage.oss.accesskeyid"},
	{0, "AccessDenied", E_UNKNOWN,
	 "the keys may not do this: they need oss:GetObject, PutObject, DeleteObject, AbortMultipartUpload, ListObjects and "
	 "ListMultipartUploads; or the bucket is at another end-point"},
	{0, "NoSuchUpload", E_BLOB_UPLOAD_INVALID,
	 "the service has ended the upload: is there a lifecycle rule, or was it begun in another bucket?"},
	{0, "NoSuchBucket", E_UNKNOWN, "there is no such bucket: make it, or correct storage.oss.bucket"},
	{0, "InvalidBucketName", E_UNKNOWN, "storage.oss.bucket is no name of a bucket"},
	{0, "RequestTimeTooSkewed", E_UNKNOWN, "this machine's clock is wrong: let NTP set it"},
	{0, "InvalidDigest", E_UNAVAILABLE, "the body was changed on its way"},
	{0, "BadDigest", E_UNAVAILABLE, "the body was changed on its way"},
	{0, "IncompleteBody", E_UNAVAILABLE, "the body was cut on its way"},
	{0, "RequestTimeout", E_UNAVAILABLE, "the service waited too long for the body"},
	{0, "QpsLimitExceeded", E_UNAVAILABLE, "too many requests"},
	{0, "DownloadTrafficRateLimitExceeded", E_UNAVAILABLE, "too much traffic"},
	{0, "UploadTrafficRateLimitExceeded", E_UNAVAILABLE, "too much traffic"},
	{0, "OperationAborted", E_UNAVAILABLE, "another request is changing the same thing"},
	{0, "UserDisable", E_UNKNOWN, "the account is disabled or has not paid"},
	{0, "EntityTooSmall", E_UNKNOWN, "a part is below the service's minimum: raise storage.oss.chunksize"},
	{0, "InvalidEncryptionAlgorithmError", E_UNKNOWN, "the service cannot encrypt so: see storage.oss.encrypt"},
	{301, NULL, E_UNKNOWN, "the bucket is at another end-point: correct storage.oss.region or endpoint"},
	{307, NULL, E_UNKNOWN, "the bucket is at another end-point: correct storage.oss.region or endpoint"},
	{401, NULL, E_UNKNOWN, "the keys are wrong, or may not do this"},
	{403, NULL, E_UNKNOWN, "the keys are wrong, or may not do this"},
	{404, NULL, E_UNKNOWN, "there is no such bucket, or storage.oss.endpoint is no OSS server"},
};

const struct refusal_table oss_refusals = REFUSAL_TABLE(refusals);
